/* What is learned between two rounds, and whether it replaces what is in use. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/learned.h"
#include "cloud/policy/learner_file.h"
#include "cloud/work/online_internal.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/contract/action.h"

#define REFUSALS_MAX 8    /* in a row; then learning starts again from what is in use */
#define FAILURES_MAX 3    /* in a row; then nothing is learned until a restart */
#define STRAY_MAX    1e-3 /* share of q_max by which an action's efforts may miss the menu's */

/* ---- remembering ----------------------------------------------------------------------------------- */

static double stray(const struct menu *a, const struct menu *b)
{
	double most = 0;

	for (int k = 0; k < a->types; k++) {
		most = fmax(most, fabs(a->q1[k] - b->q1[k]));
		for (int l = 0; l < a->types; l++)
			most = fmax(most, fabs(a->q2[k][l] - b->q2[k][l]));
	}
	return most;
}

/* The action that makes this menu; false when none does, as for efforts that do not rise with the type. */
static bool action_taken(const struct experience *x, float *out)
{
	double action[ACTION_STRUCTURED_MAX];
	struct menu again = {.types = x->menu.types};
	int n = action_structured_size(x->menu.types);

	action_of_menu(&x->menu, &x->seen.terms, action);
	action_efforts(action, &x->seen.terms, &again);
	for (int i = 0; i < n; i++)
		out[i] = (float)action[i];
	return stray(&x->menu, &again) <= STRAY_MAX * x->seen.terms.q_max;
}

static int remember(struct online *o, const struct experience *x, struct err *e)
{
	const struct env_spec *env = &learner_spec(o->learner)->env;
	float state[ENV_STATE_MAX], next[ENV_STATE_MAX], action[ACTION_STRUCTURED_MAX];

	if (!action_taken(x, action))
		return 0;
	env_encode(env, &x->seen, &ENV_MOMENT_START, state);
	env_encode(env, &x->next, &ENV_MOMENT_START, next);
	return learner_remember(o->learner, state, action, (float)(x->profit / env_scale(&x->seen)), next, e);
}

/* Holds the last ONLINE_ROUNDS_MAX, for a learner that starts again. */
static void hold(struct online *o, const struct experience *x)
{
	if (!o->known)
		o->known = mem_array(ONLINE_ROUNDS_MAX, sizeof(*o->known));
	if (o->known_count == ONLINE_ROUNDS_MAX)
		memmove(o->known, o->known + 1, --o->known_count * sizeof(*o->known));
	o->known[o->known_count++] = *x;
}

/* Behind which round it is. */
static struct log_about about(const struct online *o)
{
	return (struct log_about){.round = o->known_count ? o->known[o->known_count - 1].round : 0};
}

/* One round that cannot be learned from is passed over: the others can. */
static void keep(struct online *o, const struct experience *x)
{
	struct err e = ERR_INIT;

	if (remember(o, x, &e)) {
		log_line(LOG_WARN, (struct log_about){.round = x->round}, "edmsac does not learn from it: %s",
		         e.text);
		return;
	}
	hold(o, x);
}

static void remember_heard(struct online *o)
{
	struct experience *heard;
	size_t n;

	pthread_mutex_lock(&o->lock);
	heard = o->heard;
	n = o->heard_count;
	o->heard = NULL;
	o->heard_count = 0;
	pthread_mutex_unlock(&o->lock);
	for (size_t i = 0; i < n; i++)
		keep(o, &heard[i]);
	free(heard);
}

/* ---- learning -------------------------------------------------------------------------------------- */

static int learn(struct online *o, int64_t *updates, struct err *e)
{
	int64_t until = clock_mono_ms() + o->ms;
	struct learner_report report;
	int rc;

	/* one in any case: rounds that follow each other closely must not keep it from learning at all */
	do {
		rc = learner_update(o->learner, &report, e);
		*updates += rc == 0;
	} while (!rc && *updates < o->updates && clock_mono_ms() < until && !atomic_load(&o->stop));
	if (o->metric.updates)
		metric_add(o->metric.updates, (double)*updates);
	pthread_mutex_lock(&o->lock);
	o->report.updates += (uint64_t)*updates;
	o->report.remembered = learner_remembered(o->learner);
	pthread_mutex_unlock(&o->lock);
	return rc;
}

/* ---- replacing ------------------------------------------------------------------------------------- */

static void show_ratio(struct online *o, double ratio)
{
	pthread_mutex_lock(&o->lock);
	o->report.ratio = ratio;
	pthread_mutex_unlock(&o->lock);
	if (o->metric.ratio)
		metric_set(o->metric.ratio, ratio);
}

static int folder_of_kept(const struct online *o, struct err *e)
{
	char folder[SHELF_PATH_MAX];

	memcpy(folder, o->kept, sizeof(folder));
	*strrchr(folder, '/') = '\0';
	return dir_make(folder, 0700, e);
}

