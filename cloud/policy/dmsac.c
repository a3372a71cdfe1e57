/* DMSAC: soft actor-critic whose actor is a denoising chain; EDMSAC without pruning. */
#include "cloud/policy/learner_internal.h"

const struct algorithm algorithm_dmsac = {
    .name = "dmsac",
    .defaults = {.hidden = 256,
                 .steps = 5,
                 .batch = 256,
                 .envs = 256,
                 .replay = 65536,
                 .actor_rate = 1e-3,
                 .critic_rate = 3e-3,
                 .explore = 0.1},
    .update = offpolicy_update,
};
