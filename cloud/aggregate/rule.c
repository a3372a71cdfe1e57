#include "cloud/aggregate/rule.h"

#include <string.h>

#include "cloud/aggregate/fedavg.h"
#include "cloud/aggregate/robust.h"
#include "common/base/buf.h"
#include "common/base/mem.h"

const struct aggregate_rule aggregate_rules[] = {
    {"fedavg", true, aggregate_many},
    {"trimmed-mean", false, trimmed_mean},
    {"median", false, coordinate_median},
};
const size_t aggregate_rule_count = ARRAY_LEN(aggregate_rules);

int aggregate_rule_find(const char *name, const struct aggregate_rule **out, struct err *e)
{
	struct buf known = BUF_INIT;

	for (size_t i = 0; i < aggregate_rule_count; i++) {
		*out = &aggregate_rules[i];
		if (strcmp((*out)->name, name) == 0)
			return 0;
	}
	*out = NULL;
	for (size_t i = 0; i < aggregate_rule_count; i++)
		buf_fmt(&known, "%s%s", i ? ", " : "", aggregate_rules[i].name);
	err_set(e, E_NOT_FOUND, "there is no rule '%.40s' of aggregation (accepted: %s)", name, buf_cstr(&known));
	buf_release(&known);
	return E_NOT_FOUND;
}
