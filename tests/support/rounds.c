#include "tests/support/rounds.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/instances.h"
#include "common/base/str.h"
#include "tests/support/suite.h"

struct digest rounds_digest(struct rng *rng)
{
	struct digest d;

	for (size_t i = 0; i < DIGEST_BYTES; i++)
		d.bytes[i] = (uint8_t)rng_u64(rng);
	return d;
}

/* Any finite double: all exponents, both signs. */
static double odd_double(struct rng *rng)
{
	uint64_t bits = rng_u64(rng);
	double v;

	memcpy(&v, &bits, sizeof(v));
	return isfinite(v) ? v : 5e-324;
}

static struct blob_ref odd_blob(struct rng *rng)
{
	return (struct blob_ref){rounds_digest(rng), rng_below(rng, WIRE_BLOB_MAX)};
}

static void make_task(struct rng *rng, struct task *t, const char *edge, uint64_t id, uint64_t round,
                      int stage)
{
	t->order.task = id;
	t->order.round = round;
	t->order.period = (uint32_t)stage + 1;
	t->order.deadline_ms = rng_below(rng, 1 << 20);
	t->order.seed = rng_u64(rng);
	t->order.effort = fabs(odd_double(rng));
	t->order.reward_micro = -(int64_t)rng_below(rng, 1 << 30);
	t->order.work_count = 2;
	t->update.task = id;
	t->update.result_count = 2;
	t->update.duration_ms = rng_below(rng, 1 << 20);
	for (size_t i = 0; i < 2; i++) {
		struct msg_work *w = &t->order.work[i];
		struct msg_result *x = &t->update.result[i];

		str_copy(w->kind, sizeof(w->kind), i ? "memory" : "perception");
		str_copy(x->kind, sizeof(x->kind), w->kind);
		w->start = odd_blob(rng);
		w->samples = x->samples = rng_below(rng, 1 << 20);
		w->generation = UINT32_MAX - (uint32_t)i;
		x->blob = odd_blob(rng);
		x->loss = i ? NAN : odd_double(rng);
	}
	str_copy(t->edge, sizeof(t->edge), edge);
	t->state = (enum task_state)(1 + rng_below(rng, TASK_LATE));
	snprintf(t->reason, sizeof(t->reason), "because 'of' \"%d\"; \xc3\xbc", stage);
	t->metric = stage == 0 ? NAN : rng_double(rng);
	t->paid_micro = (int64_t)rng_below(rng, 1 << 30) - (1 << 29);
}

static void make_seat(struct rng *rng, struct round *r, size_t number)
{
	char edge[32];
	struct seat *seat;

	snprintf(edge, sizeof(edge), "edge-%zu", number);
	seat = round_add_seat(r, edge);
	ck_assert_ptr_nonnull(seat);
	for (int p = 0; p < PERIODS; p++) {
		seat->signalled[p] = true;
		seat->signal[p] = (struct telemetry){rng_double(rng), rng_uniform(rng, 0, 1e6),
		                                     rng_uniform(rng, 0, 1e9), 0, 1e-300};
		seat->item[p] = (int)rng_below(rng, 4) - 2;
	}
	for (int stage = 0; stage < STAGES; stage++)
		make_task(rng, &seat->task[stage], edge, r->id * 10000 + 3 * number + (uint64_t)stage, r->id, stage);
	seat->deploy = (enum deploy_state)rng_below(rng, DEPLOY_LATE + 1);
	snprintf(seat->deploy_reason, sizeof(seat->deploy_reason), "seat %zu", number);
}

static void make_menu(struct rng *rng, struct round *r)
{
	struct menu *m = &r->menu;

	m->types = r->instance.terms.types;
	for (int k = 0; k < m->types; k++) {
		m->q1[k] = rng_uniform(rng, 0, 10);
		m->r1[k] = rng_normal(rng);
		for (int l = 0; l < m->types; l++) {
			m->q2[k][l] = rng_uniform(rng, 0, 10);
			m->r2[k][l] = rng_normal(rng);
		}
	}
	r->has_menu = true;
	str_copy(r->policy, sizeof(r->policy), "exact");
}

