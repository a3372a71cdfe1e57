/* How the policy that writes the menus learns on the job. */
#include <math.h>
#include <stdlib.h>

#include "cloud/admin/api.h"
#include "common/base/mem.h"
#include "common/http/server.h"

static json_t *view_step(const struct learn_step *x)
{
	return json_pack("{s:o,s:I,s:o,s:o,s:b}", "time", view_moment(x->wall_ms), "updates",
	                 (json_int_t)x->updates, "before", view_measured(x->before), "ratio",
	                 view_measured(x->ratio), "accepted", x->accepted);
}

static json_t *view(const struct learn_told *t)
{
	json_t *items = json_array();

	for (size_t i = t->step_count; i-- > 0;)
		json_array_append_new(items, view_step(&t->step[i]));
	return json_pack("{s:b,s:o,s:I,s:I,s:I,s:I,s:o}", "learning", t->learns, "ratio", view_measured(t->ratio),
	                 "updates", (json_int_t)t->updates, "accepted", (json_int_t)t->accepted, "refused",
	                 (json_int_t)t->refused, "remembered", (json_int_t)t->remembered, "items", items);
}

void get_policies_learning(void *ctx, struct http_request *r)
{
	const struct admin *a = ctx;
	struct learn_told *t = mem_zalloc(sizeof(*t));

	t->ratio = NAN;
	cloud_learning(a->cloud, t);
	http_reply_json(r, 200, view(t));
	free(t);
}
