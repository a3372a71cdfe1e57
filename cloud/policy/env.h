/* One contract-design problem as a learner meets it: numbers in, numbers out (contract-model: "the
 * contract-design environment"). The vectorised environment that steps many of them is envs.h. */
#ifndef POLICY_ENV_H
#define POLICY_ENV_H

#include <stdbool.h>

#include "cloud/policy/prices.h"
#include "common/contract/action.h"
#include "common/contract/menu.h"

struct env_spec {
	int types;       /* K */
	bool direct;     /* rewards are chosen too; else efforts only, and least rewards follow */
	bool endogenous; /* what a round pays decides who stays for the next; else every step is a new problem */
	bool observed;   /* the policy sees estimates of the prior and the transition */
	bool priced;     /* the state ends with what prices.h tells; only where steps stand alone */
	bool efficient;  /* and with the complete-information effort of each type; likewise */
	/* Learners are told the profit beyond that of the static menu, in tenths of it, so that poor problems
	 * count as much as rich ones. Only where steps stand alone. */
	bool relative;
	/* With relative rewards: a problem whose contract fell behind the static menu's by a tenth comes again,
	 * up to so many times. */
	int again;
	enum participation participation;
};

#define ENV_AGAIN_MAX  (ENV_ROUNDS - 1)
#define ENV_ROUNDS     20   /* of an endogenous episode */
#define ENV_GAMMA      0.95 /* discount from round to round */
#define ENV_STATE_MAX  (CONTRACT_TYPES_MAX * CONTRACT_TYPES_MAX + 3 * CONTRACT_TYPES_MAX + 8 + PRICES_MAX)
#define ENV_ACTION_MAX ACTION_DIRECT_MAX

/* Where an endogenous episode stands. Its profit counts over ENV_ROUNDS rounds, so what is best depends on
 * how many are left. */
struct env_moment {
	double active; /* share of the federation's capacity that is there, (0, 1] */
	int left;      /* rounds to come, this one included; ENV_ROUNDS at the start */
};

/* How it begins, and how a policy sees a federation that nobody said more about. */
#define ENV_MOMENT_START ((struct env_moment){1, ENV_ROUNDS})

/* K^2 + 2K + 5, and three more with endogenous dynamics, or K^2 + K + 2 more where it is priced and K where
 * it is efficient. */
int env_state_size(const struct env_spec *s);
/* K + K^2 structured, 2K + 2K^2 direct; with endogenous dynamics the structured action has one more, the
 * bonus. */
int env_action_size(const struct env_spec *s);

/* Prior, transition, types, alpha, beta, e1, e3, delta, each scaled to about [-1, 1] over the distribution of
 * instances.h; with endogenous dynamics also the active share of the capacity, the rounds left, and how near
 * the end is. Efforts are counted in tenths of q_max, so that instances of any q_max look alike. */
void env_encode(const struct env_spec *s, const struct instance *seen, const struct env_moment *at,
                float *state);
/* The instance of a state, its efforts counted with q_max = 10, as near as the numbers tell. */
void env_decode(int types, const float *state, struct instance *out);
/* The moment of an endogenous state. */
void env_decode_moment(const struct env_spec *s, const float *state, struct env_moment *at);
/* The contract that an action in [-1, 1]^n means for the instance as the policy sees it. Structured: never
 * fails for a tidy instance. Coordinates that are not numbers count as -1. */
int env_menu(const struct env_spec *s, const float *action, const struct instance *seen, struct menu *out,
             struct err *e) MUST_CHECK;
/* What profits are divided by to make rewards: the value of the largest effort. */
double env_scale(const struct instance *in);
/* gain = what a reward, a profit over env_scale(), is to learners of relative ones: the profit beyond the
 * static menu's, in tenths of that. */
int env_gain(const struct instance *in, double reward, double *gain, struct err *e) MUST_CHECK;

/* ---- retention: who is still there next round -------------------------------------------------- */

#define ENV_LEAVE_SHARE  0.2  /* c0: of a type that is left with nothing, this share leaves */
#define ENV_RENT_SCALE   0.05 /* u0 / alpha: this rent divides the share that leaves by e */
#define ENV_FRESH_SHARE  0.05 /* nu: of the empty capacity, filled by new edges in a round */
#define ENV_BONUS_FACTOR 0.2  /* the largest bonus / alpha */

/* Adds the same to every period-1 reward: incentives stay, participation loosens. */
void menu_add_bonus(struct menu *m, double bonus);
/* After a round under `m`: in->prior, the types among the active, and *active, their share of the capacity,
 * become the next round's. `fresh` is the distribution of the edges that come in. */
void env_retain(struct instance *in, double *active, const double *fresh, const struct menu *m);

#endif
