#include "cloud/lab/lab.h"
#include "common/base/cli.h"
#include "common/base/file.h"
#include "common/base/mem.h"

static const struct lab_command *const commands[] = {&lab_solve, &lab_draw,  &lab_train,
                                                     &lab_eval,  &lab_bench, &lab_compare};

int main(int argc, char **argv)
{
	struct cli_command list[ARRAY_LEN(commands)];
	const struct cli_group program = {
	    .name = "edmsac",
	    .summary = "the laboratory of contract policies",
	    .what = "command",
	    .commands = list,
	    .count = ARRAY_LEN(list),
	    .examples = "  edmsac train --types 3 --updates 20000 --out policy.safetensors\n"
	                "  edmsac draw --types 3 --count 100 > instances.jsonl\n"
	                "  edmsac solve instances.jsonl\n",
	};
	struct err e = ERR_INIT;
	int code;

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		list[i] = (struct cli_command){commands[i]->name, commands[i]->summary, commands[i]->run};
	code = cli_dispatch(&program, argc, argv);
	if (stdout_finish(&e) && code == CLI_OK)
		return lab_fail("", LAB_FAILED, &e);
	return code;
}
