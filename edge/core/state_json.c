#include "edge/core/state_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/contract/choice.h"
#include "common/contract/menu_json.h"
#include "edge/core/internal.h"

#define FORMAT 1

/* --- writing ----------------------------------------------------------------------------------- */

static void set_int(json_t *o, const char *field, uint64_t v)
{
	json_object_set_new(o, field, json_integer((json_int_t)v));
}

static void set_real(json_t *o, const char *field, double v)
{
	json_object_set_new(o, field, json_real(v));
}

static json_t *market_to_json(const struct market *m)
{
	const struct terms *t = &m->terms;
	json_t *o = json_object();

	json_object_set_new(o, "types", json_of_doubles(t->theta, t->types));
	json_object_set_new(o, "prior", json_of_doubles(m->prior, t->types));
	json_object_set_new(o, "transition", json_of_matrix(t->transition, t->types));
	set_real(o, "delta", t->delta);
	set_real(o, "e1", t->e1);
	set_real(o, "e3", t->e3);
	set_real(o, "q_max", t->q_max);
	set_real(o, "samples_per_effort", m->samples_per_effort);
	return o;
}

static json_t *result_to_json(const struct msg_result *r)
{
	json_t *o = json_object();
	char hex[DIGEST_HEX];

	digest_hex(&r->blob.digest, hex);
	json_object_set_new(o, "kind", json_string(r->kind));
	json_object_set_new(o, "blob", json_string(hex));
	set_int(o, "size", r->blob.size);
	set_int(o, "samples", r->samples);
	set_real(o, "loss", r->loss);
	return o;
}

static json_t *done_to_json(const struct edge_done *d)
{
	json_t *o = json_object();
	json_t *results = json_array();

	set_int(o, "task", d->update.task);
	set_int(o, "round", d->round);
	set_int(o, "period", d->period);
	json_object_set_new(o, "reward_micro", json_integer(d->reward_micro));
	json_object_set_new(o, "receipted", json_boolean(d->receipted));
	set_int(o, "duration_ms", d->update.duration_ms);
	for (size_t i = 0; i < d->update.result_count; i++)
		json_array_append_new(results, result_to_json(&d->update.result[i]));
	json_object_set_new(o, "results", results);
	return o;
}

static json_t *items_to_json(const struct edge_state *s)
{
	json_t *items = json_array();

	for (int i = 0; i < 2; i++)
		json_array_append_new(items, s->chosen[i] ? json_integer(s->item[i]) : json_null());
	return items;
}

static json_t *state_to_json(const struct edge_state *s)
{
	json_t *o = json_object();
	json_t *done = json_array();

	set_int(o, "format", FORMAT);
	set_int(o, "round", s->round);
	if (s->round != 0) {
		json_object_set_new(o, "market", market_to_json(&s->market));
		json_object_set_new(o, "menu", menu_to_json(&s->menu));
		json_object_set_new(o, "items", items_to_json(s));
	}
	for (size_t i = 0; i < s->done_count; i++)
		json_array_append_new(done, done_to_json(&s->done[i]));
	json_object_set_new(o, "done", done);
	return o;
}

