/* foedus: the command line of the federation. One noun per file; this table is all that knows them. */
#include <signal.h>
#include <stdio.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/cli.h"
#include "ctl/nouns.h"

static const struct cli_command nouns[] = {
    {"demo", "a whole federation on this machine, from keys to answered requests", noun_demo},
    {"status", "the cloud at a glance", noun_status},
    {"top", "the federation on one live screen", noun_top},
    {"edge", "the edges: list, show, allow, revoke", noun_edge},
    {"round", "rounds: list, show, watch, start, pause, resume, drain", noun_round},
    {"contract", "what edges are offered: menu, rents, slack", noun_contract},
    {"ledger", "what was paid: list, verify, export", noun_ledger},
    {"agent", "the agent's versions: list, show, deploy, rollback, export", noun_agent},
    {"policy", "what writes the menus: list, show, use, train", noun_policy},
    {"logs", "the cloud's events, also as they happen", noun_logs},
    {"doctor", "is all well with cloud, certificates, clocks, ports and disks?", noun_doctor},
    {"config", "the daemons' configuration files: check, dump", noun_config},
    {"pki", "the authority, certificates and revocations of a federation", noun_pki},
    {"health", "is the daemon at an address well?", noun_health},
    {"container", "what containers start with", noun_container},
};

static const char manual[] =
    ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
    ".It Ev FOEDUS_CLOUD\nThe cloud's HTTP address, where\n.Fl -cloud\nand\n.Fl -state\nare not given.\n"
    ".It Ev FOEDUS_STATE\nThe cloud's state folder, where none of them names the cloud; else\n.Pa "
    "foedus-cloud .\n"
    ".It Ev FOEDUS_TOKEN_FILE\nThe file with the token of changes, where\n.Fl -token-file\nis not given.\n"
    ".It Ev NO_COLOR\nWhen it is set and not empty, there are no colours.\n.El\n";

static const struct cli_group program = {
    .name = "foedus",
    .summary = "federated construction of AI agents, paid by two-period contracts",
    .what = "command",
    .commands = nouns,
    .count = ARRAY_LEN(nouns),
    .manual = manual,
    .examples = "  foedus demo                      cloud and 4 edges on this machine, 3 rounds\n"
                "  foedus status                    what the cloud at FOEDUS_CLOUD does\n"
                "  foedus round watch               follows the round under way\n"
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
