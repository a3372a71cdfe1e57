#include "cloud/lab/lab.h"

#include <stdio.h>

int lab_fail(const char *name, int code, const struct err *e)
{
	fflush(stdout);
	fprintf(stderr, "edmsac %s: %s\n", name, e->text);
	return code;
}

int lab_finish(const char *name)
{
	struct err e = ERR_INIT;

	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	err_errno(&e, "cannot write to standard output");
	return lab_fail(name, LAB_FAILED, &e);
}
