/* edmsac eval: a checkpoint's contracts for a file of instances, beside the exact optimum. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cloud/lab/lab.h"
#include "cloud/lab/lab_instances.h"
#include "cloud/policy/exact.h"
#include "cloud/policy/learned.h"
#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/opt.h"
#include "common/contract/feasible.h"

struct eval_options {
	const char *checkpoint;
	int64_t samples;
	bool json;
};

static const struct opt table[] = {{"checkpoint", 'c', OPT_TEXT, "F.safetensors", "the policy", NULL, 0, 0,
                                    offsetof(struct eval_options, checkpoint)},
                                   {"samples", 'n', OPT_INT, "N",
                                    "contracts to draw, of which the best by modelled profit counts", "1", 1,
                                    LEARNED_SAMPLES_MAX, offsetof(struct eval_options, samples)},
                                   {"json", 'j', OPT_FLAG, "", "one JSON object instead of a sentence", NULL,
                                    0, 0, offsetof(struct eval_options, json)},
                                   OPT_END};

static const struct opt_program program = {"edmsac eval",
                                           "how near a learned policy comes to the exact optimum",
                                           "INSTANCES.jsonl (or - for standard input)", table};

struct tally {
	size_t n, feasible;
	double sum, worst;
	double *us; /* [n] */
};

static int evaluate(const struct policy *p, const struct instance *in, struct tally *t, struct err *e)
{
	const struct policy exact = {.ops = &policy_exact};
	struct menu m, best;
	double bound, ratio;
	int64_t start = clock_mono_us();
	int rc = policy_solve(p, in, &m, e);

	t->us[t->n] = (double)(clock_mono_us() - start);
	if (rc == 0)
		rc = policy_solve(&exact, in, &best, e);
	if (rc)
		return err_wrap(e, "instance %s", in->id);
	bound = policy_profit(&exact, in, &best);
	ratio = bound > 0 ? policy_profit(p, in, &m) / bound : 1;
	t->n++;
	t->feasible += menu_is_feasible(&m, in);
	t->sum += ratio;
	t->worst = fmin(t->worst, ratio);
	return 0;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(const struct eval_options *o, const struct policy *p, struct tally *t)
{
	qsort(t->us, t->n, sizeof(*t->us), ascending);
	printf(o->json
	           ? "{\"algo\":\"%s\",\"types\":%d,\"instances\":%zu,\"mean_ratio\":%.6f,\"min_ratio\":%.6f,"
	             "\"feasible\":%.6f,\"act_us\":%.1f,\"parameters\":%zu}\n"
	           : "%s, K = %d: %zu instances, mean ratio %.5f, worst %.5f, feasible %.4f, %.0f us a contract, "
	             "%zu parameters\n",
	       p->ops->name, learned_env(p)->types, t->n, t->sum / (double)t->n, t->worst,
	       (double)t->feasible / (double)t->n, t->us[t->n / 2], learned_parameters(p));
}

static int run(int argc, char **argv)
{
	struct eval_options o = {0};
	struct instance *list = NULL;
	struct policy p = {0};
	struct tally t = {.worst = INFINITY};
	struct err e = ERR_INIT;
	size_t n = 0;
	int first, rc = opt_parse(&program, argc, argv, &o, &first, &e);

	if (rc > 0)
		return 0;
	if (rc == 0 && !o.checkpoint)
		rc = err_set(&e, E_INVALID, "--checkpoint names the policy");
	if (rc == 0)
		rc = lab_instances(argc, argv, first, &list, &n, &e);
	if (rc == 0 && n == 0)
		rc = err_set(&e, E_INVALID, "no instance to evaluate on");
	if (rc == 0)
		rc = learned_open(o.checkpoint, (int)o.samples, &p, &e);
	t.us = mem_array(n, sizeof(*t.us));
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = evaluate(&p, &list[i], &t, &e);
	if (rc == 0)
		print(&o, &p, &t);
	policy_release(&p);
	free(t.us);
	free(list);
	return rc ? lab_fail("eval", rc == E_SOLVER ? LAB_FAILED : LAB_USAGE, &e) : lab_finish("eval");
}

const struct lab_command lab_eval = {"eval", "a learned policy beside the exact optimum", run};
