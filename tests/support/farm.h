/* The real daemons for integration tests: a temporary authority, a small made-up data set, foedus-cloud and
 * foedus-edge as child processes on free ports. Failures end the test and print the daemons' logs.
 *
 *   struct farm *f = farm_new((struct farm_options){.rounds = 1, .edges_min = 2});
 *   farm_start_cloud(f);
 *   farm_start_edge(f, 0);
 *   farm_start_edge(f, 1);
 *   farm_wait_rounds(f, 1, 60000);
 *   farm_free(f);                     ends all by pid, also after a failed check (at exit) */
#ifndef TESTS_FARM_H
#define TESTS_FARM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/process.h"
#include "tests/support/raw.h"

enum { FARM_EDGES_MAX = 8, FARM_PATH = 512 };

struct farm_options {
	int rounds;             /* 0 = without end */
	int edges_min;          /* 0 = 2 */
	int samples_per_effort; /* 0 = 200 */
	bool closed;            /* no open enrolment */
	const char *cloud[12];  /* further words of the cloud's command line, ended by NULL */
	const char *edge[12];   /* of every edge's */
};

struct farm {
	struct farm_options o;
	char dir[256];
	struct process process[1 + FARM_EDGES_MAX]; /* [0] = cloud, [1 + i] = edge i, "edge-<i+1>" */
	int listen, admin;                          /* ports */
	int holder[2];                              /* keep them */
};

struct farm *farm_new(struct farm_options o);
void farm_free(struct farm *f);

/* Starts the cloud (again) and waits for its ports. */
void farm_start_cloud(struct farm *f);
void farm_start_edge(struct farm *f, int i);
/* The port of the edge's agent service, once it listens. */
int farm_serve_port(struct farm *f, int i);
/* SIGKILL, and waits for the end. */
void farm_kill(struct process *p);
/* SIGTERM; answers the exit code, -1 when it had to be killed. */
int farm_stop(struct process *p);

/* "DIR/..." in a buffer of FARM_PATH. */
const char *farm_path(const struct farm *f, char *out, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A certificate of the farm's authority beside the daemons' own: keys/NAME.crt and keys/NAME.key. */
void farm_issue(const struct farm *f, const char *name);
/* The files of a name, as raw_connect() wants them; the texts live until the next call. */
struct raw_identity farm_identity(const struct farm *f, const char *name);

/* A new reference; NULL when the answer was not 2xx. */
json_t *farm_get(struct farm *f, const char *path);
/* All rounds with their seats, the oldest first: an array, the caller's. */
json_t *farm_get_rounds(struct farm *f);
/* The text of the token that the cloud's changes need; in `out`. */
const char *farm_token(struct farm *f, char *out, size_t cap);
/* A POST with the cloud's token; as http_client_post(), but `out` may be NULL. */
int farm_post(struct farm *f, const char *path, const json_t *body, json_t **out, struct err *e);
/* Until the cloud says so, or the test fails after `ms`. A phase that is over was reached. */
void farm_wait_rounds(struct farm *f, int rounds, int ms);
void farm_wait_phase(struct farm *f, const char *phase, int ms);
void farm_wait_connected(struct farm *f, int edges, int ms);
long farm_rss_kb(const struct process *p); /* resident now */

#endif