void rounds_make(struct rng *rng, uint64_t id, size_t seats, struct round *out)
{
	memset(out, 0, sizeof(*out));
	out->id = id;
	out->phase = (enum phase)rng_below(rng, PHASE_FAILED + 1);
	out->started_ms = (int64_t)rng_below(rng, INT64_MAX);
	out->deadline_ms = (int64_t)rng_below(rng, INT64_MAX);
	instance_draw(rng, 1 + (int)rng_below(rng, CONTRACT_TYPES_MAX), PARTICIPATION_PER_PERIOD, &out->instance);
	str_copy(out->instance.id, sizeof(out->instance.id), "round \"x\" of \xce\xb8");
	instance_tidy(&out->instance);
	out->samples_per_effort = fabs(odd_double(rng));
	make_menu(rng, out);
	out->expected_profit = odd_double(rng);
	out->module_count = 2;
	for (size_t i = 0; i < 2; i++) {
		out->module[i] = (struct module_state){
		    .blob = odd_blob(rng), .generation = 7, .round = id, .metric = i ? rng_double(rng) : NAN};
		str_copy(out->module[i].kind, sizeof(out->module[i].kind), i ? "memory" : "perception");
	}
	str_copy(out->failure, sizeof(out->failure), "it did not");
	for (size_t i = 0; i < seats; i++)
		make_seat(rng, out, i);
}

static int save_all(struct store *s, const struct round *r, struct err *e)
{
	int rc = store_save_round(s, r, e);

	for (size_t i = 0; rc == 0 && i < r->seat_count; i++) {
		rc = store_save_seat(s, r->id, &r->seat[i], e);
		for (int stage = 0; rc == 0 && stage < STAGES; stage++)
			if (r->seat[i].task[stage].order.task)
				rc = store_save_task(s, &r->seat[i].task[stage], e);
	}
	return rc;
}

int rounds_save(struct store *s, const struct round *r, struct err *e)
{
	int rc = store_begin(s, e);

	if (rc == 0)
		rc = save_all(s, r, e);
	if (rc == 0)
		rc = store_commit(s, e);
	store_rollback(s);
	return rc;
}

static void same_double(double a, double b, const char *what)
{
	ck_assert_msg(memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b)), "%s: %a is not %a", what, b, a);
}

static void same_blob(const struct blob_ref *a, const struct blob_ref *b)
{
	ck_assert(digest_equal(&a->digest, &b->digest));
	ck_assert_uint_eq(a->size, b->size);
}

static void same_order(const struct msg_task *a, const struct msg_task *b)
{
	ck_assert_uint_eq(a->task, b->task);
	ck_assert_uint_eq(a->round, b->round);
	ck_assert_uint_eq(a->period, b->period);
	ck_assert_uint_eq(a->deadline_ms, b->deadline_ms);
	ck_assert_uint_eq(a->seed, b->seed);
	same_double(a->effort, b->effort, "effort");
	ck_assert_int_eq(a->reward_micro, b->reward_micro);
	ck_assert_uint_eq(a->work_count, b->work_count);
	for (size_t i = 0; i < a->work_count; i++) {
		ck_assert_str_eq(a->work[i].kind, b->work[i].kind);
		same_blob(&a->work[i].start, &b->work[i].start);
		same_blob(&a->work[i].needs, &b->work[i].needs);
		ck_assert_uint_eq(a->work[i].samples, b->work[i].samples);
		ck_assert_uint_eq(a->work[i].generation, b->work[i].generation);
	}
}

