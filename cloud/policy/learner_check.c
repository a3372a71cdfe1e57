/* What a learner's specification may say, and what suits which problems. */
#include <string.h>

#include "cloud/policy/baseline.h"
#include "cloud/policy/learner_internal.h"
#include "common/base/mem.h"

/* Single direct contracts: the profit jumps where types change their minds. What the critics are told is the
 * same for all that have critics; the rest measured best for each (docs/edmsac.md). */
static void suit_direct(struct learner_spec *s)
{
	s->hidden = 128;
	if (strcmp(s->algorithm, "ppo") == 0) {
		s->envs = 16; /* short rollouts: more updates */
		s->batch = 128;
		s->actor_rate = 1e-3;
		s->critic_rate = 3e-3;
		return;
	}
	s->envs = 128; /* two updates for a batch of new steps */
	s->sight = s->model = true;
	s->actor_rate = s->critic_rate = 3e-3;
	if (learner_is_gaussian(s->algorithm)) {
		s->temperature = 1e-3;
		s->entropy = -1.5;
		s->entropy_end = -4;
		return;
	}
	s->hidden = 256;
	s->critic_hidden = 128;
	s->clean = true;
	s->explore = 0.2;
	s->explore_end = 0.01;
	if (strcmp(s->algorithm, "edmsac") != 0)
		return;
	/* Wide at first, narrow early: what that saves goes into more updates for the same steps. */
	s->prune_start = 0.02;
	s->prune_end = 0.15;
	s->envs = 80;
}

/* Single structured contracts: states and rewards are the same for all, and critics of actions see efforts.
 * The reward is a smooth function of the action, so noise that lasts teaches those critics its slopes. */
static void suit_structured(struct learner_spec *s)
{
	s->env.relative = s->env.priced = s->env.efficient = true;
	s->sight = strcmp(s->algorithm, "ppo") != 0;
	if (learner_is_gaussian(s->algorithm))
		return;
	s->explore_end = s->explore = 0.2;
	s->prune_start = 0.2;
	s->prune_end = 0.5;
}

/* Modelled episodes leave the critics little to learn, so that half of the neurons do and twice the updates
 * are had in the time. */
void learner_suit(struct learner_spec *s)
{
	if (baseline_fits(&s->env))
		s->hidden = 128;
	if (s->env.endogenous)
		return;
	if (s->env.direct)
		suit_direct(s);
	else
		suit_structured(s);
}

static int in_range(const char *field, double v, double lo, double hi, struct err *e)
{
	if (v >= lo && v <= hi)
		return 0;
	return err_set(e, E_INVALID, "%s is %g (accepted: %g to %g)", field, v, lo, hi);
}

/* Each needs a row of its own; PPO does not share its updates out. */
static int most_threads(const struct learner_spec *s, const struct algorithm *a)
{
	int most = s->batch < s->envs ? s->batch : s->envs;

	if (a->on_policy)
		return 1;
	return most < CREW_MAX ? most : CREW_MAX;
}

int learner_check(const struct learner_spec *s, const struct algorithm *a, struct err *e)
{
	const struct {
		const char *field;
		double v, lo, hi;
	} ranges[] = {
	    {"types", s->env.types, 1, CONTRACT_TYPES_MAX},
	    {"updates", (double)s->updates, 1, 1e9},
	    {"hidden", s->hidden, 2, LEARNER_HIDDEN_MAX},
	    {"denoise steps", s->steps, 1, SCHEDULE_STEPS_MAX},
	    {"batch", s->batch, 1, 4096},
	    {"envs", s->envs, 1, ENVS_MAX},
	    {"threads", s->threads, 1, most_threads(s, a)},
	    {"replay", (double)s->replay, 1, 1e8},
	    {"actor rate", s->actor_rate, 0, 1},
	    {"critic rate", s->critic_rate, 0, 1},
	    {"exploration", s->explore, 0, 1},
	    {"exploration at the end", s->explore_end, 0, 1},
	    {"critics' hidden", s->critic_hidden, 0, LEARNER_HIDDEN_MAX},
	    {"temperature", s->temperature, 0, 1},
	    {"entropy", s->entropy, -20, 1},
	    {"entropy at the end", s->entropy_end, -20, 1},
	    {"prune rate", s->prune_rate, 0, 0.95},
	    {"prune start", s->prune_start, 0, 1},
	    {"prune end", s->prune_end, s->prune_start, 1},
	    {"again", s->env.again, 0, s->env.relative ? ENV_AGAIN_MAX : 0},
	    {"relative", s->env.relative, 0, !s->env.endogenous},
	    {"priced", s->env.priced, 0, !s->env.endogenous},
	    {"efficient", s->env.efficient, 0, !s->env.endogenous},
	    {"sight", s->sight, 0, !baseline_fits(&s->env)},
	    {"model", s->model, 0, s->env.direct && !s->env.endogenous && !s->env.relative},
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (in_range(ranges[i].field, ranges[i].v, ranges[i].lo, ranges[i].hi, e))
			return E_INVALID;
	return 0;
}
