#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "edge/daemon/daemon.h"

int main(int argc, char **argv)
{
	struct edge_options o = {0};
	enum log_level level = LOG_INFO;
	struct err e = ERR_INIT;
	int rc = opt_parse(&edge_program, argc, argv, &o, NULL, &e);

	if (rc == OPT_HELP_SHOWN)
		return 0;
	if (!rc)
		rc = log_level_parse(o.log_level, &level, &e);
	if (rc) {
		fprintf(stderr, "foedus-edge: %s\n", e.text);
		return 2;
	}
	mem_setup();
	log_setup("foedus-edge", level, strcmp(o.log_format, "json") == 0 ? LOG_JSON : LOG_TEXT);
	return edge_daemon(&o);
}
