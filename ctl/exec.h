/* Other programs of the project, run in our place or for their output. */
#ifndef CTL_EXEC_H
#define CTL_EXEC_H

#include "common/base/buf.h"
#include "common/base/err.h"

/* Becomes the program (beside ours, else in PATH); `words` ends with NULL and begins after the program's
 * name. Returns only an error. */
int exec_become(const char *program, const char *const *words, struct err *e) MUST_CHECK;
/* Runs it to its end; both its streams are appended to `out`. *code = its exit code, 128 + a signal. */
int exec_read(const char *program, const char *const *words, struct buf *out, int *code,
              struct err *e) MUST_CHECK;

#endif
