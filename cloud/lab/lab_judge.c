#include "cloud/lab/lab_judge.h"

#include "cloud/policy/envs.h"
#include "cloud/policy/exact.h"
#include "cloud/policy/learned.h"
#include "cloud/policy/retention.h"
#include "common/base/clock.h"
#include "common/contract/choice.h"
#include "common/contract/feasible.h"

static const struct policy exact = {.ops = &policy_exact};

/* A policy that is shown estimates instead of the truth. */
struct onlooker {
	const struct policy *inner;
	retention_writer write;
	bool observed, steady;
	struct rng start, now; /* of the estimates: the same ones in every episode */
	double feasible;       /* menus, since the last start */
	int64_t us;
};

static struct rng generator(const struct judge *j, uint64_t index, int draw)
{
	struct rng r;

	rng_seed(&r, j->seed ^ rng_stream("eval/estimate"), index * (uint64_t)j->estimates + (uint64_t)draw);
	return r;
}

static void look(struct rng *r, bool observed, const struct instance *truth, struct instance *seen)
{
	int more = (int)rng_below(r, ENVS_WITNESSES_MAX - ENVS_WITNESSES_MIN + 1);

	if (observed)
		envs_estimate(r, truth, ENVS_WITNESSES_MIN + more, seen);
	else
		*seen = *truth;
}

/* Profits may be of either sign; a benchmark that earns nothing is met by earning nothing. */
static double ratio(double profit, double bound)
{
	return bound > 0 ? profit / bound : 1 + profit - bound;
}

/* ---- one round ----------------------------------------------------------------------------------- */

struct sums {
	double own, fed, informed;
};

static int judge_draw(const struct policy *p, const struct instance *in, struct rng *r, struct sums *s,
                      struct judged *out, struct err *e)
{
	struct instance seen;
	struct menu m, best;
	int64_t start;
	int rc;

	look(r, learned_env(p)->observed, in, &seen);
	start = clock_mono_us();
	rc = policy_solve(p, &seen, &m, e);
	out->us = (double)(clock_mono_us() - start);
	if (rc == 0)
		rc = policy_solve(&exact, &seen, &best, e);
	if (rc)
		return rc;
	out->feasible += menu_is_feasible(&m, &seen);
	s->own += menu_realised_profit(&m, in);
	s->fed += menu_realised_profit(&best, in);
	return 0;
}

static int judge_round(const struct judge *j, const struct policy *p, const struct instance *in,
                       uint64_t index, struct judged *out, struct err *e)
{
	int draws = learned_env(p)->observed ? j->estimates : 1, rc = 0;
	struct sums s = {0};
	struct menu best;

	for (int i = 0; rc == 0 && i < draws; i++) {
		struct rng r = generator(j, index, i);

		rc = judge_draw(p, in, &r, &s, out, e);
	}
	if (rc == 0)
		rc = policy_solve(&exact, in, &best, e);
	if (rc)
		return rc;
	s.informed = draws * menu_realised_profit(&best, in);
	out->feasible /= draws;
	out->ratio = ratio(s.own, s.fed);
	out->informed_ratio = ratio(s.own, s.informed);
	out->exact_informed_ratio = ratio(s.fed, s.informed);
	return 0;
}

/* ---- whole episodes ------------------------------------------------------------------------------ */

static int write_seen(const struct policy *p, const struct instance *in, const struct env_moment *at,
                      struct menu *out, struct err *e)
{
	struct env_moment told = *at;
	struct onlooker *x = p->state;
	struct instance seen;
	int64_t start;
	int rc;

	if (at->left == ENV_ROUNDS) {
		x->now = x->start;
		x->feasible = 0;
	}
	if (x->steady)
		told.left = ENV_ROUNDS;
	look(&x->now, x->observed, in, &seen);
	start = clock_mono_us();
	rc = x->write(x->inner, &seen, &told, out, e);
	x->us = clock_mono_us() - start;
	x->feasible += rc == 0 && menu_is_feasible(out, &seen);
	return rc;
}

struct episodes {
	struct retention own, steady, exact, bonus;
};

static int play(struct onlooker *own, struct onlooker *rival, const struct instance *in, struct episodes *out,
                struct err *e)
{
	const struct policy view = {.ops = own->inner->ops, .state = own};
	const struct policy best = {.ops = rival->inner->ops, .state = rival};
	int rc;

	own->steady = true;
	rc = retention_play(&view, write_seen, in, 0, &out->steady, e);
	own->steady = false;
	if (rc == 0)
		rc = retention_play(&view, write_seen, in, 0, &out->own, e);
	return rc ? rc : retention_bonus(&best, write_seen, in, &out->exact, &out->bonus, e);
}

static int judge_episodes(const struct judge *j, const struct policy *p, const struct instance *in,
                          uint64_t index, struct judged *out, struct err *e)
{
	bool observed = learned_env(p)->observed;
	struct onlooker own = {.inner = p, .write = learned_solve_at, .observed = observed};
	struct onlooker rival = {.inner = &exact, .write = retention_write, .observed = observed};
	int draws = observed ? j->estimates : 1;
	double profit = 0, steady = 0, by_round = 0, bonus = 0;

	for (int i = 0; i < draws; i++) {
		struct episodes x;
		int rc;

		own.start = rival.start = generator(j, index, i);
		rc = play(&own, &rival, in, &x, e);
		if (rc)
			return rc;
		profit += x.own.profit;
		steady += x.steady.profit;
		by_round += x.exact.profit;
		bonus += x.bonus.profit;
		out->kept += x.own.active / draws;
		out->kept_exact += x.exact.active / draws;
		out->kept_bonus += x.bonus.active / draws;
		out->feasible += own.feasible / ENV_ROUNDS / draws;
	}
	out->us = (double)own.us;
	out->ratio = ratio(profit, by_round);
	out->bonus_ratio = ratio(profit, bonus);
	out->steady_ratio = ratio(steady, bonus);
	return 0;
}

int lab_judge(const struct judge *j, const struct policy *p, const struct instance *in, uint64_t index,
              struct judged *out, struct err *e)
{
	int rc;

	*out = (struct judged){0};
	rc = learned_env(p)->endogenous ? judge_episodes(j, p, in, index, out, e)
	                                : judge_round(j, p, in, index, out, e);
	return rc ? err_wrap(e, "instance %s", in->id) : 0;
}
