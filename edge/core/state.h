/* What an edge must remember to keep its word across crashes: the contract it chose from and the work it
 * has finished. Plain data; the environment saves it before the cloud hears of any of it. */
#ifndef EDGE_CORE_STATE_H
#define EDGE_CORE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire/msg.h"
#include "edge/core/limits.h"

/* A finished task: the answer to every repetition of it. */
struct edge_done {
	uint64_t round;
	uint32_t period;      /* 1 to 3; 0 = the cloud closed a task on which nothing was done here */
	int64_t reward_micro; /* promised for an accepted update */
	bool receipted;       /* the cloud has closed it: its blobs may go */
	struct msg_update update;
};

struct edge_state {
	uint64_t round;       /* of the contract; 0 = none yet */
	struct market market; /* as it was when the menu was offered */
	struct menu menu;     /* as offered in period 1; it binds the cloud in period 2 */
	bool chosen[2];       /* by period - 1 */
	int32_t item[2];      /* by period - 1; CHOICE_DECLINE = declined */

	struct edge_done done[EDGE_DONE_MAX]; /* oldest first */
	size_t done_count;
};

/* The finished task with this number, or of this round and period; NULL if there is none. */
struct edge_done *edge_state_done(struct edge_state *s, uint64_t task);
struct edge_done *edge_state_done_in(struct edge_state *s, uint64_t round, uint32_t period);
/* Adds a finished task. When there is no room the oldest gives way, a receipted one first. */
struct edge_done *edge_state_add_done(struct edge_state *s);

/* Effort and pay of the item chosen for this period (1 or 2): false when none was, or it was declined. */
bool edge_state_item(const struct edge_state *s, uint32_t period, double *effort, double *reward);

#endif
