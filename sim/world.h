/* A whole federation in one process and in virtual time: the cloud's and the edges' real cores, the real
 * store and blob stores, on the simulated network; toy training in place of the real one.
 *
 * The seed decides everything: who is slow, what is lost, who crashes when. Until the calm everything may go
 * wrong; from then on nothing does, and the federation must finish its rounds. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"

struct sim_config {
	uint64_t seed;
	int edges;          /* 1 to 64 */
	uint64_t rounds;    /* to finish after the calm */
	const char *folder; /* for blobs; made and removed */
};

struct sim_outcome {
	uint64_t trace; /* equal for equal seeds */
	uint64_t rounds_done, rounds_failed;
	uint64_t cloud_crashes, edge_crashes;
	uint64_t deaths_inside; /* of those, in the middle of an event */
	uint64_t payments, rejected;
	int64_t virtual_ms;
};

/* Runs one seed. E_INTERNAL says which invariant broke, or that the federation got stuck. */
int sim_run(const struct sim_config *config, struct sim_outcome *out, struct err *e) MUST_CHECK;

#endif
