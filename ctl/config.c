/* foedus config: the daemons' configuration files, judged by the programs that read them. */
#include <stdio.h>
#include <string.h>

#include "common/base/cli.h"
#include "common/base/mem.h"
#include "ctl/exec.h"
#include "ctl/nouns.h"

struct config_options {
	bool json;
};

/* "cloud" or "foedus-cloud". */
static int program_of(const char *word, const char **out, struct err *e)
{
	static const char *const programs[] = {"foedus-cloud", "foedus-edge"};

	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (strcmp(word, programs[i]) == 0 || strcmp(word, programs[i] + strlen("foedus-")) == 0) {
			*out = programs[i];
			return 0;
		}
	return err_set(e, E_INVALID, "'%.40s' reads no configuration file (accepted: cloud, edge)", word);
}

static int run(const struct opt_program *p, int count, char **word, const char *ask, bool sample)
{
	const char *program = NULL, *words[] = {"--config", NULL, ask, NULL}, *alone[] = {ask, NULL};
	struct err e = ERR_INIT;

	if (count < 1 || count > 2 || (count == 1 && !sample))
		return cli_usage(p->name, "wanted: %s (`%s --help` shows an example)", p->operands, p->name);
	if (program_of(word[0], &program, &e))
		return cli_failed(p->name, &e);
	words[1] = count > 1 ? word[1] : "";
	if (exec_become(program, sample ? alone : words, &e))
		return cli_failed(p->name, &e);
	return CLI_OK;
}

static int verb_check(int argc, char **argv)
{
	static const struct opt options[] = {OPT_END};
	static const struct opt_program p = {
	    "foedus config check", "says whether a configuration file is right, and in which line it is not",
	    "cloud|edge FILE", options,
	    .examples = "  foedus config check cloud /etc/foedus/foedus-cloud.conf\n"};
	int first, code = cli_parse(&p, argc, argv, NULL, &first);

	return code >= 0 ? code : run(&p, argc - first, argv + first, "--check-config", false);
}

static int verb_dump(int argc, char **argv)
{
	static const struct opt options[] = {
	    {"json", 'j', OPT_FLAG, "", "print JSON, for programs", NULL, 0, 0, OPT_AT(config_options, json)},
	    OPT_END};
	static const struct opt_program p = {
	    "foedus config dump", "what holds after a file was read, defaults and all; without a file, a sample",
	    "cloud|edge [FILE]", options,
	    .examples = "  foedus config dump edge /etc/foedus/foedus-edge.conf --json\n"
	                "  foedus config dump cloud > foedus-cloud.conf       a sample to begin with\n"};
	struct config_options o = {0};
	int first, code = cli_parse(&p, argc, argv, &o, &first);
	bool sample = argc - first == 1;

	if (code >= 0)
		return code;
	if (sample && o.json)
		return cli_usage(p.name, "--json is for what a FILE says; a sample is no JSON");
	return run(&p, argc - first, argv + first,
	           sample   ? "--help=conf"
	           : o.json ? "--show-config=json"
	                    : "--show-config",
	           sample);
}

int noun_config(int argc, char **argv)
{
	static const struct cli_command verbs[] = {
	    {"check", "says whether a configuration file is right", verb_check},
	    {"dump", "what holds after a file was read; without a file, a sample", verb_dump},
	};
	static const struct cli_group group = {.name = "foedus config",
	                                       .summary = "the daemons' configuration files",
	                                       .what = "verb",
	                                       .commands = verbs,
	                                       .count = ARRAY_LEN(verbs),
	                                       .examples = "  foedus config check cloud foedus-cloud.conf\n"};

	return cli_dispatch(&group, argc, argv);
}
