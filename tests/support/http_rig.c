#include "tests/support/http_rig.h"

#include <string.h>

#include "tests/support/suite.h"

static void start(struct loop_rig *loop, void *arg)
{
	struct http_rig *rig = arg;
	struct err e = ERR_INIT;

	ck_ok(http_server_new(&loop->loop, &rig->config, &rig->server, &e), &e);
	rig->port = http_server_port(rig->server);
	ck_assert_uint_gt(rig->port, 0);
}

void http_rig_start(struct http_rig *rig, const struct http_config *c)
{
	rig->config = *c;
	rig->config.listen = "127.0.0.1:0";
	loop_rig_start(&rig->loop);
	loop_rig_call(&rig->loop, start, rig);
}

static void stop(struct loop_rig *loop, void *arg)
{
	struct http_rig *rig = arg;

	(void)loop;
	http_server_close(rig->server);
	rig->server = NULL;
}

void http_rig_close(struct http_rig *rig)
{
	loop_rig_call(&rig->loop, stop, rig);
}

void http_rig_end(struct http_rig *rig)
{
	ck_assert_int_eq(loop_rig_stop(&rig->loop), 0);
}

void http_rig_stop(struct http_rig *rig)
{
	http_rig_close(rig);
	http_rig_end(rig);
}

int http_rig_ask(struct http_raw *c, const char *method, const char *path, const char *body, const char *part)
{
	struct http_raw_reply r;
	int status;

	ck_assert_int_eq(http_raw_request(c, method, path, body), 0);
	ck_assert_int_eq(http_raw_reply(c, strcmp(method, "HEAD") == 0, &r), 0);
	ck_assert_msg(strstr(buf_cstr(&r.body), part) != NULL, "'%s' does not say '%s'", buf_cstr(&r.body), part);
	status = r.status;
	http_raw_reply_release(&r);
	return status;
}
