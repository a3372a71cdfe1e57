#include "cloud/work/online.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/learned.h"
#include "cloud/policy/shelf.h"
#include "cloud/work/online_internal.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/process.h"
#include "common/base/str.h"

#define NICENESS 10 /* of the learning thread, beside the process's: rounds, links and people come first */

/* ---- what is in use ------------------------------------------------------------------------------- */

static int open_kept(struct online *o, struct err *e)
{
	int rc = shelf_open(o->kept, &o->market, o->samples, &o->policy, e);

	if (rc == 0) {
		o->source = o->kept;
		log_info("edmsac goes on with what it learned here: %s", o->kept);
	} else if (rc != E_NOT_FOUND) {
		log_warn("what edmsac learned here is not used: %s", e->text);
	}
	*e = ERR_INIT;
	return rc;
}

/* The shipped one is opened in any case: that it is broken must be seen at the start. */
static int open_first(struct online *o, struct err *e)
{
	struct policy shipped = {0};
	int rc = o->shipped[0] ? shelf_open(o->shipped, &o->market, o->samples, &shipped, e) : 0;

	if (rc)
		return rc;
	if (open_kept(o, e) == 0) {
		policy_release(&shipped);
		return 0;
	}
	if (!shipped.ops)
		return err_set(e, E_NOT_FOUND, "there is no usable checkpoint in %.200s", o->kept);
	o->policy = shipped;
	o->source = o->shipped;
	return 0;
}

static void register_metrics(struct online *o, struct metrics *m)
{
	const char *help = "Policies learned on the job, by whether they replaced the one in use.";

	if (!m)
		return;
	o->metric.updates =
	    metrics_counter(m, "foedus_policy_updates_total", NULL, "Updates learned on the job.");
	o->metric.accepted = metrics_counter(m, "foedus_policy_replacements_total", "result=\"accepted\"", help);
	o->metric.refused = metrics_counter(m, "foedus_policy_replacements_total", "result=\"refused\"", help);
	o->metric.behind = metrics_gauge(m, "foedus_policy_learned_updates", NULL,
	                                 "Updates behind the weights of the learned policy in use.");
	metric_set(o->metric.behind, (double)learned_updates(&o->policy));
	o->metric.ratio = metrics_gauge(m, "foedus_policy_held_out_ratio", NULL,
	                                "Mean profit of the learned policy in use over the optimum, on held-out "
	                                "problems; NaN until it is measured.");
	metric_set(o->metric.ratio, NAN);
}

int online_new(const struct online_options *options, struct online **out, struct err *e)
{
	struct online *o = mem_zalloc(sizeof(*o));
	const struct env_spec *env;
	int rc;

	o->market = *options->market;
	o->samples = options->samples;
	o->updates = options->updates;
	o->ms = options->ms;
	o->report.ratio = NAN;
	pthread_mutex_init(&o->lock, NULL);
	pthread_mutex_init(&o->told_lock, NULL);
	rc = shelf_path(options->folder, &o->market, o->kept, e);
	if (!rc && options->shipped && !str_copy(o->shipped, sizeof(o->shipped), options->shipped))
		rc = err_set(e, E_LIMIT, "the checkpoint's path is longer than %zu", sizeof(o->shipped) - 1);
	if (!rc)
		rc = open_first(o, e);
	if (rc) {
		online_free(o);
		return rc;
	}
	env = learned_env(&o->policy);
	if (o->updates && (env->direct || env->endogenous)) {
		log_info(
		    "edmsac does not learn on the job: its checkpoint is not for structured, exogenous problems");
		o->updates = 0;
	}
	held_out_init(&o->held_out, &o->market, ONLINE_HELD_OUT);
	register_metrics(o, options->metrics);
	online_tell(o, NULL);
	*out = o;
	return 0;
}

void online_free(struct online *o)
{
	if (!o)
		return;
	policy_release(&o->policy);
	learner_free(o->learner);
	held_out_release(&o->held_out);
	free(o->heard);
	free(o->known);
	pthread_mutex_destroy(&o->lock);
	pthread_mutex_destroy(&o->told_lock);
	free(o);
}

void online_use(struct online *o, struct executor *thread)
{
	o->thread = thread;
}

void online_stop(struct online *o)
{
	o->closed = true;
	atomic_store(&o->stop, true);
}

const struct policy *online_borrow(struct online *o)
{
	pthread_mutex_lock(&o->lock);
	return &o->policy;
}

void online_return(struct online *o)
{
	pthread_mutex_unlock(&o->lock);
}

struct online_report online_report(struct online *o)
{
	struct online_report r;

	pthread_mutex_lock(&o->lock);
	r = o->report;
	pthread_mutex_unlock(&o->lock);
	return r;
}

/* ---- on the cloud's thread ------------------------------------------------------------------------ */

static void hear(struct online *o, const struct experience *x)
{
	if (o->updates == 0 || x->seen.terms.types != o->market.terms.types ||
	    x->seen.participation != o->market.participation)
		return;
	pthread_mutex_lock(&o->lock);
	if (o->heard_count < ONLINE_ROUNDS_MAX) {
		o->heard = mem_realloc(o->heard, o->heard_count + 1, sizeof(*o->heard));
		o->heard[o->heard_count++] = *x;
	}
	pthread_mutex_unlock(&o->lock);
}

static void work(void *p)
{
	struct online *o = p;

	if (o->thread)
		process_yield(NICENESS);
	online_train(o);
}

static void done(void *p)
{
	((struct online *)p)->busy = false;
}

static void recall(void *ctx, const struct experience *x)
{
	hear(ctx, x);
}

static void begun(void *ctx)
{
	atomic_store(&((struct online *)ctx)->stop, true);
}

static void ended(void *ctx, const struct experience *x)
{
	struct online *o = ctx;

	if (x)
		hear(o, x);
	if (o->busy || o->closed || o->broken || o->updates == 0)
		return;
	o->busy = true;
	atomic_store(&o->stop, false);
	executor_run(o->thread, work, done, o);
}

const struct learn_ops online_learn = {recall, begun, ended, online_told};
