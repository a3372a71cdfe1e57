/* The files of `foedus round` among themselves. */
#ifndef CTL_ROUND_H
#define CTL_ROUND_H

#include <jansson.h>

#include "ctl/api.h"

void round_print(const struct api *a, const json_t *round);

/* round_watch.c, round_control.c: verbs; argv[0] is the verb. */
int round_watch(int argc, char **argv);
int round_start(int argc, char **argv);
int round_pause(int argc, char **argv);
int round_resume(int argc, char **argv);
int round_drain(int argc, char **argv);

/* Prints each phase as it begins until the round is over, then the round. A failed one is E_STATE. */
int round_follow(struct api *a, int64_t number, struct err *e) MUST_CHECK;

#endif
