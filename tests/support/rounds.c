#include "tests/support/rounds.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cloud/policy/instances.h"
#include "common/base/str.h"

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
	t->announced = rng_below(rng, 1 << 20);
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
		t->norm[i] = fabs(odd_double(rng));
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
	assert(seat);
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
	str_copy(r->policy_weights, sizeof(r->policy_weights), "00ff00ff00ff00ff");
	r->policy_updates = 14000;
	r->policy_fallback = true;
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
