#include "tests/support/command.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/process.h"
#include "tests/support/suite.h"

#define WORDS_MAX  32
#define OUTPUT_MAX ((size_t)1 << 20)
#define PATIENCE   200000 /* ms */

static struct buf output;

const char *command_output(void)
{
	return buf_cstr(&output);
}

int command_run(const char *program, ...)
{
	const char *words[WORDS_MAX + 1] = {0}, *build = getenv("BUILD");
	int64_t until = clock_mono_ms() + PATIENCE;
	struct process p = {0};
	struct err e = ERR_INIT;
	char path[PROCESS_PATH_MAX];
	va_list ap;

	snprintf(path, sizeof(path), "%s/%s", build ? build : "build", program);
	snprintf(p.name, sizeof(p.name), "%s", program);
	snprintf(p.log, sizeof(p.log), "%s/command.log", suite_tmp());
	words[0] = path;
	va_start(ap, program);
	for (int i = 1; i < WORDS_MAX && (words[i] = va_arg(ap, const char *)); i++)
		continue;
	va_end(ap);
	ck_ok(process_start(&p, words, &e), &e);
	while (process_check(&p, NULL) == 0 && clock_mono_ms() < until)
		usleep(1000);
	if (p.pid) {
		process_stop_all(&p, 1, 0);
		ck_abort_msg("%s does not end", program);
	}
	buf_clear(&output);
	ck_ok(file_read(p.log, OUTPUT_MAX, &output, &e), &e);
	return WIFEXITED(p.status) ? WEXITSTATUS(p.status) : -1;
}
