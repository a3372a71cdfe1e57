/* edmsac draw: random instances, one JSON line each. The same seed draws the same problems in both modes. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cloud/lab/lab.h"
#include "cloud/policy/instances.h"
#include "common/base/opt.h"
#include "common/contract/instance_json.h"
#include "common/contract/menu_json.h"

struct draw_options {
	int64_t types, count, seed;
	const char *participation;
};

static const struct opt table[] = {
    {"types", 'k', OPT_INT, "K", "willingness types of each instance", "3", 1, CONTRACT_TYPES_MAX,
     OPT_AT(draw_options, types)},
    {"count", 'n', OPT_INT, "N", "how many instances", "10", 1, 1000000, OPT_AT(draw_options, count)},
    {"seed", 's', OPT_INT, "S", "the same seed draws the same instances", "1", 0, 1e15,
     OPT_AT(draw_options, seed)},
    {"participation", 'p', OPT_CHOICE, "intertemporal|per-period", "what every type is owed", "intertemporal",
     0, 0, OPT_AT(draw_options, participation)},
    OPT_END};

static const struct opt_program program = {
    "edmsac draw", "draws random contract instances as JSON lines", "", table,
    .examples = "  edmsac draw --types 3 --count 100 > instances.jsonl\n"};

static int print_instance(const struct instance *in)
{
	json_t *object = instance_to_json(in);
	char *line = json_line(object);
	int rc = puts(line) < 0;

	free(line);
	json_decref(object);
	return rc;
}

static int run(int argc, char **argv)
{
	struct draw_options o = {0};
	enum participation mode;
	struct err e = ERR_INIT;
	int rc = opt_parse(&program, argc, argv, &o, NULL, &e);

	if (rc > 0)
		return 0;
	if (rc < 0 || participation_parse(o.participation, &mode, &e))
		return lab_fail("draw", LAB_USAGE, &e);
	for (int64_t i = 0; i < o.count; i++) {
		struct instance in;
		struct rng r;

		rng_seed(&r, (uint64_t)o.seed, (uint64_t)i);
		instance_draw(&r, (int)o.types, mode, &in);
		snprintf(in.id, sizeof(in.id), "k%d-%s-%04lld", (int)o.types,
		         mode == PARTICIPATION_PER_PERIOD ? "per-p" : "inter", (long long)i);
		if (print_instance(&in))
			break;
	}
	return lab_finish("draw");
}

const struct lab_command lab_draw = {"draw", "random instances as JSON lines", run};
