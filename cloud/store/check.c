#include "cloud/store/check.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

static int check_name(const char *text, const char *what, struct err *e)
{
	if (strnlen(text, WIRE_NAME_MAX + 1) > WIRE_NAME_MAX || !str_is_name(text, WIRE_NAME_MAX))
		return err_set(e, E_INVALID, "%s '%.*s' is not a name of up to %d letters, digits, '.', '_', '-'",
		               what, WIRE_NAME_MAX, text, WIRE_NAME_MAX);
	return 0;
}

static int check_text(const char *text, size_t max, const char *what, struct err *e)
{
	if (strnlen(text, max + 1) > max)
		return err_set(e, E_INVALID, "%s is longer than %zu bytes", what, max);
	return 0;
}

/* What instance_from_json() asks of an id. */
static int check_id(const char *id, struct err *e)
{
	size_t n = strnlen(id, CONTRACT_ID_MAX);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)id[i] < 0x20 || id[i] == 0x7f)
			n = 0;
	if (n == 0 || n == CONTRACT_ID_MAX)
		return err_set(e, E_INVALID, "its id is not a text of 1 to %d bytes without control characters",
		               CONTRACT_ID_MAX - 1);
	return 0;
}

static int check_terms_and_menu(const struct round *r, struct err *e)
{
	struct instance tidy = r->instance;

	if (check_id(r->instance.id, e) || instance_check(&r->instance, e))
		return err_wrap(e, "instance");
	instance_tidy(&tidy);
	for (int k = 0; k < tidy.terms.types; k++) {
		size_t row = (size_t)tidy.terms.types * sizeof(double);

		if (memcmp(tidy.terms.transition[k], r->instance.terms.transition[k], row) != 0 ||
		    tidy.prior[k] != r->instance.prior[k])
			return err_set(e, E_INVALID, "instance: its probabilities are not those of instance_tidy()");
	}
	if (r->has_menu && menu_check(&r->menu, &r->instance.terms, e))
		return err_wrap(e, "menu");
	return 0;
}

int round_check(const struct round *r, struct err *e)
{
	int rc;

	if (r->id == 0)
		return err_set(e, E_INVALID, "rounds are counted from 1");
	if ((unsigned)r->phase > PHASE_FAILED)
		return err_set(e, E_INVALID, "phase %d is none", (int)r->phase);
	if (!isfinite(r->samples_per_effort) || r->samples_per_effort < 0)
		return err_set(e, E_INVALID, "samples per effort are not a number from 0");
	if (r->module_count > WIRE_KINDS_MAX)
		return err_set(e, E_INVALID, "%zu modules; accepted are up to %d", r->module_count, WIRE_KINDS_MAX);
	rc = check_text(r->policy, WIRE_NAME_MAX, "policy", e);
	if (rc == 0)
		rc = check_text(r->policy_weights, WEIGHTS_TEXT_MAX, "the policy's weights", e);
	if (rc == 0)
		rc = check_text(r->failure, WIRE_TEXT_MAX, "failure", e);
	if (rc == 0)
		rc = check_terms_and_menu(r, e);
	for (size_t i = 0; rc == 0 && i < r->module_count; i++)
		rc = module_state_check(&r->module[i], e);
	return rc;
}

int seat_check(const struct seat *s, struct err *e)
{
	int rc = check_name(s->edge, "edge", e);

	for (int p = 0; rc == 0 && p < PERIODS; p++) {
		if (s->signalled[p] && !telemetry_is_sound(&s->signal[p]))
			rc = err_set(e, E_INVALID, "the telemetry of period %d is out of range", p + 1);
		else if (s->item[p] < ITEM_NONE || s->item[p] >= CONTRACT_TYPES_MAX)
			rc = err_set(e, E_INVALID, "item %d of period %d is not from %d to %d", s->item[p], p + 1,
			             ITEM_NONE, CONTRACT_TYPES_MAX - 1);
	}
	if (rc == 0 && (unsigned)s->deploy > DEPLOY_LATE)
		rc = err_set(e, E_INVALID, "deployment state %d is none", (int)s->deploy);
	return rc ? rc : check_text(s->deploy_reason, WIRE_TEXT_MAX, "the deployment's reason", e);
}

