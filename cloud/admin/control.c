/* Pause, resume, drain. */
#include "cloud/admin/api.h"
#include "common/http/server.h"

static void answer(struct admin *a, struct http_request *r, int rc, const struct err *e)
{
	if (rc)
		http_problem_err(r, e);
	else
		http_reply_json(r, 200, view_status(a));
}

void post_pause(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct err e = ERR_INIT;

	answer(a, r, cloud_pause(a->cloud, true, &e), &e);
}

void post_resume(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct err e = ERR_INIT;

	answer(a, r, cloud_pause(a->cloud, false, &e), &e);
}

void post_drain(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct err e = ERR_INIT;
	json_t *body, *leave;

	if (!body_get(r, &body))
		return;
	leave = json_object_get(body, "exit");
	if (leave && !json_is_boolean(leave))
		http_problem(r, 400, "invalid", "exit: accepted are true (the default) and false");
	else
		answer(a, r, cloud_finish(a->cloud, !leave || json_is_true(leave), &e), &e);
	json_decref(body);
}
