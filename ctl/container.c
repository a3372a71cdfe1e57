#include "ctl/container.h"

#include <stdio.h>

#include "common/base/mem.h"
#include "common/base/cli.h"
#include "ctl/nouns.h"

const char *container_path(char out[CONTAINER_PATH], const char *folder, const char *name, const char *suffix)
{
	int n = snprintf(out, CONTAINER_PATH, "%s/%s%s", folder, name, suffix);

	if (n < 0 || n >= CONTAINER_PATH)
		out[0] = '\0';
	return out;
}

int noun_container(int argc, char **argv)
{
	static const struct cli_command verbs[] = {
	    {"authority", "makes an authority and signs the requests of edges", container_authority},
	    {"edge", "takes a free place, has a key certified for it, becomes foedus-edge", container_edge},
	};
	static const struct cli_group group = {
	    .name = "foedus container",
	    .summary = "what the containers of a federation on one host start with",
	    .what = "verb",
	    .commands = verbs,
	    .count = ARRAY_LEN(verbs),
	    .examples = "  foedus container authority --prepare\n",
	};

	return cli_dispatch(&group, argc, argv);
}
