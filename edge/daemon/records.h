/* The files in the edge's state folder:
 *
 *   lock            held while an edge runs on this folder
 *   edge            the name of the edge whose folder it is
 *   state.json      the contract and the finished work (edge/core/state_json.h)
 *   receipts.jsonl  what the cloud accepted and paid, one line a receipt
 *   nature.json     what moves a simulated type (nature.h)
 *   agent.json      the signed manifest of the agent in use
 *   serve.port      the port of the agent service
 *   store/          blobs */
#ifndef EDGE_DAEMON_RECORDS_H
#define EDGE_DAEMON_RECORDS_H

#include "common/base/buf.h"
#include "edge/core/state.h"

#define RECORDS_PATH_MAX 4096

struct records {
	char folder[RECORDS_PATH_MAX - 64];
	int lock; /* descriptor; -1 = not held */
};

/* Makes the folder and takes the lock: E_STATE when another edge has it. */
int records_open(struct records *r, const char *folder, struct err *e) MUST_CHECK;
void records_close(struct records *r);
/* The folder belongs to this edge from its first start on: E_INVALID when it is another's. */
int records_claim(const struct records *r, const char *name, struct err *e) MUST_CHECK;

/* "FOLDER/NAME" in `out`. */
const char *records_path(const struct records *r, const char *name, char out[RECORDS_PATH_MAX]);

/* *there is false, and `out` untouched, when nothing was saved yet. */
int records_load_state(const struct records *r, struct edge_state *out, bool *there,
                       struct err *e) MUST_CHECK;
int records_save_state(const struct records *r, const struct edge_state *s, struct err *e) MUST_CHECK;

/* One line, on disk when it returns. */
int records_add_receipt(const struct records *r, uint64_t round, const struct msg_receipt *receipt,
                        int64_t wall_ms, struct err *e) MUST_CHECK;

/* The signed manifest; E_NOT_FOUND when there is none. */
int records_load_agent(const struct records *r, struct buf *out, struct err *e) MUST_CHECK;
int records_save_agent(const struct records *r, const uint8_t *manifest, size_t n, struct err *e) MUST_CHECK;

#endif
