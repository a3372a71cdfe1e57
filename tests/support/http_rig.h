/* An HTTP server on a loop of its own for tests that are its blocking client. */
#ifndef TESTS_HTTP_RIG_H
#define TESTS_HTTP_RIG_H

#include "common/http/server.h"
#include "tests/support/http_raw.h"
#include "tests/support/loop_rig.h"

struct http_rig {
	struct loop_rig loop;
	struct http_server *server;
	struct http_config config;
	uint16_t port;
};

/* Routes, limits and so on come from `c`; listens on a free port of 127.0.0.1. */
void http_rig_start(struct http_rig *rig, const struct http_config *c);
void http_rig_close(struct http_rig *rig); /* the server only */
/* After http_rig_close(): fails the test unless the loop closes cleanly. */
void http_rig_end(struct http_rig *rig);
/* Both. */
void http_rig_stop(struct http_rig *rig);
/* One request on an open connection; fails the test unless the body contains `part`. The status. */
int http_rig_ask(struct http_raw *c, const char *method, const char *path, const char *body,
                 const char *part);

#endif
