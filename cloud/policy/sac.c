/* SAC: soft actor-critic with a Gaussian actor, whose own spread explores. */
#include "cloud/policy/learner_internal.h"

const struct algorithm algorithm_sac = {
    .name = "sac",
    .gaussian = true,
    .defaults = {.hidden = 256,
                 .steps = 1,
                 .batch = 256,
                 .envs = 256,
                 .replay = 65536,
                 .actor_rate = 3e-4,
                 .critic_rate = 1e-3,
                 .temperature = 0.01},
    .update = offpolicy_update,
};
