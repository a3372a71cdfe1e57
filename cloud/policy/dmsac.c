/* DMSAC: soft actor-critic whose actor is a denoising chain; EDMSAC without pruning. */
#include "cloud/policy/learner_internal.h"

const struct algorithm algorithm_dmsac = {
    .name = "dmsac",
    .defaults = {.hidden = 256,
                 .steps = 5,
                 .batch = 256,
                 .envs = 64,
                 .replay = 200000,
                 .actor_rate = 3e-4,
                 .critic_rate = 1e-3,
                 .explore = 0.1},
    .update = offpolicy_update,
};
