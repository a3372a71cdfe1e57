/* edmsac eval from outside: whole episodes, and policies that see estimates. */
#include <string.h>

#include "common/base/file.h"
#include "common/base/json.h"
#include "tests/support/command.h"
#include "tests/support/suite.h"

static const char *path(const char *name)
{
	static char paths[2][300];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", suite_tmp(), name);
	return paths[turn];
}

static void draw(const char *count)
{
	struct err e = ERR_INIT;

	ck_assert_int_eq(command_run("edmsac", "draw", "-k", "2", "-n", count, NULL), 0);
	ck_ok(file_write(path("instances"), command_output(), strlen(command_output()), 0600, &e), &e);
}

static void train(const char *out, const char *updates, const char *dynamics, const char *observed)
{
	int code =
	    command_run("edmsac", "train", "-q", "--hidden", "16", "-b", "32", "-e", "8", "-k", "2",
	                "--no-replay", "--out", path(out), "-n", updates, "--dynamics", dynamics, observed, NULL);

	ck_assert_msg(code == 0, "%s", command_output());
}

static json_t *eval(const char *checkpoint, const char *estimates, const char *seed)
{
	json_t *object;
	struct err e = ERR_INIT;
	int code = command_run("edmsac", "eval", "--json", "--checkpoint", path(checkpoint), "--estimates",
	                       estimates, "--seed", seed, path("instances"), NULL);

	ck_assert_msg(code == 0, "%s", command_output());
	ck_ok(json_parse(command_output(), strlen(command_output()), &object, &e), &e);
	return object;
}

static double number(const json_t *object, const char *field)
{
	struct err e = ERR_INIT;
	double v = 0;

	ck_ok(json_get_double(object, field, -1e12, 1e12, &v, &e), &e);
	return v;
}

START_TEST(episodes_are_judged_beside_the_best_bonus)
{
	json_t *x;

	draw("2");
	train("keeps", "20", "endogenous", NULL);
	x = eval("keeps", "4", "1");
	ck_assert_double_gt(number(x, "mean_ratio"), number(x, "bonus_ratio"));
	ck_assert_double_le(number(x, "min_bonus_ratio"), number(x, "bonus_ratio"));
	ck_assert_double_gt(number(x, "steady_ratio"), 0);
	ck_assert_double_eq(number(x, "feasible"), 1);
	ck_assert_double_lt(number(x, "kept_exact"), number(x, "kept_bonus"));
	ck_assert(number(x, "kept") > 0.2 && number(x, "kept") <= 1);
	ck_assert_ptr_null(json_object_get(x, "estimates"));
	json_decref(x);
	ck_assert_int_eq(command_run("edmsac", "eval", "-c", path("keeps"), path("instances"), NULL), 0);
	ck_assert_ptr_nonnull(strstr(command_output(), "beside the best constant bonus"));
}
END_TEST

START_TEST(observed_policies_are_judged_on_estimates)
{
	json_t *x, *same, *other;

	draw("3");
	train("sees", "20", "exogenous", "--observed");
	x = eval("sees", "3", "1");
	same = eval("sees", "3", "1");
	other = eval("sees", "3", "2");
	ck_assert_double_eq(number(x, "estimates"), 3);
	ck_assert_double_eq(number(x, "feasible"), 1);
	ck_assert_double_lt(number(x, "exact_informed_ratio"), 1);
	ck_assert_double_lt(number(x, "informed_ratio"), 1);
	ck_assert_double_eq(number(x, "mean_ratio"), number(same, "mean_ratio"));
	ck_assert_double_ne(number(x, "mean_ratio"), number(other, "mean_ratio"));
	json_decref(x);
	json_decref(same);
	json_decref(other);
}
END_TEST

START_TEST(observed_episodes_are_judged_on_estimates)
{
	json_t *x;

	draw("1");
	train("both", "10", "endogenous", "--observed");
	x = eval("both", "1", "1");
	ck_assert_double_gt(number(x, "bonus_ratio"), 0);
	ck_assert_double_eq(number(x, "feasible"), 1);
	ck_assert_double_eq(number(x, "estimates"), 1);
	json_decref(x);
}
END_TEST

SUITE("edmsac/eval", episodes_are_judged_beside_the_best_bonus, observed_policies_are_judged_on_estimates,
      observed_episodes_are_judged_on_estimates)
