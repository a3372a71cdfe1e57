/* What the files of common/http share. */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include <microhttpd.h>
#include <stdbool.h>

#include "common/base/buf.h"
#include "common/http/server.h"
#include "common/http/stream.h"

#define HTTP_DISCARD_MAX ((size_t)1 << 20) /* bytes of a refused body that are read and thrown away */
#define HTTP_ADDRESS_MAX 320               /* "[host]:port" */

/* Where a connection is; each but CONN_BUSY has a deadline.
 *
 *   WAITING --request line--> RECEIVING --all of it--> BUSY --reply given--> SENDING --sent--> WAITING */
enum conn_phase { CONN_WAITING, CONN_RECEIVING, CONN_BUSY, CONN_SENDING };

struct conn {
	struct conn *prev, *next;
	struct http_server *server;
	struct MHD_Connection *mhd;
	int fd; /* libmicrohttpd's */
	enum conn_phase phase;
	uint64_t since_ms;    /* in this phase, on the loop's clock */
	uint64_t deadline_ms; /* on the loop's clock; UINT64_MAX = none */
	bool cut;             /* shut down by us, the library has yet to notice */
};

struct http_request {
	struct http_server *server; /* NULL once closed */
	struct conn *conn;          /* NULL once the connection has ended */
	const struct http_route *route;
	const char *tail;
	char *param[HTTP_PARAMS_MAX]; /* owned; in the order of their names in the route's path */
	char *method, *path;          /* owned */
	struct {
		const char *name;
		char *value; /* owned */
	} extra[HTTP_EXTRA_MAX];
	size_t extra_count;
	struct buf body;
	size_t discarded; /* bytes of a refused body */
	int64_t began_us;
	bool deferred;                    /* http_defer() was called and no reply has come */
	bool suspended;                   /* the connection waits for MHD_resume_connection() */
	bool in_handler;                  /* the handler is on the stack */
	bool endless;                     /* the reply is a stream: it has no deadline */
	unsigned status;                  /* of the reply */
	struct MHD_Response *response;    /* given and not yet queued */
	struct http_request *prev, *next; /* among the server's deferred requests */
};

struct http_stream {
	struct http_stream *prev, *next;
	struct http_server *server;
	struct conn *conn;
	struct buf queue;
	uint64_t active_ms; /* when something was last queued, on the loop's clock */
	bool suspended;
	bool ending; /* the end follows the queue */
	http_stream_closed *closed;
	void *ctx;
};

struct http_server {
	uv_loop_t *loop;
	const struct http_route *routes;
	void *ctx;
	http_guard *guard;
	http_observer *observer;
	struct http_limits limits;
	char address[HTTP_ADDRESS_MAX];
	uint16_t port;

	struct MHD_Daemon *daemon;
	uv_poll_t poll;   /* libmicrohttpd's epoll descriptor */
	uv_timer_t timer; /* MHD_get_timeout() */
	uv_timer_t sweep; /* deadlines and heartbeats, while there are connections */
	int handles;      /* of the above still open */

	struct conn *conns; /* latest first */
	unsigned conn_count;
	struct http_request *deferred;
	struct http_stream *streams;
	unsigned stream_count;
	bool pumping; /* the library is on the stack */
	bool again;   /* something happened that the library looks at only when called once more */
};

/* server.c: resumes a suspended connection and has the library look at it in the loop's next round. */
void server_resume(struct http_server *s, struct conn *c);

/* listen.c: a listening socket; fills in the actual address and port. */
int http_listen(const char *address, struct http_server *s, int *fd, struct err *e) MUST_CHECK;

/* route.c: finds the request's route, or answers 404 or 405. */
void route_find(struct http_request *r);

/* conn.c */
void conn_notify(void *server, struct MHD_Connection *mhd, void **conn,
                 enum MHD_ConnectionNotificationCode code);
void conn_phase_set(struct conn *c, enum conn_phase phase);
void conn_cut(struct conn *c); /* ends it; the library notices later */
struct conn *conn_of(struct MHD_Connection *mhd);
void conn_sweep(uv_timer_t *sweep);

/* request.c */
void *request_line(void *server, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result request_access(void *server, struct MHD_Connection *mhd, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **request);
void request_completed(void *server, struct MHD_Connection *mhd, void **request,
                       enum MHD_RequestTerminationCode code);
void request_abandon_all(struct http_server *s); /* the server closes: lets deferred requests go */

/* reply.c: hands over a response, once per request. */
void request_respond(struct http_request *r, unsigned status, const char *type,
                     struct MHD_Response *response);
void request_free(struct http_request *r);

/* stream.c */
void streams_beat(struct http_server *s); /* heartbeats that are due */
void streams_cut_all(struct http_server *s);

#endif
