/* Whole files, written so that a crash leaves the old one or the new one, never half of either. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/base/buf.h"
#include "common/base/err.h"

/* Appends the file's bytes to `out`; E_LIMIT above `max`, E_NOT_FOUND when missing. "-" is standard input. */
int file_read(const char *path, size_t max, struct buf *out, struct err *e) MUST_CHECK;
/* Writes beside the target, fsyncs, renames over it, fsyncs the folder. */
int file_write(const char *path, const void *p, size_t n, mode_t mode, struct err *e) MUST_CHECK;
bool file_exists(const char *path);
/* Everything printed is out; E_IO when standard output took less (a full disk, a reader that is gone).
 * Programs whose output is their result end with it. */
int stdout_finish(struct err *e) MUST_CHECK;
int dir_make(const char *path, mode_t mode, struct err *e) MUST_CHECK; /* with its parents; fine if there */
int dir_sync(const char *path, struct err *e) MUST_CHECK;
/* Removes a folder with all in it; missing is fine. For throw-away folders only. */
int dir_remove(const char *path, struct err *e) MUST_CHECK;
/* "a/b" in `out`; E_LIMIT when it does not fit. */
int path_join(char *out, size_t cap, const char *a, const char *b, struct err *e) MUST_CHECK;

#endif
