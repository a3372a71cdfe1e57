/* The estimator as one JSON object, for the store. */
#ifndef POLICY_ESTIMATOR_JSON_H
#define POLICY_ESTIMATOR_JSON_H

#include "cloud/policy/estimator.h"
#include "common/base/json.h"

json_t *estimator_to_json(const struct estimator *s); /* owned by the caller */
/* Reads and checks; the error names the field. */
int estimator_from_json(const json_t *object, struct estimator *s, struct err *e) MUST_CHECK;

#endif
