/* What moves a simulated edge's type (--willingness markov): the market of the first round it heard of.
 *
 * The cloud learns how types move and announces what it learned. An edge whose type followed the announcement
 * would prove any estimate right, so its nature is fixed at its birth and kept in its state folder. */
#ifndef EDGE_DAEMON_NATURE_H
#define EDGE_DAEMON_NATURE_H

#include "common/wire/msg.h"
#include "edge/daemon/records.h"

struct nature {
	bool known;
	struct instance in; /* its prior and transition */
};

/* Reads nature.json; an edge that was not born yet has none. E_INVALID names the file. */
int nature_open(struct nature *n, const struct records *r, struct err *e) MUST_CHECK;
/* The nature among as many types as this market has: what is known, or this very market from now on. */
const struct instance *nature_in(struct nature *n, const struct records *r, const struct market *m);

#endif