/* The text that the digest is over: the same for the same content, whatever the order of the fields. */
static char *canonical(const json_t *state)
{
	return json_dumps(state, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
}

void edge_state_write(const struct edge_state *s, struct buf *out)
{
	json_t *state = state_to_json(s);
	char *text = canonical(state);
	struct digest d = digest_of(text, strlen(text));
	char hex[DIGEST_HEX];

	digest_hex(&d, hex);
	buf_fmt(out, "{\"sha256\":\"%s\",\"state\":", hex);
	buf_str(out, text);
	buf_str(out, "}\n");
	free(text);
	json_decref(state);
}

/* --- reading ----------------------------------------------------------------------------------- */

static int get_count(const json_t *o, const char *field, uint64_t hi, uint64_t *out, struct err *e)
{
	int64_t v;
	int rc = json_get_int(o, field, 0, (int64_t)hi, &v, e);

	if (rc == 0)
		*out = (uint64_t)v;
	return rc;
}

static int get_object(const json_t *o, const char *field, json_t **out, struct err *e)
{
	*out = json_object_get(o, field);
	if (!json_is_object(*out))
		return err_set(e, E_INVALID, "field '%s' is missing or not an object", field);
	return 0;
}

static int get_number(const json_t *o, const char *field, double *out, struct err *e)
{
	return json_get_double(o, field, -CONTRACT_NUMBER_MAX, CONTRACT_NUMBER_MAX, out, e);
}

static int read_market(const json_t *o, struct market *m, struct err *e)
{
	struct terms *t = &m->terms;
	json_t *types;
	size_t n;
	int rc = json_get_array(o, "types", 1, CONTRACT_TYPES_MAX, &types, e);

	if (rc)
		return rc;
	n = json_array_size(types);
	t->types = (int)n;
	if ((rc = json_get_doubles(o, "types", n, t->theta, e)) ||
	    (rc = json_get_doubles(o, "prior", n, m->prior, e)) ||
	    (rc = json_get_matrix(o, "transition", t->types, t->transition, e)) ||
	    (rc = get_number(o, "delta", &t->delta, e)) || (rc = get_number(o, "e1", &t->e1, e)) ||
	    (rc = get_number(o, "e3", &t->e3, e)) || (rc = get_number(o, "q_max", &t->q_max, e)) ||
	    (rc = get_number(o, "samples_per_effort", &m->samples_per_effort, e)))
		return rc;
	return market_sound(m, e);
}

static int read_items(const json_t *o, struct edge_state *s, struct err *e)
{
	json_t *items;
	int rc = json_get_array(o, "items", 2, 2, &items, e);

	for (size_t i = 0; rc == 0 && i < 2; i++) {
		const json_t *x = json_array_get(items, i);
		json_int_t v = json_is_integer(x) ? json_integer_value(x) : CHOICE_DECLINE;

		if ((!json_is_integer(x) && !json_is_null(x)) || v < CHOICE_DECLINE || v >= s->menu.types)
			return err_set(e, E_INVALID, "field 'items', element %zu is not null or from -1 to %d", i + 1,
			               s->menu.types - 1);
		s->chosen[i] = json_is_integer(x);
		s->item[i] = (int32_t)v;
	}
	if (rc == 0 && !s->chosen[0])
		return err_set(e, E_INVALID, "field 'items': nothing chosen in period 1 of a round that was joined");
	return rc;
}

static int read_contract(const json_t *o, struct edge_state *s, struct err *e)
{
	json_t *market, *menu;
	int rc = get_object(o, "market", &market, e);

	if (rc == 0)
		rc = read_market(market, &s->market, e);
	if (rc == 0)
		rc = get_object(o, "menu", &menu, e);
	if (rc == 0)
		rc = menu_from_json(menu, s->market.terms.types, &s->menu, e);
	if (rc == 0)
		rc = menu_check(&s->menu, &s->market.terms, e);
	return rc ? rc : read_items(o, s, e);
}

static int read_result(const json_t *o, struct msg_result *r, struct err *e)
{
	const char *kind, *hex;
	int rc;

	if ((rc = json_get_str(o, "kind", WIRE_NAME_MAX, &kind, e)) ||
	    (rc = json_get_str(o, "blob", DIGEST_HEX - 1, &hex, e)) ||
	    (rc = digest_parse(&r->blob.digest, hex, e)) ||
	    (rc = get_count(o, "size", WIRE_BLOB_MAX, &r->blob.size, e)) ||
	    (rc = get_count(o, "samples", EDGE_NUMBER_MAX, &r->samples, e)))
		return rc;
	if (!str_copy(r->kind, sizeof(r->kind), kind))
		return err_set(e, E_LIMIT, "field 'kind' is too long");
	return json_get_double(o, "loss", -HUGE_VAL, HUGE_VAL, &r->loss, e);
}

static int read_done(const json_t *o, struct edge_done *d, struct err *e)
{
	const json_t *receipted = json_object_get(o, "receipted");
	json_t *results;
	uint64_t period;
	int rc;

	if ((rc = get_count(o, "task", EDGE_NUMBER_MAX, &d->update.task, e)) ||
	    (rc = get_count(o, "round", EDGE_NUMBER_MAX, &d->round, e)) ||
	    (rc = get_count(o, "period", 3, &period, e)) ||
	    (rc = json_get_int(o, "reward_micro", INT64_MIN, INT64_MAX, &d->reward_micro, e)) ||
	    (rc = get_count(o, "duration_ms", EDGE_NUMBER_MAX, &d->update.duration_ms, e)) ||
	    (rc = json_get_array(o, "results", 0, WIRE_KINDS_MAX, &results, e)))
		return rc;
	if (!json_is_boolean(receipted))
		return err_set(e, E_INVALID, "field 'receipted' is not true or false");
	d->period = (uint32_t)period;
	d->receipted = json_is_true(receipted);
	d->update.result_count = json_array_size(results);
	for (size_t i = 0; rc == 0 && i < d->update.result_count; i++)
		rc = read_result(json_array_get(results, i), &d->update.result[i], e);
	return rc;
}

static int read_state(const json_t *o, struct edge_state *s, struct err *e)
{
	json_t *done;
	int64_t format;
	int rc = json_get_int(o, "format", FORMAT, FORMAT, &format, e);

	s->item[0] = s->item[1] = CHOICE_DECLINE;
	if (rc == 0)
		rc = get_count(o, "round", EDGE_NUMBER_MAX, &s->round, e);
	if (rc == 0 && s->round != 0)
		rc = read_contract(o, s, e);
	if (rc == 0)
		rc = json_get_array(o, "done", 0, EDGE_DONE_MAX, &done, e);
	for (size_t i = 0; rc == 0 && i < json_array_size(done); i++) {
		rc = read_done(json_array_get(done, i), &s->done[i], e);
		if (rc)
			return err_wrap(e, "finished task %zu", i + 1);
		s->done_count = i + 1;
	}
	return rc;
}

static int check_digest(const json_t *whole, const json_t *state, struct err *e)
{
	struct digest said, is;
	const char *hex;
	char *text;
	int rc = json_get_str(whole, "sha256", DIGEST_HEX - 1, &hex, e);

	if (rc == 0)
		rc = digest_parse(&said, hex, e);
	if (rc)
		return rc;
	text = canonical(state);
	is = digest_of(text, strlen(text));
	free(text);
	return digest_equal(&said, &is) ? 0 : err_set(e, E_CORRUPT, "the digest does not fit the content");
}

int edge_state_read(const char *text, size_t n, struct edge_state *out, struct err *e)
{
	json_t *whole, *state;
	int rc = json_parse(text, n, &whole, e);

	memset(out, 0, sizeof(*out));
	if (rc)
		return err_wrap(e, "edge state");
	rc = get_object(whole, "state", &state, e);
	if (rc == 0)
		rc = check_digest(whole, state, e);
	if (rc == 0)
		rc = read_state(state, out, e);
	json_decref(whole);
	return rc ? err_wrap(e, "edge state") : 0;
}
