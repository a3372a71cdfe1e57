/* Inside of learner_file.h: specifications as JSON. */
#ifndef POLICY_LEARNER_SPEC_H
#define POLICY_LEARNER_SPEC_H

#include "cloud/policy/learner.h"
#include "common/base/json.h"

/* A new object. */
json_t *learner_spec_json(const struct learner_spec *s, const struct actor_shape *a);

#endif
