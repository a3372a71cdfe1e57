#include "tests/support/rounds.h"

#include <math.h>
#include <string.h>

#include "tests/support/suite.h"

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
	ck_assert_uint_eq(a->announced, b->announced);
	for (size_t i = 0; i < a->update.result_count; i++)
		same_double(a->norm[i], b->norm[i], "norm");
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
	ck_assert_str_eq(a->policy_weights, b->policy_weights);
	ck_assert_uint_eq(a->policy_updates, b->policy_updates);
	ck_assert_int_eq(a->policy_fallback, b->policy_fallback);
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