/* On the disk first: what has written a contract is there after a crash. */
static int accept(struct online *o, struct policy *candidate, double ratio, struct err *e)
{
	struct policy old;
	int rc = folder_of_kept(o, e);

	if (!rc)
		rc = learner_save(o->learner, o->kept, false, e);
	if (rc)
		return rc;
	pthread_mutex_lock(&o->lock);
	old = o->policy;
	o->policy = *candidate;
	o->report.accepted++;
	pthread_mutex_unlock(&o->lock);
	*candidate = old;
	o->source = o->kept;
	o->refusals = 0;
	show_ratio(o, ratio);
	if (o->metric.accepted) {
		metric_add(o->metric.accepted, 1);
		metric_set(o->metric.behind, (double)learner_updates(o->learner));
	}
	return 0;
}

static void refuse(struct online *o)
{
	pthread_mutex_lock(&o->lock);
	o->report.refused++;
	pthread_mutex_unlock(&o->lock);
	if (o->metric.refused)
		metric_add(o->metric.refused, 1);
	o->refusals++;
}

static int candidate_of(const struct online *o, struct policy *out, struct err *e)
{
	const struct learner *l = o->learner;
	int rc = learned_from(learner_spec(l)->algorithm, &learner_spec(l)->env, learner_actor_shape(l),
	                      learner_actor_params(l), o->samples, out, e);

	if (!rc)
		learned_set_updates(out, (uint64_t)learner_updates(l));
	return rc;
}

/* The ratio of what is in use, found when it is asked for first. */
static double ratio_in_use(struct online *o)
{
	double ratio = online_report(o).ratio;

	if (isfinite(ratio))
		return ratio;
	ratio = held_out_ratio(&o->held_out, &o->policy); /* only this thread replaces it */
	show_ratio(o, ratio);
	return ratio;
}

static int try_candidate(struct online *o, struct err *e)
{
	struct policy candidate = {0};
	struct learn_step step;
	double now, then;
	int rc = 0;

	then = ratio_in_use(o);
	rc = candidate_of(o, &candidate, e);
	if (rc)
		return rc;
	now = held_out_ratio(&o->held_out, &candidate);
	if (isfinite(now) && !(now < then)) {
		rc = accept(o, &candidate, now, e);
		if (!rc)
			log_line(LOG_INFO, about(o),
			         "edmsac learned on the job: held-out ratio %.6f after %.6f, %" PRId64 " updates", now,
			         then, learner_updates(o->learner));
	} else {
		refuse(o);
		log_line(LOG_INFO, about(o), "edmsac keeps its policy: held-out ratio %.6f, not %.6f", then, now);
	}
	step = (struct learn_step){.wall_ms = clock_wall_ms(),
	                           .updates = (uint64_t)learner_updates(o->learner),
	                           .before = then,
	                           .ratio = now,
	                           .accepted = o->refusals == 0 && !rc};
	online_tell(o, &step);
	policy_release(&candidate);
	return rc;
}

/* ---- a bout ---------------------------------------------------------------------------------------- */

/* Where it leads nowhere learning starts again from what is in use, by other chances than before. */
static int start_learner(struct online *o, struct err *e)
{
	int rc = 0;

	if (o->learner && o->refusals < REFUSALS_MAX)
		return 0;
	learner_free(o->learner);
	o->learner = NULL;
	o->refusals = 0;
	rc = learner_load(o->source, &o->learner, e);
	if (rc)
		return rc;
	learner_reseed(o->learner, online_report(o).updates);
	for (size_t i = 0; !rc && i < o->known_count; i++)
		rc = remember(o, &o->known[i], e);
	return rc;
}

/* The held-out problems come first: where rounds leave little time, learning would take all of it, again and
 * again, and nothing that is learned counts before it can be measured. */
static int bout(struct online *o, struct err *e)
{
	bool measurable = held_out_solve(&o->held_out, &o->stop);
	int64_t updates = 0;
	int rc = start_learner(o, e);

	if (rc)
		return rc;
	remember_heard(o);
	rc = learn(o, &updates, e);
	return rc || !measurable ? rc : try_candidate(o, e);
}

void online_train(struct online *o)
{
	struct err e = ERR_INIT;

	if (bout(o, &e) == 0) {
		o->failures = 0;
		return;
	}
	learner_free(o->learner);
	o->learner = NULL;
	atomic_store(&o->broken, ++o->failures == FAILURES_MAX);
	online_tell(o, NULL);
	log_line(LOG_WARN, about(o), "edmsac does not learn on the job%s: %s",
	         o->failures == FAILURES_MAX ? " any more" : " this time", e.text);
}
