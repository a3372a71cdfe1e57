#include <stdio.h>
#include <string.h>

#include "cloud/daemon/daemon.h"
#include "common/base/log.h"
#include "common/base/mem.h"

int main(int argc, char **argv)
{
	struct cloud_options o = {0};
	enum log_level level = LOG_INFO;
	struct err e = ERR_INIT;
	int rc = opt_parse(&cloud_program, argc, argv, &o, NULL, &e);

	if (rc == OPT_HELP_SHOWN)
		return 0;
	if (!rc)
		rc = log_level_parse(o.log_level, &level, &e);
	if (rc) {
		fprintf(stderr, "foedus-cloud: %s\n", e.text);
		return 2;
	}
	mem_setup();
	log_setup("foedus-cloud", level, strcmp(o.log_format, "json") == 0 ? LOG_JSON : LOG_TEXT);
	return cloud_daemon(&o);
}
