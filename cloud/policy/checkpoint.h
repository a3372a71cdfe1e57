/* Files of learned policies: safetensors with named matrices and a note that says what they are.
 *
 * Notes: "format" = CHECKPOINT_FORMAT, "version", "sha256" of the data, and "learner", a JSON object (see
 * learner_file.h). Written atomically: a crash leaves the old file or the new one. */
#ifndef POLICY_CHECKPOINT_H
#define POLICY_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/base/json.h"
#include "common/module/module.h"

#define CHECKPOINT_FORMAT      "foedus-policy"
#define CHECKPOINT_VERSION     "1"
#define CHECKPOINT_TENSORS_MAX 96
#define CHECKPOINT_NAME_MAX    48

struct checkpoint {
	char names[CHECKPOINT_TENSORS_MAX][CHECKPOINT_NAME_MAX];
	struct tensor_spec specs[CHECKPOINT_TENSORS_MAX];
	struct tensor_layout layout;
	const float *data[CHECKPOINT_TENSORS_MAX]; /* while it is put together: each tensor's numbers, borrowed */
	float *block;                              /* of a file that was read */
	json_t *learner;                           /* of a file that was read */
};

/* Adds a matrix to a checkpoint that is being put together (starts zeroed); `v` must live until it is
 * written. */
void checkpoint_add(struct checkpoint *c, const char *name, const float *v, int rows, int columns);
int checkpoint_write(const struct checkpoint *c, const char *path, const json_t *learner,
                     struct err *e) MUST_CHECK;

/* The whole file's bytes, appended to `out`. */
void checkpoint_print(const struct checkpoint *c, const json_t *learner, struct buf *out);

/* Fills an empty checkpoint from a file's bytes; E_INVALID, E_CORRUPT or E_LIMIT says what is wrong, and
 * nothing is left to release. */
int checkpoint_parse(const uint8_t *bytes, size_t n, struct checkpoint *c, struct err *e) MUST_CHECK;
/* The same from a file, which errors name. */
int checkpoint_read(const char *path, struct checkpoint *c, struct err *e) MUST_CHECK;
void checkpoint_release(struct checkpoint *c);
/* Copies a matrix of exactly this shape; E_INVALID names what is missing or differs. */
int checkpoint_get(const struct checkpoint *c, const char *name, int rows, int columns, float *to,
                   struct err *e) MUST_CHECK;
bool checkpoint_has(const struct checkpoint *c, const char *name);

#endif
