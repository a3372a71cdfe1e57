#include <inttypes.h>

#include "cloud/store/check.h"
#include "cloud/store/parts.h"

void put_module_state(struct query *q, const struct module_state *m)
{
	put_text(q, m->kind);
	put_blob_ref(q, &m->blob);
	put_u64(q, m->generation);
	put_u64(q, m->round);
	put_real(q, m->metric);
}

void get_module_state(struct query *q, struct module_state *m)
{
	get_text(q, m->kind, sizeof(m->kind));
	get_blob_ref(q, &m->blob);
	m->generation = (uint32_t)get_i64(q, 0, UINT32_MAX);
	m->round = get_u64(q);
	m->metric = get_real(q);
	if (q->rc == 0)
		query_checked(q, module_state_check(m, q->e));
}

int store_save_module(struct store *s, const struct module_state *m, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO module SELECT NULL, ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS(SELECT 1 FROM module "
	    "WHERE kind = ?1) OR (SELECT count(*) FROM module) < ?7 "
	    "ON CONFLICT(kind) DO UPDATE SET "
	    "digest = excluded.digest, size = excluded.size, generation = excluded.generation, "
	    "round = excluded.round, metric = excluded.metric";
	struct query q;
	int rc = store_writing(s, "module", e);

	if (rc)
		return rc;
	e = store_err(s, e);
	if (module_state_check(m, e))
		return err_wrap(e, "module");
	query_start(&q, s, ST_MODULE_SAVE, "module", 0, sql, e);
	put_module_state(&q, m);
	put_i64(&q, WIRE_KINDS_MAX);
	if (query_upsert(&q, "there are as many kinds as can be") == E_EXISTS)
		return err_set(e, E_LIMIT, "module '%s': %d kinds are all that can be", m->kind, WIRE_KINDS_MAX);
	return q.rc;
}

int store_load_modules(struct store *s, struct module_state out[WIRE_KINDS_MAX], size_t *count, struct err *e)
{
	struct query q;

	*count = 0;
	query_start(&q, s, ST_MODULE_LOAD, "module", 1,
	            "SELECT kind, digest, size, generation, round, metric FROM module ORDER BY number", e);
	while (query_next(&q)) {
		if (*count == WIRE_KINDS_MAX)
			query_corrupt(&q, "there are more than %d kinds", WIRE_KINDS_MAX);
		else
			get_module_state(&q, &out[(*count)++]);
	}
	return query_end(&q);
}
