#include <stdio.h>
#include <string.h>

#include "cloud/lab/lab.h"
#include "common/base/mem.h"
#include "common/base/version.h"

static const struct lab_command *const commands[] = {&lab_solve, &lab_draw,  &lab_train,
                                                     &lab_eval,  &lab_bench, &lab_compare};

static void usage(FILE *out)
{
	fprintf(out,
	        "edmsac: the laboratory of contract policies\n\nUsage: edmsac COMMAND [options]\n\nCommands:\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "\n`edmsac COMMAND --help` shows a command's options.\n");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i]->run(argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		usage(stdout);
		return lab_finish("");
	}
	if (strcmp(name, "--version") == 0) {
		printf("edmsac %s\n", FOEDUS_VERSION);
		return lab_finish("");
	}
	if (*name)
		fprintf(stderr, "edmsac: '%.64s' is no command\n\n", name);
	usage(stderr);
	return LAB_USAGE;
}
