/* Menus of the simulated cloud: every other round's from a learned policy, through the very code that writes
 * them in earnest; its weights are drawn from the round's number, and now and then they are poisoned. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/learned.h"
#include "cloud/work/work.h"
#include "common/base/mem.h"
#include "sim/world_internal.h"

#define HIDDEN 6
#define STEPS  2

bool menu_is_learned(uint64_t round)
{
	return round % 2 == 1;
}

bool menu_is_poisoned(uint64_t round)
{
	return round % 16 == 5;
}

int menu_learned(struct job *job, struct err *e)
{
	const struct env_spec env = {.types = job->instance.terms.types};
	const struct actor_shape shape = {.state = env_state_size(&env),
	                                  .action = env_action_size(&env),
	                                  .hidden = {HIDDEN, HIDDEN},
	                                  .steps = STEPS};
	struct work w = {0};
	struct actor a;
	struct rng rng;
	float *params;
	int rc = actor_init(&a, &shape, 1, e);

	if (rc)
		return rc;
	params = mem_floats(a.params);
	rng_seed(&rng, job->round, 11); /* the same round gets the same menu when the job runs again */
	actor_draw(&a, params, &rng);
	if (menu_is_poisoned(job->round))
		params[rng_below(&rng, a.params)] = NAN;
	rc = learned_from("edmsac", &env, &shape, params, 4, &w.policy, e);
	if (!rc)
		rc = work_policy(&w, job, e);
	policy_release(&w.policy);
	actor_release(&a);
	free(params);
	return rc;
}
