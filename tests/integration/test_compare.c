/* `edmsac compare` from outside: the short study, what its files hold, and that they can be relied on. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "tests/support/command.h"
#include "tests/support/suite.h"
#include "tests/support/table.h"

#define SPREAD "seeds,mean,low,high,min,max"

static const struct {
	const char *name, *header;
} files[] = {
    {"learning", "actions,types,policy,env_steps," SPREAD ",worst"},
    {"pruning", "rate,hidden1,hidden2,parameters,kib," SPREAD ",best"},
    {"pruning-time", "rate,act_us,act256_ms"},
    {"steps", "steps,hidden1,hidden2,parameters,kib," SPREAD ",best"},
    {"steps-time", "steps,act_us,act256_ms"},
    {"policies", "axis,x,policy,profit," SPREAD},
    {"utility", "period,sub_menu,type,theta,item,effort,reward,utility,own"},
    {"retention", "policy,what,round," SPREAD},
    {"retention-total", "policy," SPREAD ",kept"},
    {"observed", "policy,trained_on,witnesses," SPREAD},
};

static const char *const figures[] = {"learning", "pruning",   "steps",   "policies",
                                      "utility",  "retention", "observed"};

static const char *path_in(const char *folder, const char *name, const char *ending)
{
	static char path[400];

	snprintf(path, sizeof(path), "%s/%s/%s%s", suite_tmp(), folder, name, ending);
	return path;
}

static const char *folder_path(const char *folder)
{
	static char path[400];

	snprintf(path, sizeof(path), "%s/%s", suite_tmp(), folder);
	return path;
}

/* A study that is smaller still than --short alone. */
static int study(const char *folder, const char *jobs, const char *only)
{
	return command_run("edmsac", "compare", "--short", "--updates", "12", "--instances", "4", "--jobs", jobs,
	                   "--only", only, "--out", folder_path(folder), NULL);
}

static void done(const char *folder, const char *jobs, const char *only)
{
	int code = study(folder, jobs, only);

	ck_assert_msg(code == 0, "code %d: %s", code, command_output());
}

static struct table read_table(const char *folder, const char *name)
{
	return table_read(path_in(folder, name, ".csv"));
}

static void check_header(const char *folder, size_t f)
{
	struct table t = read_table(folder, files[f].name);
	char header[300] = "";
	size_t used = 0;

	for (size_t c = 0; c < t.columns; c++)
		used += (size_t)snprintf(header + used, sizeof(header) - used, "%s%s", c ? "," : "", t.names[c]);
	ck_assert_str_eq(header, files[f].header);
	table_release(&t);
}

static void check_drawn(const char *folder, const char *figure)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;
	const char *text;

	ck_assert(file_exists(path_in(folder, figure, ".gp")));
	ck_ok(file_read(path_in(folder, figure, ".svg"), 1 << 24, &b, &e), &e);
	text = buf_cstr(&b);
	ck_assert_ptr_nonnull(strstr(text, "<svg"));
	ck_assert_ptr_nonnull(strstr(text, "</svg>"));
	ck_assert_msg(strstr(text, "<path") != NULL, "%s.svg is empty", figure);
	buf_release(&b);
	ck_assert(!file_exists(path_in(folder, figure, ".log")));
}

static void check_bands(const struct table *t)
{
	for (size_t r = 0; r < t->rows; r++) {
		double mean = table_number(t, r, "mean"), seeds = table_number(t, r, "seeds");

		ck_assert_double_le(table_number(t, r, "low"), mean);
		ck_assert_double_ge(table_number(t, r, "high"), mean);
		ck_assert_double_le(table_number(t, r, "min"), mean);
		ck_assert_double_ge(table_number(t, r, "max"), mean);
		ck_assert(seeds == 1 || seeds == 2);
		/* Two seeds: Student's t of one degree of freedom times half of their distance. */
		ck_assert_double_eq_tol(table_number(t, r, "high") - mean,
		                        12.7062 / 2 * (table_number(t, r, "max") - table_number(t, r, "min")), 1e-5);
	}
}

