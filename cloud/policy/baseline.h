/* What the cloud's own model says of a structured action under endogenous dynamics: the round's profit, and
 * the forecast of what those who stay will earn. The critics learn only what this leaves out.
 *
 * For monotone efforts and intertemporal participation the binding constraints are those of each type towards
 * the one below it (Baron and Besanko 1984), so the round's profit and every type's rent are closed forms
 * with closed gradients. */
#ifndef POLICY_BASELINE_H
#define POLICY_BASELINE_H

#include "cloud/policy/env.h"

/* Whether problems of this kind have such a model: endogenous, structured, intertemporal. */
bool baseline_fits(const struct env_spec *s);

/* value [n] += weight times the modelled, shaped reward of each action (envs.h); exact in an episode's first
 * round. Later ones know the types of fresh edges only by the types that are there. */
void baseline_add(const struct env_spec *s, const float *states, const float *actions, int n, float weight,
                  float *value);
/* da [n][A] += weight times its gradient. */
void baseline_slope(const struct env_spec *s, const float *states, const float *actions, int n, float weight,
                    float *da);

#endif
