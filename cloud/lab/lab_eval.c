/* edmsac eval: a checkpoint's contracts for a file of instances, beside the exact optimum.
 *
 * A policy that learned with endogenous dynamics is judged by whole episodes: its discounted profit beside
 * that of the round-by-round optimum (the ratio) and of the same with the best constant bonus. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cloud/lab/lab.h"
#include "cloud/lab/lab_instances.h"
#include "cloud/lab/lab_time.h"
#include "cloud/policy/exact.h"
#include "cloud/policy/learned.h"
#include "cloud/policy/retention.h"
#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/opt.h"
#include "common/contract/feasible.h"

struct eval_options {
	const char *checkpoint;
	int64_t samples;
	bool json;
};

static const struct opt table[] = {{"checkpoint", 'c', OPT_TEXT, "F.safetensors", "the policy", opt_needed, 0,
                                    0, offsetof(struct eval_options, checkpoint)},
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
	size_t n;
	double feasible; /* menus */
	double sum, worst;
	double bonus,
	    kept;   /* endogenous: sums of the ratio to the best constant bonus, and of the capacity left */
	double *us; /* [n] */
};

static void count(struct tally *t, double profit, double bound)
{
	double ratio = bound > 0 ? profit / bound : 1;

	t->n++;
	t->sum += ratio;
	t->worst = fmin(t->worst, ratio);
}

static int evaluate_once(const struct policy *p, const struct instance *in, struct tally *t, struct err *e)
{
	const struct policy exact = {.ops = &policy_exact};
	struct menu m, best;
	int64_t start = clock_mono_us();
	int rc = policy_solve(p, in, &m, e);

	t->us[t->n] = (double)(clock_mono_us() - start);
	if (rc == 0)
		rc = policy_solve(&exact, in, &best, e);
	if (rc)
		return rc;
	t->feasible += menu_is_feasible(&m, in);
	count(t, policy_profit(p, in, &m), policy_profit(&exact, in, &best));
	return 0;
}

static int evaluate_episode(const struct policy *p, const struct instance *in, struct tally *t, struct err *e)
{
	struct retention own, without, with;
	int64_t start = clock_mono_us();
	int rc = retention_play(p, learned_solve_at, in, 0, &own, e);

	t->us[t->n] = (double)(clock_mono_us() - start) / ENV_ROUNDS;
	if (rc == 0)
		rc = retention_exact(in, &without, &with, e);
	if (rc)
		return rc;
	t->feasible += own.feasible;
	t->bonus += with.profit > 0 ? own.profit / with.profit : 1;
	t->kept += own.active;
	count(t, own.profit, without.profit);
	return 0;
}

static int evaluate(const struct policy *p, const struct instance *in, struct tally *t, struct err *e)
{
	int rc = learned_env(p)->endogenous ? evaluate_episode(p, in, t, e) : evaluate_once(p, in, t, e);

	return rc ? err_wrap(e, "instance %s", in->id) : 0;
}

static void print(const struct eval_options *o, const struct policy *p, struct tally *t)
{
	double n = (double)t->n;
	bool json = o->json;

	printf(json
	           ? "{\"algo\":\"%s\",\"types\":%d,\"instances\":%zu,\"mean_ratio\":%.6f,\"min_ratio\":%.6f,"
	             "\"feasible\":%.6f,\"act_us\":%.1f,\"parameters\":%zu"
	           : "%s, K = %d: %zu instances, mean ratio %.5f, worst %.5f, feasible %.4f, %.0f us a contract, "
	             "%zu parameters",
	       p->ops->name, learned_env(p)->types, t->n, t->sum / n, t->worst, t->feasible / n,
	       lab_median(t->us, (int)t->n), learned_parameters(p));
	if (learned_env(p)->endogenous)
		printf(json ? ",\"bonus_ratio\":%.6f,\"kept\":%.6f"
		            : "; ratio to the best bonus %.5f, capacity kept %.4f",
		       t->bonus / n, t->kept / n);
	puts(json ? "}" : "");
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
