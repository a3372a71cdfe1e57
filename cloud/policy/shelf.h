/* The folder of trained checkpoints that a cloud writes its contracts with: one file for each number of
 * types, "edmsac-k3.safetensors" (`make policy`). */
#ifndef POLICY_SHELF_H
#define POLICY_SHELF_H

#include "cloud/policy/policy.h"
#include "common/contract/instance.h"

#define SHELF_ALGORITHM "edmsac"
#define SHELF_PATH_MAX  4096

/* FOLDER/edmsac-kK.safetensors; with per-period participation FOLDER/edmsac-kK-per-period.safetensors. */
int shelf_path(const char *folder, const struct instance *market, char out[SHELF_PATH_MAX],
               struct err *e) MUST_CHECK;
/* Where that file is: in `folder` when one is named, else in the folder "policy" beside the running program,
 * else where `make install` puts it. E_NOT_FOUND: in none of them; `e` names the file and the folders. */
int shelf_find(const char *folder, const struct instance *market, char out[SHELF_PATH_MAX],
               struct err *e) MUST_CHECK;
/* Opens a checkpoint for this market. E_INVALID when it holds another algorithm, number of types or
 * participation; E_CORRUPT and others of checkpoint_read(). The error names the file. */
int shelf_open(const char *path, const struct instance *market, int samples, struct policy *out,
               struct err *e) MUST_CHECK;

#endif
