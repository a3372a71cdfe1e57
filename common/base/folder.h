/* The state folder of a program: in use by one process at a time, and where its ports can be read. */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stdint.h>

#include "common/base/err.h"

/* Makes the folder and locks it: E_STATE when another `program` has it. *lock is a descriptor for
 * folder_unlock(), -1 after an error. The end of the process unlocks, too. */
int folder_lock(const char *folder, const char *program, int *lock, struct err *e) MUST_CHECK;
void folder_unlock(int *lock); /* -1 is fine, and is what it is afterwards */

/* The port in decimal, alone on a line, in the file NAME of the folder. */
int folder_write_port(const char *folder, const char *name, uint16_t port, struct err *e) MUST_CHECK;

#endif
