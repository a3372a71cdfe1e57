/* The laboratory program from outside: what it prints, what it says of bad input, its exit codes. */
#include <string.h>

#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/base/json.h"
#include "tests/support/lab.h"
#include "tests/support/suite.h"

static double number(const json_t *object, const char *field)
{
	struct err e = ERR_INIT;
	double v = 0;

	ck_ok(json_get_double(object, field, -1e12, 1e12, &v, &e), &e);
	return v;
}

/* Checks one printed line against what the policy promises; returns its ratio. */
static double check_line(const char *line, size_t n, const char *policy)
{
	static const char *const parts[] = {"q1", "r1", "q2", "r2"};
	bool feasible = strcmp(policy, "first-best") != 0;
	struct err e = ERR_INIT;
	const char *name;
	json_t *object;
	double ratio;

	ck_ok(json_parse(line, n, &object, &e), &e);
	ck_ok(json_get_str(object, "policy", 64, &name, &e), &e);
	ck_assert_str_eq(name, policy);
	ck_ok(json_get_str(object, "id", 64, &name, &e), &e);
	ck_assert_int_eq(json_is_true(json_object_get(object, "feasible")), feasible);
	ck_assert(number(object, "max_violation") <= 1e-9 || !feasible);
	ck_assert_double_ge(number(object, "us"), 0);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(object, "menu"), parts[i])), 3);
	ratio = number(object, "ratio");
	ck_assert_double_eq_tol(ratio, number(object, "profit") / number(object, "second_best"), 1e-12);
	json_decref(object);
	return ratio;
}

START_TEST(each_policy_prints_one_line_an_instance)
{
	static const struct {
		const char *policy;
		double lo, hi;
	} policies[] = {{"exact", 1, 1},      {"first-best", 1, 2}, {"static", 0.5, 1},
	                {"monotone", 0.9, 1}, {"greedy", 0, 1},     {"random", -1, 1}};
	char *drawn = lab_prints("draw --types 3 --count 4 --seed 5 --participation per-period");

	for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
		char words[64];
		struct lab_outcome o;
		int lines = 0;

		snprintf(words, sizeof(words), "solve --policy %s --json -", policies[i].policy);
		o = lab_run(drawn, words);
		ck_assert_int_eq(o.code, 0);
		ck_assert_uint_eq(o.err.len, 0);
		for (const char *at = buf_cstr(&o.out), *end; (end = strchr(at, '\n')); at = end + 1, lines++) {
			double ratio = check_line(at, (size_t)(end - at), policies[i].policy);

			ck_assert(ratio >= policies[i].lo - 1e-9 && ratio <= policies[i].hi + 1e-9);
		}
		ck_assert_int_eq(lines, 4);
		lab_done(&o);
	}
	free(drawn);
}
END_TEST

START_TEST(draws_repeat_by_seed)
{
	char *a = lab_prints("draw -k 2 -n 3 -s 9");
	char *b = lab_prints("draw -k 2 -n 3 -s 9");
	char *c = lab_prints("draw -k 2 -n 3 -s 10");

	ck_assert_str_eq(a, b);
	ck_assert_str_ne(a, c);
	free(a);
	free(b);
	free(c);
}
END_TEST

START_TEST(the_table_is_for_people)
{
	char *drawn = lab_prints("draw -n 2");
	struct lab_outcome o = lab_run(drawn, "solve -p static -");

	ck_assert_int_eq(o.code, 0);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&o.out), "second best"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&o.out), "2 instances, mean ratio 0."));
	lab_done(&o);
	free(drawn);
}
END_TEST

START_TEST(bad_input_prints_one_message_and_nothing_else)
{
	char *drawn = lab_prints("draw -n 2");
	size_t n = strlen(drawn);
	char *cut = mem_dup(drawn, n + 1);

	cut[n - 40] = '\0';
	lab_refuses(cut, "solve --json -", "standard input, line 2: not JSON");
	free(cut);
	lab_refuses("{\"id\":\"a\"}\n", "solve --json -", "standard input, line 1: field 'types' is missing");
	lab_refuses("", "solve --json /nonexistent.jsonl", "/nonexistent.jsonl: no such file");
	lab_refuses("", "solve", "name a file of instances");
	lab_refuses("", "solve - more --json", "'more' after '-'");
	lab_refuses("", "solve --policy best -", "'best' is not one of exact, first-best, static, monotone");
	lab_refuses("", "solve --jsn -", "did you mean --json");
	lab_refuses("", "draw --types 11", "--types: '11'");
	lab_refuses("", "draw --participation weekly", "'weekly' is not one of");
	lab_refuses("", "train-nothing", "unknown command 'train-nothing'");
	lab_refuses("", "", "Usage: edmsac <command>");
	free(drawn);
}
END_TEST

START_TEST(help_is_no_error)
{
	static const char *const words[] = {"--help",       "solve --help", "draw -h",  "train --help",
	                                    "bench --help", "eval --help",  "--version"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		char *text = lab_prints(words[i]);

		ck_assert_ptr_nonnull(strstr(text, "edmsac"));
		free(text);
	}
}
END_TEST

