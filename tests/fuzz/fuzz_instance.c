/* Instances as JSON lines: what is accepted passes every check, and reads back as itself. */
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/instances.h"
#include "common/contract/instance_json.h"
#include "common/contract/menu_json.h"
#include "tests/support/fuzz.h"

static bool parse(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct instance in, again;
	json_t *object;
	char *line;

	if (instance_parse((const char *)data, n, &in, &e))
		return false;
	if (instance_check(&in, &e))
		abort();
	object = instance_to_json(&in);
	line = json_line(object);
	if (instance_parse(line, strlen(line), &again, &e) || again.terms.types != in.terms.types)
		abort();
	free(line);
	json_decref(object);
	return true;
}

static void samples(struct fuzz_samples *s)
{
	struct instance in;
	struct rng r;

	rng_seed(&r, 1, 1);
	for (int types = 1; types <= CONTRACT_TYPES_MAX; types += 3) {
		json_t *object;
		char *line;

		instance_draw(&r, types, PARTICIPATION_PER_PERIOD, &in);
		in.id[0] = 'x';
		object = instance_to_json(&in);
		line = json_line(object);
		fuzz_sample(s, line, strlen(line));
		free(line);
		json_decref(object);
	}
}

FUZZ_TARGET("instance", parse, samples, NULL)
