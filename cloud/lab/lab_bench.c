/* edmsac bench: what an update and a contract cost, medians of several runs.
 *
 * The dynamics are endogenous, so that an update has all its parts: the targets of the next states too.
 * Participation is per period, for which there is no closed form of a round (baseline.h): the networks alone
 * are measured, as in the published algorithm. There is one environment a thread, so that hardly more than
 * the update itself is measured. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/lab/lab.h"
#include "cloud/lab/lab_time.h"
#include "cloud/policy/crew.h"
#include "cloud/policy/learner.h"
#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/opt.h"

#define ACTS 64 /* contracts in a run of single ones */
#define MANY 256

struct bench_options {
	const char *algorithm, *actions;
	int64_t types, hidden, steps, batch, threads;
	bool json;
};

#define AT(field) OPT_AT(bench_options, field)

static const struct opt table[] = {
    {"algo", 'a', OPT_CHOICE, "edmsac|dmsac|sac|ppo", "what learns", "edmsac", 0, 0, AT(algorithm)},
    {"types", 'k', OPT_INT, "K", "willingness types", "3", 1, CONTRACT_TYPES_MAX, AT(types)},
    {"hidden", 0, OPT_INT, "H", "neurons in each of two hidden layers", "256", 2, 1024, AT(hidden)},
    {"denoise-steps", 't', OPT_INT, "T", "steps of the denoising chain", "5", 1, 64, AT(steps)},
    {"batch", 'b', OPT_INT, "B", "steps that an update learns from", "256", 1, 4096, AT(batch)},
    {"actions", 0, OPT_CHOICE, "structured|direct", "what an action says", "structured", 0, 0, AT(actions)},
    {"threads", 0, OPT_INT, "T", "that share an update", "1", 1, CREW_MAX, AT(threads)},
    {"json", 'j', OPT_FLAG, "", "one JSON object instead of a sentence", NULL, 0, 0, AT(json)},
    OPT_END};

static const struct opt_program program = {"edmsac bench", "what an update and a contract cost", "", table,
                                           .examples = "  edmsac bench --algo edmsac --types 3\n"};

static int update_ms(struct learner *l, double *out, struct err *e)
{
	double ms[LAB_RUNS];
	struct learner_report r;

	for (int i = -LAB_WARM_RUNS; i < LAB_RUNS; i++) {
		int64_t start = clock_mono_us();
		int rc = learner_update(l, &r, e);

		if (rc)
			return rc;
		if (i >= 0)
			ms[i] = (double)(clock_mono_us() - start) / 1000;
	}
	*out = lab_median(ms, LAB_RUNS);
	return 0;
}

/* Multiplications and additions of an off-policy update: a forward pass costs 2 a weight and row, a backward
 * pass twice as much, and half of that when only the inputs' or only the weights' gradients are wanted. */
static double update_flop(const struct learner *l)
{
	const struct learner_spec *s = learner_spec(l);
	const struct actor_shape *a = learner_actor_shape(l);
	double h = s->hidden, chain = a->gaussian ? a->state * h + h * h + 2 * h * a->action
	                                          : s->steps * (2 * h * a->action + h * h) + a->state * h;
	double critics = 2 * ((a->state + a->action) * h + h * h + h);

	return 2.0 * s->batch * ((1 + 3) * chain + (1 + 3 + 2) * critics);
}

static int measure(const struct bench_options *o, struct learner *l, struct err *e)
{
	int state = learner_actor_shape(l)->state;
	float *states = mem_floats((size_t)(MANY * state));
	struct actor a;
	double ms, one, many;
	struct rng r;
	int rc = actor_init(&a, learner_actor_shape(l), MANY, e);

	rng_seed(&r, 2, 2);
	for (int i = 0; i < MANY * state; i++)
		states[i] = (float)rng_uniform(&r, -1, 1);
	if (rc == 0)
		rc = update_ms(l, &ms, e);
	if (rc == 0) {
		one = lab_act_us(&a, learner_actor_params(l), states, 1, ACTS);
		many = lab_act_us(&a, learner_actor_params(l), states, MANY, 1);
		printf(o->json ? "{\"update_ms\":%.3f,\"act_us\":%.2f,\"act256_ms\":%.3f,\"gflops\":%.1f}\n"
		               : "an update %.3f ms, a contract %.2f us, 256 contracts %.3f ms, %.1f GFLOP/s\n",
		       ms, one, many / 1000, update_flop(l) / ms / 1e6);
	}
	actor_release(&a);
	free(states);
	return rc;
}

static int run(int argc, char **argv)
{
	struct bench_options o = {0};
	struct learner_spec spec;
	struct learner *l = NULL;
	struct err e = ERR_INIT;
	int rc = opt_parse(&program, argc, argv, &o, NULL, &e);

	if (rc > 0)
		return 0;
	if (rc == 0)
		rc = learner_defaults(o.algorithm, &spec, &e);
	if (rc == 0) {
		spec.env = (struct env_spec){.types = (int)o.types,
		                             .endogenous = true,
		                             .direct = strcmp(o.actions, "direct") == 0,
		                             .participation = PARTICIPATION_PER_PERIOD};
		spec.hidden = (int)o.hidden;
		spec.steps = (int)o.steps;
		spec.batch = (int)o.batch;
		spec.threads = (int)o.threads;
		spec.envs = spec.threads;
		rc = learner_new(&spec, &l, &e);
	}
	if (rc < 0)
		return lab_fail("bench", LAB_USAGE, &e);
	rc = measure(&o, l, &e);
	learner_free(l);
	return rc ? lab_fail("bench", LAB_FAILED, &e) : lab_finish("bench");
}

const struct lab_command lab_bench = {"bench", "what an update and a contract cost", run};
