/* How a learned policy does on one instance, beside the exact optimum under the same conditions. */
#ifndef LAB_LAB_JUDGE_H
#define LAB_LAB_JUDGE_H

#include <stdint.h>

#include "cloud/policy/policy.h"

struct judged {
	double ratio;    /* profit / the exact optimum's; over an episode: the round-by-round optimum's */
	double feasible; /* share of the menus, by what the policy was shown */
	double us;       /* for a contract */

	/* A policy that learned with endogenous dynamics: discounted profits of whole episodes. */
	double bonus_ratio;                  /* profit / that of the optimum with the best constant bonus */
	double steady_ratio;                 /* the same, told in every round that the whole episode is to come */
	double kept, kept_exact, kept_bonus; /* capacity left by the policy, the optimum, and with that bonus */

	/* A policy that learned from estimates, as is the optimum above then; one round. */
	double informed_ratio;       /* profit / that of the optimum that knows the truth */
	double exact_informed_ratio; /* the same of the optimum that is fed the estimates */
};

/* Where the policy learned from estimates, sums are taken over `estimates` draws of them, made from the seed
 * and `index`, the instance's place in its file. */
struct judge {
	uint64_t seed;
	int estimates;
};

/* `p` is of learned.h. */
int lab_judge(const struct judge *j, const struct policy *p, const struct instance *in, uint64_t index,
              struct judged *out, struct err *e) MUST_CHECK;

#endif
