/* Learners as checkpoints: with all state, so that training goes on bit for bit. */
#ifndef POLICY_LEARNER_FILE_H
#define POLICY_LEARNER_FILE_H

#include "cloud/policy/checkpoint.h"
#include "cloud/policy/learner.h"

/* Without the replay buffer the file is small; a learner resumed from it starts with an empty one. */
int learner_save(const struct learner *l, const char *path, bool with_replay, struct err *e) MUST_CHECK;
int learner_load(const char *path, struct learner **out, struct err *e) MUST_CHECK;

/* The specification in a checkpoint, and what the actor looks like. For whoever needs no more than the
 * actor. */
int checkpoint_spec(const struct checkpoint *c, struct learner_spec *spec, struct actor_shape *shape,
                    struct err *e) MUST_CHECK;
/* The actor's parameters as they act: without the neurons that are masked while it is being pruned. */
int checkpoint_actor(const struct checkpoint *c, const struct actor *a, float *block,
                     struct err *e) MUST_CHECK;

#endif
