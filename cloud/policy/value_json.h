/* The value model as one JSON object, for the store. */
#ifndef POLICY_VALUE_JSON_H
#define POLICY_VALUE_JSON_H

#include "cloud/policy/value.h"
#include "common/base/json.h"

json_t *value_to_json(const struct value_model *v); /* owned by the caller */
/* Reads and checks; the error names the field. */
int value_from_json(const json_t *object, struct value_model *v, struct err *e) MUST_CHECK;

#endif
