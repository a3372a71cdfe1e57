/* Does what the round asks for: first the records, in one transaction; then messages, transfers and jobs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "cloud/store/ledger.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/str.h"

void cloud_die(struct cloud *c, const struct err *why)
{
	if (c->dead)
		return;
	c->dead = true;
	log_error("the store failed, nothing more is done: %s", why->text);
	c->env.fatal(c->env.ctx, why);
}

static int pay(struct cloud *c, struct task *t, struct err *e)
{
	struct ledger_entry x = {.task = t->order.task,
	                         .round = t->order.round,
	                         .period = t->order.period,
	                         .amount_micro = t->order.reward_micro,
	                         .wall_ms = cloud_now(c)};
	int rc;

	memcpy(x.edge, t->edge, sizeof(x.edge));
	rc = ledger_pay(c->store, &x, e);
	if (rc)
		return rc;
	t->ledger_entry = x.entry;
	t->ledger_hash = x.hash;
	return 0;
}

static int save_one(struct cloud *c, const struct action *a, struct err *e)
{
	struct round *r = &c->round;

	switch (a->kind) {
	case ACT_SAVE_ROUND:
		return store_save_round(c->store, r, e);
	case ACT_SAVE_SEAT:
		return store_save_seat(c->store, r->id, &r->seat[a->seat], e);
	case ACT_SAVE_TASK:
		return store_save_task(c->store, &r->seat[a->seat].task[a->stage], e);
	case ACT_SAVE_MODULE:
		return store_save_module(c->store, &r->module[a->module], e);
	case ACT_PAY:
		return pay(c, &r->seat[a->seat].task[a->stage], e);
	default:
		return 0;
	}
}

static bool is_record(enum action_kind kind)
{
	return kind == ACT_SAVE_ROUND || kind == ACT_SAVE_SEAT || kind == ACT_SAVE_TASK ||
	       kind == ACT_SAVE_MODULE || kind == ACT_PAY;
}

static int save_all(struct cloud *c, const struct actions *a, struct err *e)
{
	bool any = c->believed[0] != '\0' || c->value_is_new || c->going_back;
	int rc;

	for (size_t i = 0; i < a->count; i++)
		any |= is_record(a->list[i].kind);
	if (!any)
		return 0;
	rc = store_begin(c->store, e);
	/* The round first, then its seats, then their tasks: each refers to the one before. */
	for (enum action_kind k = ACT_SAVE_ROUND; !rc && k <= ACT_SAVE_SEAT; k++)
		for (size_t i = 0; !rc && i < a->count; i++)
			if (a->list[i].kind == k)
				rc = save_one(c, &a->list[i], e);
	for (size_t i = 0; !rc && i < a->count; i++)
		if (a->list[i].kind > ACT_SAVE_SEAT)
			rc = save_one(c, &a->list[i], e);
	if (!rc && c->believed[0])
		rc = cloud_save_beliefs(c, e);
	if (!rc && c->value_is_new)
		rc = cloud_save_value(c, e);
	if (!rc && c->going_back)
		rc = cloud_save_gone_back(c, e);
	if (!rc && c->agent_is_new)
		rc = store_save_agent(c->store, &c->agent, e);
	if (!rc)
		rc = store_commit(c->store, e);
	if (rc)
		store_rollback(c->store);
	if (!rc && c->agent_is_new)
		cloud_tell(c, (struct cloud_event){.kind = CLOUD_AGENT, .agent = &c->agent});
	c->believed[0] = '\0';
	if (!rc && c->going_back)
		c->control.train_from = 0;
	c->value_is_new = false;
	c->agent_is_new = false;
	c->going_back = false;
	return rc;
}

static void add_update(struct job *job, const struct task *t)
{
	struct job_update *u;

	job->list = mem_realloc(job->list, job->count + 1, sizeof(*job->list));
	u = &job->list[job->count++];
	memcpy(u->edge, t->edge, sizeof(u->edge));
	u->order = t->order;
	u->update = t->update;
}

