#include "cloud/policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "cloud/policy/benchmarks.h"
#include "cloud/policy/exact.h"
#include "cloud/policy/monotone.h"
#include "cloud/policy/naive.h"
#include "common/base/mem.h"
#include "common/contract/choice.h"

static const struct policy_ops *const known[] = {&policy_exact,    &policy_first_best, &policy_static,
                                                 &policy_monotone, &policy_greedy,     &policy_random};

const struct policy_ops *policy_at(size_t i)
{
	return i < ARRAY_LEN(known) ? known[i] : NULL;
}

int policy_find(const char *name, struct policy *out, struct err *e)
{
	char names[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (strcmp(known[i]->name, name) == 0) {
			*out = (struct policy){.ops = known[i]};
			return 0;
		}
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "", known[i]->name);
	}
	return err_set(e, E_NOT_FOUND, "policy '%.32s' is not one of %s", name, names);
}

int policy_solve(const struct policy *p, const struct instance *in, struct menu *out, struct err *e)
{
	return p->ops->solve(p, in, out, e);
}

double policy_profit(const struct policy *p, const struct instance *in, const struct menu *m)
{
	return p->ops->complete_information ? menu_profit(m, in) : menu_realised_profit(m, in);
}

void policy_release(struct policy *p)
{
	if (p->ops && p->ops->release)
		p->ops->release(p);
	*p = (struct policy){0};
}
