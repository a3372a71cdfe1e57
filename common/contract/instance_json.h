/* Instances as JSON lines:
 * {"id":"k3-0001","types":[..],"prior":[..],"transition":[[..]],"alpha":..,"beta":..,"e1":..,"e3":..,"delta":..,
 *  "q_max":10,"participation":"intertemporal"}
 * Every field is required; others (the oracle's profits, say) are passed over. */
#ifndef CONTRACT_INSTANCE_JSON_H
#define CONTRACT_INSTANCE_JSON_H

#include "common/base/json.h"
#include "common/contract/instance.h"

json_t *instance_to_json(const struct instance *in); /* owned by the caller */
/* Reads, checks and tidies; the error names the field, and the row or element. */
int instance_from_json(const json_t *object, struct instance *in, struct err *e) MUST_CHECK;
/* One line of `n` bytes. */
int instance_parse(const char *line, size_t n, struct instance *in, struct err *e) MUST_CHECK;

/* All lines of a text (blank ones are passed over): *out has *count instances and is the caller's to free().
 * The error names `source` and the line; nothing is returned then. */
int instances_parse(const char *text, size_t n, const char *source, struct instance **out, size_t *count,
                    struct err *e) MUST_CHECK;

#endif
