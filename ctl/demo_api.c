#include <string.h>

#include "common/base/json.h"
#include "ctl/demo.h"

static int replace(json_t **slot, json_t *fresh)
{
	json_decref(*slot);
	*slot = fresh;
	return 0;
}

static int get(struct demo *d, const char *path, json_t **out, struct err *e)
{
	int rc = http_client_get(d->api, path, out, e);

	if (!rc && !json_is_object(*out)) {
		json_decref(*out);
		*out = NULL;
		return err_set(e, E_PROTOCOL, "%s: the cloud's answer is not a JSON object", path);
	}
	return rc;
}

static int check_round(const json_t *round, struct err *e)
{
	const char *text;
	json_t *seats, *tasks, *seat;
	int64_t id;
	size_t i;
	int rc = json_get_int(round, "round", 1, INT64_MAX, &id, e);

	if (!rc)
		rc = json_get_str(round, "phase", 32, &text, e);
	if (!rc)
		rc = json_get_array(round, "seats", 0, DEMO_EDGES_MAX, &seats, e);
	if (rc)
		return rc;
	json_array_foreach (seats, i, seat) {
		rc = json_get_str(seat, "edge", DEMO_NAME_MAX - 1, &text, e);
		if (!rc)
			rc = json_get_array(seat, "tasks", 0, 16, &tasks, e);
		if (rc)
			return err_wrap(e, "round %lld", (long long)id);
	}
	return 0;
}

static json_t *seat_of(const json_t *seats, const char *edge)
{
	json_t *seat;
	size_t i;

	json_array_foreach (seats, i, seat)
		if (strcmp(demo_text(seat, "edge"), edge) == 0)
			return seat;
	return NULL;
}

/* Seats in the order of our edges, whatever order they joined in. */
static void order_seats(const struct demo *d, json_t *round)
{
	json_t *ordered = json_array();
	const json_t *seats = json_object_get(round, "seats");

	for (int64_t i = 0; i < d->o.edges; i++) {
		json_t *seat = seat_of(seats, d->edge[i].name);

		if (seat)
			json_array_append(ordered, seat);
	}
	json_object_set_new(round, "seats", ordered);
}

/* A round that is over stays as it was read. */
static json_t *known_round(const struct demo *d, size_t id)
{
	const json_t *round = demo_round(d, id);

	return round && json_is_string(json_object_get(round, "ended")) ? json_incref((json_t *)round) : NULL;
}

static int get_round(struct demo *d, const json_t *item, json_t **out, struct err *e)
{
	size_t id = (size_t)demo_number(item, "round");
	char path[64];
	int rc;

	*out = known_round(d, id);
	if (*out)
		return 0;
	snprintf(path, sizeof(path), "/api/v1/rounds/%zu", id);
	rc = get(d, path, out, e);
	if (!rc)
		rc = check_round(*out, e);
	if (!rc)
		order_seats(d, *out);
	return rc;
}

int demo_get_rounds(struct demo *d, struct err *e)
{
	json_t *body = NULL, *list = NULL, *item, *rounds = json_array();
	size_t i;
	int rc = get(d, "/api/v1/rounds?order=asc&limit=1000", &body, e);

	if (!rc)
		rc = json_get_array(body, "items", 0, DEMO_ROUNDS_MAX, &list, e);
	if (!rc) {
		json_array_foreach (list, i, item) {
			json_t *round = NULL;

			rc = get_round(d, item, &round, e);
			if (round)
				json_array_append_new(rounds, round);
			if (rc)
				break;
		}
	}
	if (!rc)
		replace(&d->rounds, json_incref(rounds));
	else
		err_wrap(e, "/api/v1/rounds");
	json_decref(rounds);
	json_decref(body);
	return rc;
}

int demo_get_agent(struct demo *d, struct err *e)
{
	json_t *body = NULL, *modules;
	const char *id;
	int64_t version;
	int rc = get(d, "/api/v1/agents/current", &body, e);

	if (rc)
		return rc;
	rc = json_get_str(body, "id", 64, &id, e);
	if (!rc)
		rc = json_get_int(body, "version", 1, INT64_MAX, &version, e);
	if (!rc)
		rc = json_get_array(body, "modules", 1, 16, &modules, e);
	if (!rc)
		return replace(&d->agent, body);
	json_decref(body);
	return err_wrap(e, "/api/v1/agents/current");
}

static int check_ledger(const json_t *body, json_t **items, struct err *e)
{
	int64_t entries;
	double paid;
	int rc = json_get_int(body, "entries", 0, INT64_MAX, &entries, e);

	if (!rc)
		rc = json_get_double(body, "paid_total", -1e12, 1e12, &paid, e);
	if (!rc)
		rc = json_get_array(body, "items", 0, 10000, items, e);
	return rc ? err_wrap(e, "/api/v1/ledger") : 0;
}

/* The cloud answers a page at a time; the pages are put together. */
int demo_get_ledger(struct demo *d, struct err *e)
{
	json_t *all = json_array(), *body = NULL, *items = NULL, *walk = NULL;
	char path[64];
	int rc;

	do {
		json_decref(body);
		snprintf(path, sizeof(path), "/api/v1/ledger?cursor=%zu&limit=1000", json_array_size(all) + 1);
		body = NULL;
		rc = get(d, path, &body, e);
		if (!rc)
			rc = check_ledger(body, &items, e);
		if (!rc)
			json_array_extend(all, items);
	} while (!rc && json_array_size(items) && json_array_size(all) < (size_t)demo_number(body, "entries"));
	if (!rc)
		rc = get(d, "/api/v1/ledger/verify", &walk, e);
	if (!rc) {
		json_object_set(body, "items", all);
		json_object_set(body, "verified", json_object_get(walk, "verified"));
		replace(&d->ledger, json_incref(body));
	}
	json_decref(walk);
	json_decref(body);
	json_decref(all);
	return rc;
}

int demo_get_edges(struct demo *d, struct err *e)
{
	json_t *body = NULL, *list = NULL;
	int rc = get(d, "/api/v1/edges?limit=1000", &body, e);

	if (rc)
		return rc;
	rc = json_get_array(body, "items", 0, 100000, &list, e);
	if (!rc)
		replace(&d->edges, json_incref(list));
	else
		err_wrap(e, "/api/v1/edges");
	json_decref(body);
	return rc;
}

double demo_number(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

const char *demo_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

const json_t *demo_round(const struct demo *d, size_t number)
{
	const json_t *round;
	size_t i;

	json_array_foreach (d->rounds, i, round)
		if ((size_t)demo_number(round, "round") == number)
			return round;
	return NULL;
}

double demo_metric(const json_t *modules, const char *kind)
{
	const json_t *module;
	size_t i;

	json_array_foreach (modules, i, module)
		if (strcmp(demo_text(module, "kind"), kind) == 0)
			return demo_number(module, "value");
	return 0;
}

size_t demo_serving(const struct demo *d, uint64_t version)
{
	const json_t *edge;
	size_t i, n = 0;

	json_array_foreach (d->edges, i, edge)
		n += (uint64_t)demo_number(edge, "agent_version") == version;
	return n;
}
