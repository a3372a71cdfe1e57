/* foedus: the command line of the federation. One noun per file; this table is all that knows them. */
#include <signal.h>
#include <stdio.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "ctl/cli.h"
#include "ctl/nouns.h"

static const struct cli_command nouns[] = {
    {"demo", "a whole federation on this machine, from keys to answered requests", noun_demo},
    {"health", "is the daemon at an address well?", noun_health},
    {"container", "what containers start with", noun_container},
    {"pki", "the authority, certificates and revocations of a federation", noun_pki},
};

static const struct cli_group program = {
    .name = "foedus",
    .summary = "federated construction of AI agents, paid by two-period contracts",
    .what = "command",
    .commands = nouns,
    .count = ARRAY_LEN(nouns),
    .examples = "  foedus demo                      cloud and 4 edges on this machine, 3 rounds\n"
                "  foedus pki init --dir pki        a new authority and an agent-signing key\n"
                "  foedus pki issue edge-1 --dir pki --role edge --out edge-1\n",
};

int main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	int code;

	signal(SIGPIPE, SIG_IGN);
	code = cli_dispatch(&program, argc, argv);
	if (stdout_finish(&e) && code == CLI_OK)
		return cli_failed(program.name, &e);
	return code;
}