START_TEST(nothing_to_solve_is_no_error)
{
	struct lab_outcome o = lab_run("\n  \n", "solve --json -");

	ck_assert_int_eq(o.code, 0);
	ck_assert_uint_eq(o.out.len, 0);
	lab_done(&o);
}
END_TEST

/* A small checkpoint in the suite's folder; the options go behind. */
static struct lab_outcome train(const char *out, const char *more)
{
	char words[512];

	snprintf(words, sizeof(words), "train -q --hidden 16 -b 32 -e 8 --out %s/%s %s", suite_tmp(), out, more);
	return lab_run("", words);
}

static void trained(const char *out, const char *more)
{
	struct lab_outcome o = train(out, more);

	ck_assert_msg(o.code == 0, "train %s: %s", more, (char *)o.err.data);
	lab_done(&o);
}

START_TEST(trains_evaluates_and_solves)
{
	char *drawn = lab_prints("draw --types 3 --count 3"), words[300];
	struct err e = ERR_INIT;
	struct lab_outcome o;
	json_t *object;

	trained("p", "-n 30 --no-replay");
	snprintf(words, sizeof(words), "eval --json --checkpoint %s/p -", suite_tmp());
	o = lab_run(drawn, words);
	ck_assert_msg(o.code == 0, "%s", buf_cstr(&o.err));
	ck_ok(json_parse((char *)o.out.data, o.out.len, &object, &e), &e);
	ck_assert(number(object, "mean_ratio") <= 1 + 1e-9);
	ck_assert_double_le(number(object, "min_ratio"), number(object, "mean_ratio"));
	ck_assert_double_eq(number(object, "feasible"), 1);
	ck_assert_double_eq(number(object, "instances"), 3);
	ck_assert_double_gt(number(object, "parameters"), 100);
	json_decref(object);
	lab_done(&o);
	snprintf(words, sizeof(words), "solve --policy edmsac --checkpoint %s/p --samples 4 --json -",
	         suite_tmp());
	o = lab_run(drawn, words);
	ck_assert_int_eq(o.code, 0);
	(void)check_line(buf_cstr(&o.out), strcspn(buf_cstr(&o.out), "\n"), "edmsac");
	lab_done(&o);
	free(drawn);
}
END_TEST

static void same_files(const char *a, const char *b)
{
	char path[2][300];
	struct buf bytes[2] = {{0}};
	struct err e = ERR_INIT;

	for (int i = 0; i < 2; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/%s", suite_tmp(), i ? b : a);
		ck_ok(file_read(path[i], 1 << 26, &bytes[i], &e), &e);
	}
	ck_assert_uint_eq(bytes[0].len, bytes[1].len);
	ck_assert_mem_eq(bytes[0].data, bytes[1].data, bytes[0].len);
	buf_release(&bytes[0]);
	buf_release(&bytes[1]);
}

START_TEST(equal_seeds_train_equal_checkpoints)
{
	trained("a", "-k 2 -n 25 -s 7");
	trained("b", "-k 2 -n 25 -s 7");
	same_files("a", "b");
}
END_TEST

START_TEST(bad_checkpoints_and_options_are_refused)
{
	char *drawn = lab_prints("draw --types 2 --count 1"), words[300];
	struct err e = ERR_INIT;
	struct lab_outcome o;

	trained("k3", "-n 5 --algo dmsac --no-replay");
	snprintf(words, sizeof(words), "eval --checkpoint %s/k3 -", suite_tmp());
	lab_refuses(drawn, words, "for 3 types, the instance has 2");
	snprintf(words, sizeof(words), "solve --policy sac --checkpoint %s/k3 -", suite_tmp());
	lab_refuses(drawn, words, "holds 'dmsac', not 'sac'");
	snprintf(words, sizeof(words), "%s/junk", suite_tmp());
	ck_ok(file_write(words, "junk", 4, 0600, &e), &e);
	snprintf(words, sizeof(words), "eval --checkpoint %s/junk -", suite_tmp());
	lab_refuses(drawn, words, "too few for a checkpoint");
	snprintf(words, sizeof(words), "train --resume %s/junk --out %s/other", suite_tmp(), suite_tmp());
	lab_refuses("", words, "too few for a checkpoint");
	lab_refuses("", "train --types 3", "--out says where");
	lab_refuses(drawn, "eval -", "--checkpoint F.safetensors is needed");
	lab_refuses(drawn, "solve --policy edmsac -", "'edmsac'");
	o = train("x", "--prune-rate 3");
	ck_assert_int_eq(o.code, 2);
	lab_done(&o);
	free(drawn);
}
END_TEST

SUITE("edmsac", trains_evaluates_and_solves, equal_seeds_train_equal_checkpoints,
      bad_checkpoints_and_options_are_refused, each_policy_prints_one_line_an_instance, draws_repeat_by_seed,
      the_table_is_for_people, bad_input_prints_one_message_and_nothing_else, help_is_no_error,
      nothing_to_solve_is_no_error)
