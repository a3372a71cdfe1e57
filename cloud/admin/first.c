/* What the dashboard shows first, put into the page so that it need not ask for it. */
#include "cloud/admin/api.h"

/* What would make the page heavy is asked for by the page instead. */
enum { FIRST_EDGES = 100, FIRST_SEATS = 100 };

/* dashboard/store.js asks by these paths. */
#define STATUS "/status"
#define EDGES  "/edges?limit=1000"
#define LATEST "/rounds/latest"

static void add_latest(const struct admin *a, json_t *out)
{
	uint64_t id = cloud_last_round(a->cloud);
	struct err e = ERR_INIT;
	struct round round;

	if (id == 0)
		json_object_set_new(out, LATEST, json_null());
	else if (rounds_get(a, id, &round, &e) == 0) {
		if (round.seat_count <= FIRST_SEATS)
			json_object_set_new(out, LATEST, view_round(&round));
		round_release(&round);
	}
}

json_t *view_first(struct admin *a)
{
	json_t *out = json_object(), *edges = view_edge_list(a, NULL, FIRST_EDGES);

	json_object_set_new(out, STATUS, view_status(a));
	if (json_is_null(json_object_get(edges, "next")))
		json_object_set(out, EDGES, edges);
	json_decref(edges);
	add_latest(a, out);
	return out;
}
