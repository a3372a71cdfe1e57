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
