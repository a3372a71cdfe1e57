#include <stdio.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "edge/daemon/daemon.h"

int main(int argc, char **argv)
{
	struct edge_options o = {.argc = argc, .argv = argv};
	struct err e = ERR_INIT;
	int rc = opt_parse(&edge_program, argc, argv, &o, NULL, &e);

	if (rc == OPT_HELP_SHOWN)
		return 0;
	if (!rc)
		rc = log_setup_words("foedus-edge", o.log_level, o.log_format, &e);
	if (rc) {
		fprintf(stderr, "foedus-edge: %s\n", e.text);
		return 2;
	}
	mem_setup();
	return edge_daemon(&o);
}
