#include <inttypes.h>
#include <math.h>

#include "cloud/store/check.h"
#include "cloud/store/parts.h"

static void put_signal(struct query *q, bool signalled, const struct telemetry *t)
{
	put_real(q, signalled ? t->cpu_free : NAN);
	put_real(q, signalled ? t->energy_price : NAN);
	put_real(q, signalled ? t->link_mbps : NAN);
	put_real(q, signalled ? t->queue_length : NAN);
	put_real(q, signalled ? t->samples : NAN);
}

int store_save_seat(struct store *s, uint64_t round, const struct seat *seat, struct err *e)
{
	static const char sql[] = "INSERT INTO seat VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
	                          "ON CONFLICT(round, edge) DO UPDATE SET "
	                          "cpu_free1 = excluded.cpu_free1, energy_price1 = excluded.energy_price1, "
	                          "link_mbps1 = excluded.link_mbps1, queue_length1 = excluded.queue_length1, "
	                          "samples1 = excluded.samples1, cpu_free2 = excluded.cpu_free2, "
	                          "energy_price2 = excluded.energy_price2, link_mbps2 = excluded.link_mbps2, "
	                          "queue_length2 = excluded.queue_length2, samples2 = excluded.samples2, "
	                          "item1 = excluded.item1, item2 = excluded.item2, deploy = excluded.deploy, "
	                          "deploy_reason = excluded.deploy_reason";
	struct query q;
	int rc = store_writing(s, "seat", e);

	if (rc)
		return rc;
	e = store_err(s, e);
	if (seat_check(seat, e))
		return err_wrap(e, "round %" PRIu64 ", seat of '%.64s'", round, seat->edge);
	query_start(&q, s, ST_SEAT_SAVE, "seat", 0, sql, e);
	put_u64(&q, round);
	put_text(&q, seat->edge);
	for (int p = 0; p < PERIODS; p++)
		put_signal(&q, seat->signalled[p], &seat->signal[p]);
	put_i64(&q, seat->item[0]);
	put_i64(&q, seat->item[1]);
	put_text(&q, deploy_state_name(seat->deploy));
	put_text(&q, seat->deploy_reason);
	rc = query_run(&q);
	return rc ? err_wrap(e, "round %" PRIu64 ", seat of '%s'", round, seat->edge) : 0;
}

/* Five numbers, or five times NULL for no report. */
static void get_signal(struct query *q, bool *signalled, struct telemetry *t)
{
	double v[TELEMETRY_FIELDS];
	int given = 0;

	for (int i = 0; i < TELEMETRY_FIELDS; i++) {
		v[i] = get_real(q);
		given += !isnan(v[i]);
	}
	if (given != 0 && given != TELEMETRY_FIELDS)
		query_corrupt(q, "its telemetry has %d numbers, not %d or none", given, TELEMETRY_FIELDS);
	*signalled = given != 0;
	if (given)
		*t = (struct telemetry){v[0], v[1], v[2], v[3], v[4]};
}

static void get_deploy(struct query *q, enum deploy_state *out)
{
	char name[WIRE_NAME_MAX + 1];

	get_text(q, name, sizeof(name));
	if (q->rc == 0)
		query_checked(q, deploy_state_parse(name, out, q->e));
}

static void get_seat(struct query *q, struct round *r)
{
	char edge[WIRE_NAME_MAX + 1];
	struct seat *seat;

	get_u64(q);
	get_text(q, edge, sizeof(edge));
	if (q->rc)
		return;
	seat = round_add_seat(r, edge);
	if (!seat) {
		query_corrupt(q, "'%s' is not a name, or the round has more than %d seats", edge, SEATS_MAX);
		return;
	}
	for (int p = 0; p < PERIODS; p++)
		get_signal(q, &seat->signalled[p], &seat->signal[p]);
	seat->item[0] = (int)get_i64(q, ITEM_NONE, CONTRACT_TYPES_MAX - 1);
	seat->item[1] = (int)get_i64(q, ITEM_NONE, CONTRACT_TYPES_MAX - 1);
	get_deploy(q, &seat->deploy);
	get_text(q, seat->deploy_reason, sizeof(seat->deploy_reason));
	if (q->rc == 0)
		query_checked(q, seat_check(seat, q->e));
}

int load_seats(struct store *s, struct round *r, struct err *e)
{
	static const char sql[] =
	    "SELECT round, edge, cpu_free1, energy_price1, link_mbps1, queue_length1, samples1,"
	    "cpu_free2, energy_price2, link_mbps2, queue_length2, samples2, item1, item2, deploy,"
	    "deploy_reason FROM seat WHERE round = ? ORDER BY number";
	struct query q;

	query_start(&q, s, ST_SEAT_LOAD, "seat", 2, sql, e);
	put_u64(&q, r->id);
	while (query_next(&q))
		get_seat(&q, r);
	return query_end(&q);
}
