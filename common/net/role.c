#include "common/net/role.h"

#include <string.h>

#include "common/base/mem.h"

static const char *const names[] = {"cloud", "edge", "user"};

const char *net_role_name(enum net_role r)
{
	return (size_t)r < ARRAY_LEN(names) ? names[r] : "unknown";
}

int net_role_parse(const char *text, enum net_role *out, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(text, names[i]) == 0) {
			*out = (enum net_role)i;
			return 0;
		}
	}
	return err_set(e, E_INVALID, "role '%.40s' (accepted: cloud, edge, user)", text);
}