static double profit_of(const struct table *t, const char *axis, double x, const char *policy)
{
	for (size_t r = 0; r < t->rows; r++)
		if (strcmp(table_text(t, r, "axis"), axis) == 0 && table_number(t, r, "x") == x &&
		    strcmp(table_text(t, r, "policy"), policy) == 0)
			return table_number(t, r, "profit");
	ck_abort_msg("no profit of %s at %s %g", policy, axis, x);
	return 0;
}

/* Nobody beats the exact optimum, and it beats neither full knowledge nor loses to what is static. */
static void check_policies(const struct table *t)
{
	for (size_t r = 0; r < t->rows; r++) {
		const char *axis = table_text(t, r, "axis"), *policy = table_text(t, r, "policy");
		double x = table_number(t, r, "x"), profit = table_number(t, r, "profit");
		double exact = profit_of(t, axis, x, "exact"), first = profit_of(t, axis, x, "first-best");
		double slack = 2e-6 * first;

		ck_assert_double_le(exact, first + slack);
		ck_assert_double_le(profit_of(t, axis, x, "static"), exact + slack);
		if (strcmp(policy, "first-best") != 0)
			ck_assert_msg(profit <= exact + slack, "%s earns %g at %s %g, the optimum %g", policy, profit,
			              axis, x, exact);
		ck_assert_double_eq_tol(table_number(t, r, "mean") * first, profit, 1e-6 * first);
	}
}

/* What was learned alone is marked: before it has learned, an actor loses money on one of these instances of
 * two types, which the last touch would not let it. */
static void check_learning(const struct table *t)
{
	int beginnings = 0;

	for (size_t r = 0; r < t->rows; r++) {
		if (strcmp(table_text(t, r, "actions"), "structured") != 0 || table_number(t, r, "types") != 2 ||
		    strcmp(table_text(t, r, "policy"), "edmsac") != 0 || table_number(t, r, "env_steps") > 0)
			continue;
		ck_assert_double_lt(table_number(t, r, "worst"), 0);
		beginnings++;
	}
	ck_assert_int_eq(beginnings, 1);
}

/* For each type of each sub-menu: its own item is the best there, and worth taking. */
static void check_utility(const struct table *t)
{
	double own = 0;

	for (size_t r = 0; r < t->rows; r++) {
		if (strcmp(table_text(t, r, "own"), "1") != 0)
			continue;
		own = table_number(t, r, "utility");
		ck_assert_double_ge(own, -1e-6);
		for (size_t o = 0; o < t->rows; o++)
			if (strcmp(table_text(t, o, "sub_menu"), table_text(t, r, "sub_menu")) == 0 &&
			    strcmp(table_text(t, o, "type"), table_text(t, r, "type")) == 0)
				ck_assert_double_le(table_number(t, o, "utility"), own + 1e-6);
	}
	ck_assert_uint_eq(t->rows, 9 + 27);
}

START_TEST(every_figure_is_drawn_from_sound_data)
{
	static const char *const banded[] = {"learning",  "pruning",         "steps",   "policies",
	                                     "retention", "retention-total", "observed"};
	struct table t;

	done("all", "2", "a,b,c,d,e,f,g");
	for (size_t f = 0; f < ARRAY_LEN(files); f++)
		check_header("all", f);
	for (size_t f = 0; f < ARRAY_LEN(figures); f++)
		check_drawn("all", figures[f]);
	for (size_t f = 0; f < ARRAY_LEN(banded); f++) {
		t = read_table("all", banded[f]);
		check_bands(&t);
		table_release(&t);
	}
	t = read_table("all", "learning");
	check_learning(&t);
	table_release(&t);
	t = read_table("all", "policies");
	check_policies(&t);
	table_release(&t);
	t = read_table("all", "utility");
	check_utility(&t);
	table_release(&t);
}
END_TEST

static char *contents(const char *folder, const char *name)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;
	char *text;

	ck_ok(file_read(path_in(folder, name, ".csv"), 1 << 24, &b, &e), &e);
	text = mem_strdup(buf_cstr(&b));
	buf_release(&b);
	return text;
}

static void same(const char *a, const char *b, const char *name)
{
	char *x = contents(a, name), *y = contents(b, name);

	ck_assert_str_eq(x, y);
	free(x);
	free(y);
}

