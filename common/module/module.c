#include "common/module/module.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/module/memory.h"
#include "common/module/perception.h"

const struct module_kind *const module_table[] = {
    &module_perception,
    &module_memory,
};
const size_t module_count = ARRAY_LEN(module_table);

uint64_t tensor_bytes(const struct tensor_spec *t)
{
	uint64_t n = sizeof(float);

	for (int i = 0; i < t->rank; i++)
		n *= t->dims[i];
	return n;
}

const struct module_kind *module_find(const char *name)
{
	for (size_t i = 0; i < module_count; i++)
		if (strcmp(module_table[i]->name, name) == 0)
			return module_table[i];
	return NULL;
}

size_t module_index(const struct module_kind *kind)
{
	size_t i = 0;

	while (module_table[i] != kind)
		i++;
	return i;
}

int module_lookup(const char *name, const struct module_kind **out, struct err *e)
{
	struct buf known = BUF_INIT;

	*out = module_find(name);
	if (*out)
		return 0;
	for (size_t i = 0; i < module_count; i++)
		buf_fmt(&known, "%s%s", i ? ", " : "", module_table[i]->name);
	err_set(e, E_NOT_FOUND, "'%.80s' is not a kind of module (accepted: %s)", name, buf_cstr(&known));
	buf_release(&known);
	return E_NOT_FOUND;
}

int train_job_check(const struct train_job *job, struct err *e)
{
	if (job->shard.count == 0 || job->samples == 0)
		return err_set(e, E_INVALID, "training without samples");
	for (size_t i = 0; i < job->shard.count; i++)
		if (job->shard.items[i] >= job->data->count)
			return err_set(e, E_INVALID, "the shard names sample %u, the data set has %zu",
			               job->shard.items[i], job->data->count);
	return 0;
}
