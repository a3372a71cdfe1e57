/* What the cloud's own model says of a structured action under endogenous dynamics: the round's profit, who
 * stays, and the forecast of what these will earn. The critics learn only what this leaves out, from who
 * stays: an action has no other bearing on later rounds.
 *
 * For monotone efforts and intertemporal participation the binding constraints are those of each type towards
 * the one below it (Baron and Besanko 1984), so the round's profit and every type's rent are closed forms
 * with closed gradients. */
#ifndef POLICY_BASELINE_H
#define POLICY_BASELINE_H

#include "cloud/policy/env.h"

/* Whether problems of this kind have such a model: endogenous, structured, intertemporal. */
bool baseline_fits(const struct env_spec *s);

/* value [n] = the modelled, shaped reward of each action (envs.h); exact in an episode's first round. Later
 * ones know the types of fresh edges only by the types that are there. staying [n][K] = the share of each
 * type that stays, scaled to [-1, 1]. A state with no round left is looked at as if it had one. */
void baseline_look(const struct env_spec *s, const float *states, const float *actions, int n, float *value,
                   float *staying);
/* da [n][A] = the gradient of weight * value + by_staying * staying. */
void baseline_slope(const struct env_spec *s, const float *states, const float *actions, int n, float weight,
                    const float *by_staying, float *da);

#endif
