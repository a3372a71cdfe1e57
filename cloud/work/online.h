/* Learning on the job: the policy in use goes on learning from the rounds it wrote contracts for, on a thread
 * of its own, between rounds.
 *
 * What is learned replaces the policy in use only if it is no worse on held-out problems: a fixed, seeded
 * set, by the mean ratio of its profit to the exact optimum, every contract feasible. What replaced it is a
 * checkpoint in the state folder before it writes the first contract, so a restart goes on from it. */
#ifndef WORK_ONLINE_H
#define WORK_ONLINE_H

#include "cloud/core/learn.h"
#include "cloud/policy/policy.h"
#include "common/base/executor.h"
#include "common/base/metrics.h"

#define ONLINE_HELD_OUT 40 /* problems */

struct online_options {
	const char *folder;  /* where what is learned is kept; made when it is needed */
	const char *shipped; /* the checkpoint to start from */
	const struct instance *market;
	int samples;             /* contracts drawn for one problem */
	int64_t updates;         /* at most so many after a round; 0 = the policy stays as it is */
	int64_t ms;              /* at most so long, by the clock */
	struct metrics *metrics; /* NULL = none kept */
};

struct online;

/* Opens the checkpoint of the folder, or the shipped one where there is none; a broken one in the folder is
 * said in the log and passed over. The shipped one must be sound, or there must be none and one in the
 * folder; errors name the file. */
int online_new(const struct online_options *o, struct online **out, struct err *e) MUST_CHECK;
/* Nothing may be under way on its thread. NULL is fine. */
void online_free(struct online *o);

/* The thread that learns; NULL = in place, when a round ends. Before the first round. */
void online_use(struct online *o, struct executor *thread);
/* Ends what is under way soon: for the end of the process. */
void online_stop(struct online *o);

extern const struct learn_ops online_learn; /* ctx = struct online */

/* The policy in use; it is not replaced before online_return(). On any thread; short. */
const struct policy *online_borrow(struct online *o);
void online_return(struct online *o);

/* What has been done since the process started. On any thread. */
struct online_report {
	uint64_t updates, accepted, refused;
	size_t remembered; /* rounds that updates draw from */
	double ratio;      /* of the policy in use on the held-out problems; NAN = not known yet */
};
struct online_report online_report(struct online *o);

#endif
