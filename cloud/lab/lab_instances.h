/* The one operand of several subcommands: a file of instances. */
#ifndef LAB_LAB_INSTANCES_H
#define LAB_LAB_INSTANCES_H

#include <stddef.h>

#include "common/base/err.h"
#include "common/contract/instance.h"

/* Reads the file that is the only operand, from argv[first] on ("-" is standard input); the list is the
 * caller's to free(). */
int lab_instances(int argc, char **argv, int first, struct instance **list, size_t *n,
                  struct err *e) MUST_CHECK;

#endif
