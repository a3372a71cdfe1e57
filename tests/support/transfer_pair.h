/* Two sides that exchange blobs over a pipe_link, and what was reported to each: for tests. */
#ifndef TESTS_TRANSFER_PAIR_H
#define TESTS_TRANSFER_PAIR_H

#include "common/net/transfer.h"
#include "tests/support/pipe_link.h"

/* One side: a store, its end of the pipe, and what was reported. */
struct side {
	struct pipe_end pipe;
	struct blobs *blobs;
	struct transfers *t;
	struct digest hidden; /* not allowed */
	int got, failed, violations;
	uint64_t progress;
	struct err why; /* of the last failure or violation */
};

extern const struct transfers_events pair_events;

/* Empty stores DIR/a and DIR/b in the test's folder; `room` as in pipe_init(). */
void pair_open(struct side *a, struct side *b, size_t room);
void pair_close(struct side *a, struct side *b);
/* New transfers over the side's end of the pipe. */
void side_link(struct side *s);
/* Puts n random bytes into the side's store. */
struct blob_ref make_blob(struct side *s, size_t n, uint64_t seed);
/* transfers_get() must answer this. */
void want(struct side *s, const struct blob_ref *ref, int answer);

#endif