static void same_update(const struct msg_update *a, const struct msg_update *b)
{
	ck_assert_uint_eq(a->task, b->task);
	ck_assert_uint_eq(a->duration_ms, b->duration_ms);
	ck_assert_uint_eq(a->result_count, b->result_count);
	for (size_t i = 0; i < a->result_count; i++) {
		ck_assert_str_eq(a->result[i].kind, b->result[i].kind);
		same_blob(&a->result[i].blob, &b->result[i].blob);
		ck_assert_uint_eq(a->result[i].samples, b->result[i].samples);
		same_double(a->result[i].loss, b->result[i].loss, "loss");
	}
}

static void same_task(const struct task *a, const struct task *b)
{
	same_order(&a->order, &b->order);
	same_update(&a->update, &b->update);
	ck_assert_str_eq(a->edge, b->edge);
	ck_assert_int_eq(a->state, b->state);
	ck_assert_str_eq(a->reason, b->reason);
	same_double(a->metric, b->metric, "metric");
	ck_assert_int_eq(a->paid_micro, b->paid_micro);
	ck_assert_uint_eq(a->ledger_entry, b->ledger_entry);
	ck_assert(digest_equal(&a->ledger_hash, &b->ledger_hash));
}

static void same_seat(const struct seat *a, const struct seat *b)
{
	ck_assert_str_eq(a->edge, b->edge);
	for (int p = 0; p < PERIODS; p++) {
		ck_assert_int_eq(a->signalled[p], b->signalled[p]);
		ck_assert_mem_eq(&a->signal[p], &b->signal[p], sizeof(a->signal[p]));
		ck_assert_int_eq(a->item[p], b->item[p]);
	}
	for (int stage = 0; stage < STAGES; stage++)
		same_task(&a->task[stage], &b->task[stage]);
	ck_assert_int_eq(a->deploy, b->deploy);
	ck_assert_str_eq(a->deploy_reason, b->deploy_reason);
}

static void same_terms(const struct round *a, const struct round *b)
{
	ck_assert_str_eq(a->instance.id, b->instance.id);
	ck_assert_mem_eq(&a->instance.terms, &b->instance.terms, sizeof(a->instance.terms));
	ck_assert_mem_eq(a->instance.prior, b->instance.prior, sizeof(a->instance.prior));
	same_double(a->instance.alpha, b->instance.alpha, "alpha");
	same_double(a->instance.beta, b->instance.beta, "beta");
	ck_assert_int_eq(a->instance.participation, b->instance.participation);
	ck_assert_int_eq(a->has_menu, b->has_menu);
	ck_assert_mem_eq(&a->menu, &b->menu, sizeof(a->menu));
}

void rounds_same(const struct round *a, const struct round *b)
{
	ck_assert_uint_eq(a->id, b->id);
	ck_assert_int_eq(a->phase, b->phase);
	ck_assert_int_eq(a->started_ms, b->started_ms);
	ck_assert_int_eq(a->ended_ms, b->ended_ms);
	ck_assert_int_eq(a->deadline_ms, b->deadline_ms);
	same_terms(a, b);
	same_double(a->samples_per_effort, b->samples_per_effort, "samples_per_effort");
	ck_assert_str_eq(a->policy, b->policy);
	same_double(a->expected_profit, b->expected_profit, "expected_profit");
	ck_assert_uint_eq(a->agent_version, b->agent_version);
	ck_assert_str_eq(a->failure, b->failure);
	ck_assert_uint_eq(a->module_count, b->module_count);
	for (size_t i = 0; i < a->module_count; i++) {
		ck_assert_str_eq(a->module[i].kind, b->module[i].kind);
		same_blob(&a->module[i].blob, &b->module[i].blob);
		ck_assert_uint_eq(a->module[i].generation, b->module[i].generation);
		ck_assert_uint_eq(a->module[i].round, b->module[i].round);
		same_double(a->module[i].metric, b->module[i].metric, "module's metric");
	}
	ck_assert_uint_eq(a->seat_count, b->seat_count);
	for (size_t i = 0; i < a->seat_count; i++)
		same_seat(&a->seat[i], &b->seat[i]);
}
