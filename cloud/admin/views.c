#include "cloud/admin/views.h"

#include <math.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/contract/menu_json.h"

json_t *view_credits(int64_t micro)
{
	return json_real((double)micro * 1e-6);
}

json_t *view_moment(int64_t wall_ms)
{
	char text[CLOCK_TEXT];

	if (wall_ms == 0)
		return json_null();
	clock_text(wall_ms, text);
	return json_string(text);
}

json_t *view_measured(double metric)
{
	return isfinite(metric) ? json_real(metric) : json_null();
}

json_t *view_hash(const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(d, hex);
	return json_string(hex);
}

static json_t *view_manifest_modules(const json_t *manifest)
{
	json_t *list = json_array();
	json_t *m;
	size_t i;

	json_array_foreach (json_object_get(manifest, "modules"), i, m) {
		json_t *metric = json_object_get(m, "metric"), *view = json_object();

		json_object_set(view, "kind", json_object_get(m, "kind"));
		json_object_set(view, "metric", json_object_get(metric, "name"));
		json_object_set(view, "value", json_object_get(metric, "value"));
		json_object_set(view, "digest", json_object_get(m, "digest"));
		json_object_set(view, "size", json_object_get(m, "size"));
		json_object_set(view, "provenance", json_object_get(m, "provenance"));
		json_array_append_new(list, view);
	}
	return list;
}

/* The signed form is {"manifest":M,"signature":S}; it was verified before it was stored. */
json_t *view_agent(const struct agent_record *a)
{
	json_t *signed_form = NULL, *view, *manifest;

	if (json_parse((const char *)a->manifest, a->manifest_len, &signed_form, NULL))
		signed_form = json_object();
	manifest = json_object_get(signed_form, "manifest");
	view = json_pack("{s:I,s:I,s:o}", "version", (json_int_t)a->version, "round", (json_int_t)a->round,
	                 "made", view_moment(a->made_ms));
	json_object_set(view, "id", json_object_get(manifest, "agent"));
	json_object_set_new(view, "modules", view_manifest_modules(manifest));
	json_decref(signed_form);
	return view;
}

json_t *view_entry(const struct ledger_entry *x)
{
	return json_pack("{s:I,s:I,s:I,s:i,s:s,s:o,s:I,s:o,s:I,s:o,s:o}", "entry", (json_int_t)x->entry, "task",
	                 (json_int_t)x->task, "round", (json_int_t)x->round, "period", (int)x->period, "edge",
	                 x->edge, "amount", view_credits(x->amount_micro), "amount_micro",
	                 (json_int_t)x->amount_micro, "time", view_moment(x->wall_ms), "wall_ms",
	                 (json_int_t)x->wall_ms, "previous", view_hash(&x->previous), "hash",
	                 view_hash(&x->hash));
}

json_t *view_edge(const struct edge_record *edge, bool connected)
{
	return json_pack("{s:s,s:b,s:I,s:b,s:b,s:o,s:o,s:o}", "edge", edge->edge, "connected", connected,
	                 "agent_version", (json_int_t)edge->agent_version, "allowed", edge->allowed, "revoked",
	                 edge->revoked, "first_seen", view_moment(edge->first_seen_ms), "last_seen",
	                 view_moment(edge->last_seen_ms), "belief",
	                 edge->belief_types ? json_of_doubles(edge->belief, edge->belief_types) : json_null());
}