START_TEST(numbers_depend_on_the_seed_and_not_on_jobs)
{
	done("one", "1", "c");
	done("three", "3", "c");
	same("one", "three", "steps");
	same("one", "three", "parts/edmsac-k3-structured-r50-t8-s2");
}
END_TEST

START_TEST(finished_parts_are_kept_and_broken_ones_made_again)
{
	struct err e = ERR_INIT;
	char *first, *last;

	done("again", "2", "c");
	ck_assert_ptr_nonnull(strstr(command_output(), "12 runs, 0 of them finished already"));
	first = contents("again", "steps");
	done("again", "2", "c");
	ck_assert_ptr_nonnull(strstr(command_output(), "12 runs, 12 of them finished already"));
	ck_assert_int_eq(unlink(path_in("again", "parts/edmsac-k3-structured-r50-t2-s1", ".csv")), 0);
	ck_ok(file_write(path_in("again", "parts/edmsac-k3-structured-r50-t8-s2", ".csv"), "# {}\n", 5, 0644, &e),
	      &e);
	done("again", "2", "c");
	ck_assert_ptr_nonnull(strstr(command_output(), "12 runs, 10 of them finished already"));
	ck_assert_int_eq(command_run("edmsac", "compare", "--short", "--updates", "13", "--instances", "4",
	                             "--only", "c", "--no-draw", "--out", folder_path("again"), NULL),
	                 0);
	ck_assert_ptr_nonnull(strstr(command_output(), "12 runs, 0 of them finished already"));
	done("again", "2", "c");
	last = contents("again", "steps");
	ck_assert_str_eq(first, last);
	free(first);
	free(last);
}
END_TEST

START_TEST(without_gnuplot_the_data_is_there)
{
	ck_assert_int_eq(setenv("PATH", "/nonexistent", 1), 0);
	ck_assert_int_eq(study("bare's", "2", "e"), 1);
	ck_assert_msg(strstr(command_output(), "install gnuplot-nox and run `gnuplot *.gp` in") != NULL, "%s",
	              command_output());
	ck_assert(file_exists(path_in("bare's", "utility", ".csv")));
	ck_assert(file_exists(path_in("bare's", "style", ".gp")));
	ck_assert_int_eq(setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1), 0);
	done("bare's", "2", "e");
	check_drawn("bare's", "utility");
}
END_TEST

static void refuse(const char *option, const char *value, const char *part)
{
	int code = command_run("edmsac", "compare", "--short", "--quiet", "--out", folder_path("refused"), option,
	                       value, NULL);

	ck_assert_int_eq(code, 2);
	ck_assert_msg(strstr(command_output(), part) != NULL, "%s %s: '%s' does not say '%s'", option, value,
	              command_output(), part);
}

START_TEST(wrong_options_are_refused)
{
	struct err e = ERR_INIT;
	char file[400];

	refuse("--only", "z", "'z' is no list of figures (accepted: a to g");
	refuse("--only", "a,,b", "'a,,b' is no list");
	refuse("--only", "a,a", "a twice");
	refuse("--types", "3,2", "2 after 3");
	refuse("--types", "3,11", "'11'");
	refuse("--types", "1", "'1'");
	refuse("--types", "", "--types");
	refuse("--seeds", "0", "--seeds");
	refuse("--updates", "0", "--updates");
	refuse("--jobs", "1000", "--jobs");
	refuse("--quiet", "more", "more");
	snprintf(file, sizeof(file), "%s/file", suite_tmp());
	ck_ok(file_write(file, "x", 1, 0644, &e), &e);
	refuse("--out", file, "not a folder");
	ck_assert_int_eq(command_run("edmsac", "compare", NULL), 2);
	ck_assert_ptr_nonnull(strstr(command_output(), "--out DIR is needed"));
}
END_TEST

SUITE_TIMEOUT("edmsac compare", 400, every_figure_is_drawn_from_sound_data,
              numbers_depend_on_the_seed_and_not_on_jobs, finished_parts_are_kept_and_broken_ones_made_again,
              without_gnuplot_the_data_is_there, wrong_options_are_refused)
