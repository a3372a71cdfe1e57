/* edmsac eval: a checkpoint's contracts for a file of instances, beside the exact optimum.
 *
 * A policy that learned with endogenous dynamics is judged by whole episodes: its discounted profit beside
 * that of the round-by-round optimum (the ratio) and of the same with the best constant bonus. One that
 * learned from estimates is shown estimates, as is the optimum that it is compared with; profits follow the
 * truth. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cloud/lab/lab.h"
#include "cloud/lab/lab_instances.h"
#include "cloud/lab/lab_judge.h"
#include "cloud/lab/lab_time.h"
#include "cloud/policy/learned.h"
#include "common/base/mem.h"
#include "common/base/opt.h"

struct eval_options {
	const char *checkpoint;
	int64_t samples, estimates, seed;
	bool as_drawn, json;
};

#define AT(field) OPT_AT(eval_options, field)

static const struct opt table[] = {
    {"checkpoint", 'c', OPT_TEXT, "F.safetensors", "the policy", opt_needed, 0, 0, AT(checkpoint)},
    {"samples", 'n', OPT_INT, "N", "contracts to draw, of which the best by modelled profit counts", "1", 1,
     LEARNED_SAMPLES_MAX, AT(samples)},
    {"estimates", 0, OPT_INT, "N", "draws of estimates for each instance, where the policy learned from them",
     "4", 1, 1000, AT(estimates)},
    {"seed", 's', OPT_INT, "S", "of the estimates", "1", 0, 1e15, AT(seed)},
    {"as-drawn", 0, OPT_FLAG, "", "the actor's own contracts, without the last touch (polish.h)", NULL, 0, 0,
     AT(as_drawn)},
    {"json", 'j', OPT_FLAG, "", "one JSON object instead of a sentence", NULL, 0, 0, AT(json)},
    OPT_END};

static const struct opt_program program = {
    "edmsac eval",
    "how near a learned policy comes to the exact optimum; what follows from the checkpoint's own "
    "dynamics and observed mode is judged alike",
    "INSTANCES.jsonl (or - for standard input)", table,
    .examples = "  edmsac eval --checkpoint policy.safetensors instances.jsonl\n"};

/* Of all instances: sums, the worst of two, and every time. */
struct tally {
	size_t n;
	struct judged sum;
	double worst, worst_bonus;
	double *us; /* [n] */
};

static void count(struct tally *t, const struct judged *x)
{
	t->us[t->n++] = x->us;
	t->worst = fmin(t->worst, x->ratio);
	t->worst_bonus = fmin(t->worst_bonus, x->bonus_ratio);
	t->sum.ratio += x->ratio;
	t->sum.feasible += x->feasible;
	t->sum.bonus_ratio += x->bonus_ratio;
	t->sum.steady_ratio += x->steady_ratio;
	t->sum.kept += x->kept;
	t->sum.kept_exact += x->kept_exact;
	t->sum.kept_bonus += x->kept_bonus;
	t->sum.informed_ratio += x->informed_ratio;
	t->sum.exact_informed_ratio += x->exact_informed_ratio;
}

static void print_episodes(const struct tally *t, bool json)
{
	double n = (double)t->n;

	printf(
	    json ? ",\"bonus_ratio\":%.6f,\"min_bonus_ratio\":%.6f,\"steady_ratio\":%.6f,\"kept\":%.6f,"
	           "\"kept_exact\":%.6f,\"kept_bonus\":%.6f"
	         : "; beside the best constant bonus: mean ratio %.5f, worst %.5f (%.5f if no end is in sight); "
	           "capacity kept %.4f (%.4f by the optimum alone, %.4f with that bonus)",
	    t->sum.bonus_ratio / n, t->worst_bonus, t->sum.steady_ratio / n, t->sum.kept / n,
	    t->sum.kept_exact / n, t->sum.kept_bonus / n);
}

static void print_observed(const struct tally *t, bool json)
{
	double n = (double)t->n;

	printf(json ? ",\"informed_ratio\":%.6f,\"exact_informed_ratio\":%.6f"
	            : "; beside the optimum that knows the truth: mean ratio %.5f (%.5f for the one fed the "
	              "estimates)",
	       t->sum.informed_ratio / n, t->sum.exact_informed_ratio / n);
}

static void print(const struct eval_options *o, const struct policy *p, struct tally *t)
{
	const struct env_spec *env = learned_env(p);
	double n = (double)t->n;
	bool json = o->json;

	printf(json
	           ? "{\"algo\":\"%s\",\"types\":%d,\"instances\":%zu,\"mean_ratio\":%.6f,\"min_ratio\":%.6f,"
	             "\"feasible\":%.6f,\"act_us\":%.1f,\"parameters\":%zu"
	           : "%s, K = %d: %zu instances, mean ratio %.5f, worst %.5f, feasible %.4f, %.0f us a contract, "
	             "%zu parameters",
	       p->ops->name, env->types, t->n, t->sum.ratio / n, t->worst, t->sum.feasible / n,
	       lab_median(t->us, (int)t->n), learned_parameters(p));
	if (env->endogenous)
		print_episodes(t, json);
	if (env->observed)
		printf(json ? ",\"estimates\":%d" : "; %d draws of estimates each", (int)o->estimates);
	if (env->observed && !env->endogenous)
		print_observed(t, json);
	puts(json ? "}" : "");
}

static int run(int argc, char **argv)
{
	struct eval_options o = {0};
	struct instance *list = NULL;
	struct policy p = {0};
	struct tally t = {.worst = INFINITY, .worst_bonus = INFINITY};
	struct err e = ERR_INIT;
	size_t n = 0;
	int first, rc = opt_parse(&program, argc, argv, &o, &first, &e);
	struct judge judge = {.seed = (uint64_t)o.seed, .estimates = (int)o.estimates};

	if (rc > 0)
		return 0;
	if (rc == 0)
		rc = lab_instances(argc, argv, first, &list, &n, &e);
	if (rc == 0 && n == 0)
		rc = err_set(&e, E_INVALID, "no instance to evaluate on");
	if (rc == 0)
		rc = learned_open(o.checkpoint, (int)o.samples, &p, &e);
	if (rc == 0 && o.as_drawn)
		learned_as_drawn(&p);
	t.us = mem_array(n, sizeof(*t.us));
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct judged x;

		rc = lab_judge(&judge, &p, &list[i], i, &x, &e);
		if (rc == 0)
			count(&t, &x);
	}
	if (rc == 0)
		print(&o, &p, &t);
	policy_release(&p);
	free(t.us);
	free(list);
	return rc ? lab_fail("eval", rc == E_SOLVER ? LAB_FAILED : LAB_USAGE, &e) : lab_finish("eval");
}

const struct lab_command lab_eval = {"eval", "a learned policy beside the exact optimum", run};
