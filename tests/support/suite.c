#include "tests/support/suite.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"

static char tmp[256];

const char *suite_tmp(void)
{
	return tmp;
}

unsigned long suite_seed(void)
{
	const char *text = getenv("FOEDUS_TEST_SEED");

	return text ? strtoul(text, NULL, 10) : 20250422;
}

static int make_tmp(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(tmp, sizeof(tmp), "%s/foedus-test-XXXXXX", base ? base : "/tmp");
	return mkdtemp(tmp) ? 0 : -1;
}

int suite_main(const char *name, const TTest *const *tests, size_t count, int timeout_s)
{
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *runner;
	int failed;

	signal(SIGPIPE, SIG_IGN);
	if (make_tmp()) {
		fprintf(stderr, "%s: cannot make a folder under TMPDIR\n", name);
		return 1;
	}
	tcase_set_timeout(tc, timeout_s);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	if (failed)
		printf("%s: seed %lu (FOEDUS_TEST_SEED=%lu replays)\n", name, suite_seed(), suite_seed());
	srunner_free(runner);
	if (dir_remove(tmp, NULL))
		fprintf(stderr, "%s: cannot remove %s\n", name, tmp);
	return failed ? 1 : 0;
}
