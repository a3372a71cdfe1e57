#include "cloud/lab/lab.h"

#include <stdio.h>

#include "common/base/file.h"

int lab_fail(const char *name, int code, const struct err *e)
{
	fflush(stdout);
	fprintf(stderr, "edmsac%s%s: %s\n", *name ? " " : "", name, e->text);
	return code;
}

int lab_finish(const char *name)
{
	struct err e = ERR_INIT;

	return stdout_finish(&e) ? lab_fail(name, LAB_FAILED, &e) : 0;
}
