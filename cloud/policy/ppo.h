/* The arithmetic of PPO that can be checked by itself. */
#ifndef POLICY_PPO_H
#define POLICY_PPO_H

#include <stdbool.h>

#define PPO_CLIP   0.2
#define PPO_LAMBDA 0.95

/* Generalised advantage estimates of one environment's `n` steps, `stride` places apart: reward, worth of the
 * next state (envs.h), values of the states and of the next ones; `cut` marks steps after which another
 * episode began (Schulman et al. 2016, eq. 16). */
void ppo_advantages(int n, int stride, const float *reward, const float *worth, const float *value,
                    const float *next_value, const bool *cut, float *advantage);

/* One sample of the clipped objective, as a loss: gradients by mean [n] and raw log sd [n] of the normal that
 * gave the pre-tanh action, into dmean and draw. `bonus` is the weight of the entropy; `scale` multiplies
 * everything. Returns the sample's importance ratio. */
double ppo_sample(int n, const float *mean, const float *raw, const float *pre, double logp_then,
                  double advantage, double bonus, double scale, float *dmean, float *draw);

/* Log density of a pre-tanh action. */
double ppo_density(int n, const float *mean, const float *raw, const float *pre);

#endif