static void fill_job(struct cloud *c, struct job *job, const struct action *a)
{
	const struct round *r = &c->round;

	job->seat = a->seat;
	job->stage = a->stage;
	job->version = c->agent.version + 1;
	memcpy(job->use_policy, c->control.policy, sizeof(job->use_policy));
	if (job->kind == JOB_SCREEN) {
		const struct task *t = &r->seat[a->seat].task[a->stage];

		add_update(job, t);
		for (size_t i = 0; i < t->order.work_count; i++)
			job->norm_median[i] = cloud_norm_median(r, a->stage, t->order.work[i].kind);
	}
	for (size_t i = 0; i < r->seat_count; i++) {
		for (int stage = 0; stage < STAGES; stage++) {
			const struct task *t = &r->seat[i].task[stage];
			bool wanted = job->kind == JOB_INTEGRATE || (job->kind == JOB_AGGREGATE && stage == a->stage);

			if (wanted && t->state == TASK_ACCEPTED && t->update.result_count > 0)
				add_update(job, t);
		}
	}
}

static void job_work(void *p)
{
	struct job *job = p;

	job->ops->run(job->ops_ctx, job);
}

/* The norms stay with the task: later updates of this stage are compared with those of the accepted ones. */
static void take_screening(struct cloud *c, const struct job *job, struct actions *a)
{
	struct task *t = &c->round.seat[job->seat].task[job->stage];

	if (t->state == TASK_HELD)
		memcpy(t->norm, job->norm, sizeof(t->norm));
	round_screened(&c->round, &c->config.rules, job->seat, job->stage, job->accepted, job->reason,
	               job->metric, cloud_now(c), a);
}

static int take_manifest(struct cloud *c, struct job *job, struct err *e)
{
	struct agent_record agent = {.version = job->version, .round = job->round, .made_ms = cloud_now(c)};

	agent.manifest = mem_dup(job->manifest.data, job->manifest.len);
	agent.manifest_len = job->manifest.len;
	c->agent_is_new = cloud_take_agent(c, &agent, e) == 0;
	return c->agent_is_new ? 0 : e->code;
}

static void take_modules(struct cloud *c, const struct job *job, struct actions *a)
{
	bool due = c->round.phase == PHASE_INTEGRATE;

	round_integrated(&c->round, &c->config.rules, job->version, job->made, job->made_count, cloud_now(c), a);
	if (due)
		cloud_learn_value(c);
}

static void take_result(struct cloud *c, struct job *job, struct actions *a)
{
	struct round *r = &c->round;
	const struct round_rules *rules = &c->config.rules;
	int64_t now = cloud_now(c);
	struct err e = ERR_INIT;

	switch (job->kind) {
	case JOB_POLICY:
		cloud_count_menu(c, &job->written);
		round_menu(r, rules, &job->written, now, a);
		break;
	case JOB_SCREEN:
		take_screening(c, job, a);
		break;
	case JOB_AGGREGATE:
		round_aggregated(r, rules, job->stage, job->made, job->made_count, now, a);
		break;
	case JOB_INTEGRATE:
		if (r->phase == PHASE_INTEGRATE && take_manifest(c, job, &e))
			round_fail(r, e.text, now, a);
		else
			take_modules(c, job, a);
		break;
	}
}

static void job_done(void *p)
{
	struct job *job = p;
	struct cloud *c = job->cloud;
	struct actions a = {0};

	c->jobs--;
	cloud_count_job(c, job);
	if (!c->dead && c->running && job->round == c->round.id) {
		if (job->rc)
			round_fail(&c->round, job->err.text, cloud_now(c), &a);
		else
			take_result(c, job, &a);
		cloud_apply(c, &a);
	}
	job_free(job);
}

static void start_job(struct cloud *c, const struct action *a)
{
	struct job *job;

	if (a->job == JOB_POLICY)
		cloud_estimate_prior(c);
	job = job_new(a->job, &c->round);
	job->cloud = c;
	job->ops = c->env.ops;
	job->ops_ctx = c->env.ops_ctx;
	fill_job(c, job, a);
	c->jobs++;
	job->asked_ms = cloud_now(c);
	executor_run(c->env.jobs, job_work, job_done, job);
}

