#include "common/module/act.h"

void act_init(struct act *a)
{
	*a = (struct act){.answer = json_object()};
}

void act_release(struct act *a)
{
	json_decref(a->answer);
	buf_release(&a->reply);
	*a = (struct act){0};
}
