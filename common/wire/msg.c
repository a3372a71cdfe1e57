#include "common/wire/msg.h"

#include <stdlib.h>

const char *msg_name(enum msg_kind kind)
{
	static const char *const names[] = {"none",
#define X(kind, member) #member,
	                                    MSG_LIST(X)
#undef X
	};

	return (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "unknown";
}

void msg_release(struct msg *m)
{
	free(m->owned);
	m->owned = NULL;
}