void cloud_check_held(struct cloud *c, size_t seat, int stage, struct actions *a)
{
	const struct task *t = &c->round.seat[seat].task[stage];
	char reason[WIRE_TEXT_MAX + 1];

	if (t->state != TASK_DELIVERED)
		return;
	for (size_t i = 0; i < t->update.result_count; i++)
		if (!blobs_has(c->blobs, &t->update.result[i].blob.digest, NULL))
			return;
	if (cloud_is_original(c, seat, stage, reason, sizeof(reason)))
		round_held(&c->round, seat, stage, a);
	else
		round_unfit(&c->round, &c->config.rules, seat, stage, reason, cloud_now(c), a);
}

/* Those who came too late for a seat get the round's agent too. */
static void deploy_to_others(struct cloud *c)
{
	for (struct session *s = c->sessions; s; s = s->next)
		if (s->open && s->link && s->agent_version < c->agent.version &&
		    !round_seat(&c->round, s->link->peer))
			session_deploy(s, &(struct msg){.deploy.deadline_ms = (uint64_t)c->config.rules.deploy_ms});
}

static void finished(struct cloud *c)
{
	struct log_about about = {.round = c->round.id};
	bool failed = c->round.phase == PHASE_FAILED;

	c->running = false;
	c->next_start_ms = cloud_now(c) + (failed ? c->config.retry_ms : c->config.pause_ms);
	cloud_count_round(c);
	if (failed)
		log_line(LOG_WARN, about, "failed: %s", c->round.failure);
	else
		log_line(LOG_INFO, about, "done, agent version %" PRIu64, c->round.agent_version);
	deploy_to_others(c);
	cloud_sweep(c);
	cloud_learn_round(c);
}

static void do_one(struct cloud *c, const struct action *a, struct actions *more)
{
	struct seat *seat = a->seat < c->round.seat_count ? &c->round.seat[a->seat] : NULL;
	struct session *s = seat ? session_of(c, seat->edge) : NULL;

	cloud_tell_action(c, a);
	switch (a->kind) {
	case ACT_TELL:
		if (s)
			session_tell_due(s, a->seat);
		break;
	case ACT_RECORDED:
		if (s)
			session_recorded(s, seat, a->stage);
		break;
	case ACT_RECEIPT:
		if (s)
			session_receipt(s, &seat->task[a->stage]);
		break;
	case ACT_FETCH:
		cloud_check_held(c, a->seat, a->stage, more);
		if (s) {
			session_fetch(s, a->seat, a->stage, more);
			/* what a crash left complete, or has no bytes, is here without a transfer */
			cloud_check_held(c, a->seat, a->stage, more);
		}
		break;
	case ACT_JOB:
		start_job(c, a);
		break;
	case ACT_SAVE_ROUND:
		log_line(LOG_INFO, (struct log_about){.round = c->round.id}, "phase %s", phase_name(c->round.phase));
		break;
	case ACT_FINISHED:
		finished(c);
		break;
	default:
		break;
	}
}

void cloud_apply(struct cloud *c, struct actions *a)
{
	struct err e = ERR_INIT;

	while (a->count > 0 && !c->dead) {
		struct actions more = {0};

		if (save_all(c, a, &e)) {
			cloud_die(c, &e);
			break;
		}
		for (size_t i = 0; i < a->count && !c->dead; i++)
			do_one(c, &a->list[i], &more);
		actions_release(a);
		*a = more;
	}
	actions_release(a);
}

void cloud_begin_round(struct cloud *c)
{
	const char **names = mem_array(SEATS_MAX, sizeof(*names));
	struct actions a = {0};
	struct err e = ERR_INIT;
	size_t count = 0;

	for (struct session *s = c->sessions; s && count < SEATS_MAX; s = s->next)
		if (s->open && s->link)
			names[count++] = s->link->peer;
	round_release(&c->round);
	memset(&c->round, 0, sizeof(c->round));
	c->round.instance = c->config.market;
	cloud_estimate_terms(c);
	c->round.samples_per_effort = c->config.samples_per_effort;
	if (cloud_load_modules(c, c->round.module, &c->round.module_count, &e)) {
		cloud_die(c, &e);
	} else {
		c->running = true;
		c->last_round++;
		cloud_go_back(c, c->last_round, c->round.module, c->round.module_count);
		if (c->env.learn)
			c->env.learn->begun(c->env.learn_ctx);
		round_start(&c->round, c->last_round, names, count, &c->config.rules, cloud_now(c), &a);
		cloud_apply(c, &a);
	}
	free(names);
}
