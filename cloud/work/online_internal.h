/* Inside of learning on the job: online.c (what is in use), online_train.c (what is learned). */
#ifndef WORK_ONLINE_INTERNAL_H
#define WORK_ONLINE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "cloud/policy/learner.h"
#include "cloud/policy/shelf.h"
#include "cloud/work/held_out.h"
#include "cloud/work/online.h"

#define ONLINE_ROUNDS_MAX 256 /* kept to learn from */

struct online {
	struct instance market;
	char kept[SHELF_PATH_MAX], shipped[SHELF_PATH_MAX]; /* files; shipped may be empty */
	const char *source;                                 /* the one that `policy` came from */
	int samples;
	int64_t updates, ms;
	struct {
		struct metric *updates, *accepted, *refused, *behind, *ratio;
	} metric; /* all NULL when none are kept */

	/* the cloud's thread */
	struct executor *thread;
	bool busy, closed;
	atomic_bool broken; /* nothing more can be learned */

	atomic_bool stop; /* the work under way is to end soon */

	pthread_mutex_t told_lock; /* of the next */
	struct learn_told told;

	pthread_mutex_t lock; /* of what follows */
	struct policy policy; /* in use */
	struct experience *heard;
	size_t heard_count; /* not remembered yet */
	struct online_report report;

	/* the learning thread */
	struct learner *learner;  /* NULL until it is needed */
	struct experience *known; /* the last rounds, for a learner that starts again */
	size_t known_count;
	struct held_out held_out;
	int refusals, failures; /* in a row */
};

/* online_told.c: what people may ask for, as it is now, and what was tried (NULL = nothing). Any thread; the
 * other as learn_ops.told. */
void online_tell(struct online *o, const struct learn_step *step);
void online_told(void *online, struct learn_told *out);

/* One bout: remembers what was heard, learns within the bounds, and offers the result as a replacement. */
void online_train(struct online *o);

#endif
