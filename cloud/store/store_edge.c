#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/store/check.h"
#include "cloud/store/query.h"
#include "common/base/mem.h"

static int save_belief(struct store *s, const struct edge_record *x, struct err *e)
{
	struct query q;
	int rc = 0;

	for (int k = 0; rc == 0 && k < x->belief_types; k++) {
		query_start(&q, s, ST_BELIEF_SAVE, "edge_belief", 0,
		            "INSERT OR REPLACE INTO edge_belief VALUES(?,?,?)", e);
		put_text(&q, x->edge);
		put_i64(&q, k);
		put_real(&q, x->belief[k]);
		rc = query_run(&q);
	}
	if (rc)
		return rc;
	query_start(&q, s, ST_BELIEF_TRIM, "edge_belief", 0,
	            "DELETE FROM edge_belief WHERE edge = ? AND type >= ?", e);
	put_text(&q, x->edge);
	put_i64(&q, x->belief_types);
	return query_run(&q);
}

int store_save_edge(struct store *s, const struct edge_record *x, struct err *e)
{
	static const char sql[] = "INSERT INTO edge VALUES(?,?,?,?,?,?) "
	                          "ON CONFLICT(edge) DO UPDATE SET "
	                          "allowed = excluded.allowed, revoked = excluded.revoked, "
	                          "first_seen_ms = excluded.first_seen_ms, last_seen_ms = excluded.last_seen_ms, "
	                          "agent_version = excluded.agent_version";
	struct query q;
	int rc = store_writing(s, "edge", e);

	if (rc)
		return rc;
	e = store_err(s, e);
	if (edge_record_check(x, e))
		return err_wrap(e, "edge '%.64s'", x->edge);
	query_start(&q, s, ST_EDGE_SAVE, "edge", 0, sql, e);
	put_text(&q, x->edge);
	put_i64(&q, x->allowed);
	put_i64(&q, x->revoked);
	put_i64(&q, x->first_seen_ms);
	put_i64(&q, x->last_seen_ms);
	put_u64(&q, x->agent_version);
	rc = query_run(&q);
	return rc ? rc : save_belief(s, x, e);
}

static int load_belief(struct store *s, struct edge_record *x, struct err *e)
{
	struct query q;

	query_start(&q, s, ST_BELIEF_LOAD, "edge_belief", 2,
	            "SELECT * FROM edge_belief WHERE edge = ? ORDER BY type", e);
	put_text(&q, x->edge);
	while (query_next(&q)) {
		char edge[WIRE_NAME_MAX + 1];

		get_text(&q, edge, sizeof(edge));
		if (x->belief_types == CONTRACT_TYPES_MAX || get_u64(&q) != (uint64_t)x->belief_types) {
			query_corrupt(&q, "types do not count from 0 to at most %d", CONTRACT_TYPES_MAX - 1);
			break;
		}
		x->belief[x->belief_types++] = get_real(&q);
	}
	return query_end(&q);
}

static void get_edge(struct query *q, struct edge_record *x)
{
	*x = (struct edge_record){0};
	get_text(q, x->edge, sizeof(x->edge));
	x->allowed = get_bool(q);
	x->revoked = get_bool(q);
	x->first_seen_ms = get_i64(q, INT64_MIN, INT64_MAX);
	x->last_seen_ms = get_i64(q, INT64_MIN, INT64_MAX);
	x->agent_version = get_u64(q);
	if (q->rc == 0 && load_belief(q->s, x, q->e))
		q->rc = q->e->code;
	if (q->rc == 0)
		query_checked(q, edge_record_check(x, q->e));
}

static int load_edges(struct store *s, struct edge_record **out, size_t *count, struct err *e)
{
	struct edge_record *list = NULL;
	size_t n = 0;
	struct query q;

	query_start(&q, s, ST_EDGE_LOAD, "edge", 1, "SELECT * FROM edge ORDER BY edge", e);
	while (query_next(&q)) {
		if ((n & (n - 1)) == 0)
			list = mem_realloc(list, n ? 2 * n : 1, sizeof(*list));
		get_edge(&q, &list[n++]);
	}
	*out = list;
	*count = n;
	return query_end(&q);
}

int store_each_edge(struct store *s, int (*each)(void *ctx, const struct edge_record *edge), void *ctx,
                    struct err *e)
{
	struct edge_record *list; /* all are read first, so that `each` may save edges */
	size_t n;
	int rc = load_edges(s, &list, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = each(ctx, &list[i]);
	free(list);
	return rc;
}
