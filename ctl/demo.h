/* foedus demo: a whole federation on this machine, in separate processes, and a check that all of it held.
 *
 *   demo.c         options, the order of things, cleaning up
 *   demo_keys.c    a throw-away authority, certificates, the signing key
 *   demo_start.c   cloud and edges as processes
 *   demo_api.c     what the cloud's HTTP interface says
 *   demo_watch.c   follows the rounds
 *   demo_ask.c     asks every edge's agent about test images
 *   demo_local.c   what each edge reaches alone with the same effort
 *   demo_verdict.c decides what held
 *   demo_report.c  the table and the JSON file */
#ifndef CTL_DEMO_H
#define CTL_DEMO_H

#include <jansson.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/data/dataset.h"
#include "common/http/client.h"
#include "common/base/process.h"

enum {
	DEMO_EDGES_MAX = 64,
	DEMO_ROUNDS_MAX = 1000,
	DEMO_NAME_MAX = 32,
	DEMO_ASKS = 100,         /* requests to each edge */
	DEMO_START_MS = 60000,   /* until a daemon listens, or an edge is connected */
	DEMO_STALL_MS = 180000,  /* without any news from the cloud */
	DEMO_POLL_MS = 100,      /* between questions to the cloud */
	DEMO_STOP_MS = 15000,    /* that daemons get to end: they themselves give up after 10 s */
	DEMO_REQUEST_MS = 20000, /* for one HTTP request */
	DEMO_TRAIN_THREADS = 2,  /* for the comparison */
	DEMO_PATH_MAX = 384,     /* of the folder, so that every path below fits into PROCESS_PATH_MAX */
};

/* The Dirichlet split of the training data, as the edges make it too. */
#define DEMO_ALPHA 0.5

struct demo_options {
	int64_t edges, rounds, seed;
	const char *data, *json, *keep;
};

struct demo_edge {
	char name[DEMO_NAME_MAX];
	struct http_client *service;
	uint64_t trained; /* samples, over all rounds */
	double alone;     /* test accuracy after as many on its own data */
};

struct demo_requests {
	uint64_t count, failed, right; /* right: the agent named the image's class */
	double p50_ms, p99_ms;
};

struct demo {
	struct demo_options o;
	char dir[DEMO_PATH_MAX];
	int64_t began_ms;
	struct process process[1 + DEMO_EDGES_MAX]; /* [0] = the cloud */
	size_t started;                             /* processes ever started */
	struct demo_edge edge[DEMO_EDGES_MAX];
	struct http_client *api; /* the cloud's */
	struct dataset train, test;

	/* what the cloud said last; owned */
	json_t *rounds, *agent, *ledger, *edges;

	const char *kind, *metric; /* of the module that is compared */
	struct demo_requests requests;
	double local_mean, local_max;
	double wall_s;
};

/* d->dir: that of --keep, or a temporary one; folders that killed demos left in the same place go first. */
int demo_folder_make(struct demo *d, struct err *e) MUST_CHECK;
/* Removes what nobody uses of the demos' folders in `base`, and says so on standard error. */
void demo_folder_sweep(const char *base);

/* E_NOT_FOUND, E_IO, E_TIMEOUT or E_UNAVAILABLE; processes that were started stay in d->process. */
int demo_keys(struct demo *d, struct err *e) MUST_CHECK;
int demo_start(struct demo *d, struct err *e) MUST_CHECK;
/* 0 while no daemon has ended and nobody asked to stop. */
int demo_alive(struct demo *d, struct err *e) MUST_CHECK;
/* "DIR/a/b"; fits by DEMO_PATH_MAX. */
const char *demo_path(const struct demo *d, char out[PROCESS_PATH_MAX], const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Waits for a daemon's port file and answers "127.0.0.1:PORT". */
int demo_address(struct demo *d, const char *owner, const char *file, char *out, size_t cap,
                 struct err *e) MUST_CHECK;

/* Each replaces the member of the same name after checking its form. */
int demo_get_rounds(struct demo *d, struct err *e) MUST_CHECK;
int demo_get_agent(struct demo *d, struct err *e) MUST_CHECK;
int demo_get_ledger(struct demo *d, struct err *e) MUST_CHECK;
int demo_get_edges(struct demo *d, struct err *e) MUST_CHECK;
/* Lenient readers of what was checked: 0, "" or NULL when absent. */
double demo_number(const json_t *object, const char *key);
const char *demo_text(const json_t *object, const char *key);
const json_t *demo_round(const struct demo *d, size_t number); /* from 1; NULL if there is none */
double demo_metric(const json_t *modules, const char *kind);
/* Edges that serve this version. */
size_t demo_serving(const struct demo *d, uint64_t version);

int demo_watch(struct demo *d, struct err *e) MUST_CHECK;
int demo_ask(struct demo *d, struct err *e) MUST_CHECK;
int demo_local(struct demo *d, struct err *e) MUST_CHECK;

/* Prints one line for each condition; true when all held. */
bool demo_verdict(const struct demo *d);
void demo_report(const struct demo *d);
int demo_json(const struct demo *d, struct err *e) MUST_CHECK;

#endif
