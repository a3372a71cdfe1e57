/* The files of `foedus agent` among themselves. */
#ifndef CTL_AGENT_H
#define CTL_AGENT_H

#include "ctl/api.h"

/* The operand, a number or "current"; without one, "current". */
int agent_version(const struct api *a, const char **out, struct err *e) MUST_CHECK;
int agent_export(int argc, char **argv); /* a verb */

#endif
