/* The policies that can write the menus. */
#include <string.h>

#include "cloud/admin/api.h"
#include "common/http/server.h"

const char *policy_in_use(const struct cloud *c)
{
	const char *chosen = cloud_control(c)->policy;
	struct job_policy p;

	for (size_t i = 0; !*chosen && cloud_policy(c, i, &p); i++)
		if (p.configured)
			chosen = p.name;
	return chosen;
}

static json_t *view(const struct admin *a, const struct job_policy *p)
{
	return json_pack("{s:s,s:s,s:b,s:b}", "policy", p->name, "summary", p->summary, "configured",
	                 p->configured, "used", strcmp(p->name, policy_in_use(a->cloud)) == 0);
}

static json_t *view_all(const struct admin *a)
{
	json_t *items = json_array();
	struct job_policy p;

	for (size_t i = 0; cloud_policy(a->cloud, i, &p); i++)
		json_array_append_new(items, view(a, &p));
	return page_json(items, NULL);
}

void get_policies(void *ctx, struct http_request *r)
{
	http_reply_json(r, 200, view_all(ctx));
}

void post_policy_use(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct err e = ERR_INIT;

	if (cloud_use_policy(a->cloud, http_param(r, "policy"), &e))
		http_problem_err(r, &e);
	else
		http_reply_json(r, 200, view_all(a));
}