static int check_result(const struct task *t, size_t i, struct err *e)
{
	if (!isfinite(t->norm[i]) || t->norm[i] < 0)
		return err_set(e, E_INVALID, "the norm of result %zu is not a number from 0", i);
	return check_name(t->update.result[i].kind, "module kind", e);
}

static int check_parts(const struct task *t, struct err *e)
{
	int rc = 0;

	if (t->order.work_count > WIRE_KINDS_MAX || t->update.result_count > WIRE_KINDS_MAX)
		return err_set(e, E_INVALID, "%zu works and %zu results; accepted are up to %d", t->order.work_count,
		               t->update.result_count, WIRE_KINDS_MAX);
	for (size_t i = 0; rc == 0 && i < t->order.work_count; i++)
		rc = check_name(t->order.work[i].kind, "module kind", e);
	for (size_t i = 0; rc == 0 && i < t->update.result_count; i++)
		rc = check_result(t, i, e);
	return rc;
}

int task_record_check(const struct task *t, struct err *e)
{
	const struct msg_task *o = &t->order;
	int rc;

	if (o->task == 0 || o->round == 0)
		return err_set(e, E_INVALID, "tasks and rounds are counted from 1");
	if (o->period < 1 || o->period > STAGES)
		return err_set(e, E_INVALID, "period %" PRIu32 " is not from 1 to %d", o->period, STAGES);
	if (!isfinite(o->effort) || o->effort < 0)
		return err_set(e, E_INVALID, "the effort is not a number from 0");
	if (t->state == TASK_NONE || (unsigned)t->state > TASK_LATE)
		return err_set(e, E_INVALID, "state %d is not that of a task", (int)t->state);
	if (t->update.task != 0 && t->update.task != o->task)
		return err_set(e, E_INVALID, "holds the update of task %" PRIu64, t->update.task);
	rc = check_name(t->edge, "edge", e);
	if (rc == 0)
		rc = check_text(t->reason, WIRE_TEXT_MAX, "the reason", e);
	return rc ? rc : check_parts(t, e);
}

int module_state_check(const struct module_state *m, struct err *e)
{
	return check_name(m->kind, "module kind", e);
}

int agent_record_check(const struct agent_record *a, struct err *e)
{
	if (a->version == 0)
		return err_set(e, E_INVALID, "an agent's versions are counted from 1");
	if (a->manifest_len == 0 || a->manifest_len > WIRE_MANIFEST_MAX)
		return err_set(e, E_INVALID, "a manifest of %zu bytes; accepted are 1 to %d", a->manifest_len,
		               WIRE_MANIFEST_MAX);
	return 0;
}

int edge_record_check(const struct edge_record *x, struct err *e)
{
	double sum = 0;
	int rc = check_name(x->edge, "edge", e);

	if (rc)
		return rc;
	if (x->belief_types < 0 || x->belief_types > CONTRACT_TYPES_MAX)
		return err_set(e, E_INVALID, "a belief over %d types; accepted are up to %d", x->belief_types,
		               CONTRACT_TYPES_MAX);
	for (int k = 0; k < x->belief_types; k++) {
		if (!(x->belief[k] >= 0 && x->belief[k] <= 1))
			return err_set(e, E_INVALID, "belief %d is not a probability", k + 1);
		sum += x->belief[k];
	}
	if (x->belief_types > 0 && fabs(sum - 1) > CONTRACT_SUM_TOLERANCE)
		return err_set(e, E_INVALID, "the belief sums to %.9g, not 1", sum);
	return 0;
}

int ledger_entry_check(const struct ledger_entry *x, struct err *e)
{
	if (x->task == 0 || x->round == 0)
		return err_set(e, E_INVALID, "tasks and rounds are counted from 1");
	if (x->period < 1 || x->period > STAGES)
		return err_set(e, E_INVALID, "period %" PRIu32 " is not from 1 to %d", x->period, STAGES);
	return check_name(x->edge, "edge", e);
}
