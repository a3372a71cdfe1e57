#include <stdio.h>

#include "cloud/daemon/daemon.h"
#include "common/base/log.h"
#include "common/base/mem.h"

int main(int argc, char **argv)
{
	struct cloud_options o = {.argc = argc, .argv = argv};
	struct err e = ERR_INIT;
	int rc = opt_parse(&cloud_program, argc, argv, &o, NULL, &e);

	if (rc == OPT_HELP_SHOWN)
		return 0;
	if (!rc)
		rc = log_setup_words("foedus-cloud", o.log_level, o.log_format, &e);
	if (rc) {
		fprintf(stderr, "foedus-cloud: %s\n", e.text);
		return 2;
	}
	mem_setup();
	return cloud_daemon(&o);
}
