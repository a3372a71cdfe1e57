/* edmsac solve: a policy's contract for each instance of a file, beside the exact optimum.
 *
 * The whole file is read and checked before the first line is printed. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/lab/lab.h"
#include "cloud/lab/lab_instances.h"
#include "cloud/policy/exact.h"
#include "cloud/policy/learned.h"
#include "common/base/clock.h"
#include "common/base/opt.h"
#include "common/contract/feasible.h"
#include "common/contract/menu_json.h"

struct solve_options {
	const char *policy, *checkpoint;
	int64_t samples;
	bool as_drawn, json;
};

static const struct opt table[] = {
    {"policy", 'p', OPT_TEXT, "NAME",
     "exact, first-best, static, monotone, greedy or random; edmsac, dmsac, sac or ppo with a checkpoint",
     "exact", 0, 0, OPT_AT(solve_options, policy)},
    {"checkpoint", 'c', OPT_TEXT, "F.safetensors", "a learned policy", NULL, 0, 0,
     OPT_AT(solve_options, checkpoint)},
    {"samples", 'n', OPT_INT, "N", "contracts a learned policy draws, to keep the best by modelled profit",
     "16", 1, LEARNED_SAMPLES_MAX, OPT_AT(solve_options, samples)},
    {"as-drawn", 0, OPT_FLAG, "", "a learned policy's own contracts, without the last touch (polish.h)", NULL,
     0, 0, OPT_AT(solve_options, as_drawn)},
    {"json", 'j', OPT_FLAG, "", "one JSON line an instance instead of a table", NULL, 0, 0,
     OPT_AT(solve_options, json)},
    OPT_END};

static const struct opt_program program = {
    "edmsac solve", "writes a contract for each instance and compares it with the exact optimum",
    "INSTANCES.jsonl (or - for standard input)", table,
    .examples = "  edmsac draw --count 5 | edmsac solve --policy exact -\n"};

struct solved {
	struct menu menu;
	double profit, second_best;
	struct violation violation;
	int64_t us; /* wall time of the policy alone */
};

static int solve_one(const struct policy *p, const struct instance *in, struct solved *s, struct err *e)
{
	const struct policy exact = {.ops = &policy_exact};
	struct menu best;
	int64_t start = clock_mono_us();
	int rc = policy_solve(p, in, &s->menu, e);

	s->us = clock_mono_us() - start;
	if (rc)
		return rc;
	s->profit = policy_profit(p, in, &s->menu);
	s->violation = menu_violation(&s->menu, in);
	s->second_best = s->profit;
	if (p->ops == &policy_exact)
		return 0;
	rc = policy_solve(&exact, in, &best, e);
	if (rc == 0)
		s->second_best = policy_profit(&exact, in, &best);
	return rc;
}

/* An instance from which nothing can be earned is solved in full by earning nothing. */
static double ratio(const struct solved *s)
{
	return s->second_best > 0 ? s->profit / s->second_best : 1;
}

static void print_json(const struct policy *p, const struct instance *in, const struct solved *s)
{
	json_t *object = json_object();
	char *line;

	json_object_set_new(object, "id", json_string(in->id));
	json_object_set_new(object, "policy", json_string(p->ops->name));
	json_object_set_new(object, "profit", json_real(s->profit));
	json_object_set_new(object, "second_best", json_real(s->second_best));
	json_object_set_new(object, "ratio", json_real(ratio(s)));
	json_object_set_new(object, "feasible", json_boolean(s->violation.amount <= CONTRACT_TOLERANCE));
	json_object_set_new(object, "max_violation", json_real(s->violation.amount));
	json_object_set_new(object, "menu", menu_to_json(&s->menu));
	json_object_set_new(object, "us", json_integer(s->us));
	line = json_line(object);
	puts(line);
	free(line);
	json_decref(object);
}

static void print_row(const struct instance *in, const struct solved *s)
{
	bool feasible = s->violation.amount <= CONTRACT_TOLERANCE;

	printf("%-24s %2d  %-13s %12.6f %12.6f %8.5f  %9.3f  %s\n", in->id, in->terms.types,
	       participation_name(in->participation), s->profit, s->second_best, ratio(s), (double)s->us / 1000,
	       feasible ? "feasible" : s->violation.text);
}

static int solve_all(const struct solve_options *o, const struct policy *p, const struct instance *list,
                     size_t n)
{
	struct err e = ERR_INIT;
	double sum = 0;

	if (!o->json && n > 0)
		printf("%-24s %2s  %-13s %12s %12s %8s  %9s  %s\n", "id", "K", "participation", p->ops->name,
		       "second best", "ratio", "ms", "menu");
	for (size_t i = 0; i < n; i++) {
		struct solved s;

		if (solve_one(p, &list[i], &s, &e)) {
			err_wrap(&e, "instance %s", list[i].id);
			return lab_fail("solve", LAB_FAILED, &e);
		}
		sum += ratio(&s);
		if (o->json)
			print_json(p, &list[i], &s);
		else
			print_row(&list[i], &s);
	}
	if (!o->json && n > 0)
		printf("%zu instances, mean ratio %.5f\n", n, sum / (double)n);
	return lab_finish("solve");
}

/* The policy by its name, or by the checkpoint that holds it. */
static int find_policy(const struct solve_options *o, struct policy *p, struct err *e)
{
	int rc;

	if (!o->checkpoint)
		return policy_find(o->policy, p, e);
	rc = learned_open(o->checkpoint, (int)o->samples, p, e);
	if (rc == 0 && strcmp(o->policy, p->ops->name) != 0) {
		rc = err_set(e, E_INVALID, "%s holds '%s', not '%.32s'", o->checkpoint, p->ops->name, o->policy);
		policy_release(p);
	} else if (rc == 0 && o->as_drawn) {
		learned_as_drawn(p);
	}
	return rc;
}

static int run(int argc, char **argv)
{
	struct solve_options o = {0};
	struct instance *list = NULL;
	struct policy p = {0};
	struct err e = ERR_INIT;
	size_t n = 0;
	int first, rc = opt_parse(&program, argc, argv, &o, &first, &e);

	if (rc > 0)
		return 0;
	if (rc == 0)
		rc = lab_instances(argc, argv, first, &list, &n, &e);
	if (rc == 0)
		rc = find_policy(&o, &p, &e);
	if (rc < 0) {
		free(list);
		return lab_fail("solve", LAB_USAGE, &e);
	}
	rc = solve_all(&o, &p, list, n);
	free(list);
	policy_release(&p);
	return rc;
}

const struct lab_command lab_solve = {"solve", "contracts for a file of instances, beside the exact optimum",
                                      run};
