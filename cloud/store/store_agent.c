#include <inttypes.h>

#include "cloud/store/check.h"
#include "cloud/store/query.h"
#include "common/base/mem.h"

int store_save_agent(struct store *s, const struct agent_record *a, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO agent VALUES(?,?,?,?) "
	    "ON CONFLICT(version) DO UPDATE SET "
	    "round = excluded.round, made_ms = excluded.made_ms, manifest = excluded.manifest";
	struct query q;
	int rc = store_writing(s, "agent", e);

	if (rc)
		return rc;
	e = store_err(s, e);
	if (agent_record_check(a, e))
		return err_wrap(e, "agent version %" PRIu64, a->version);
	query_start(&q, s, ST_AGENT_SAVE, "agent", 0, sql, e);
	put_u64(&q, a->version);
	put_u64(&q, a->round);
	put_i64(&q, a->made_ms);
	put_bytes(&q, a->manifest, a->manifest_len);
	return query_run(&q);
}

static void get_agent(struct query *q, struct agent_record *out)
{
	const void *manifest;

	out->version = get_u64(q);
	out->round = get_u64(q);
	out->made_ms = get_i64(q, INT64_MIN, INT64_MAX);
	manifest = get_bytes(q, WIRE_MANIFEST_MAX, &out->manifest_len);
	if (q->rc == 0)
		query_checked(q, agent_record_check(out, q->e));
	if (q->rc == 0)
		out->manifest = mem_dup(manifest, out->manifest_len);
}

int store_load_agent(struct store *s, uint64_t version, struct agent_record *out, struct err *e)
{
	static const char sql[] =
	    "SELECT * FROM agent WHERE version = ?1 OR ?1 = 0 ORDER BY version DESC LIMIT 1";
	struct query q;
	bool found;
	int rc;

	*out = (struct agent_record){0};
	query_start(&q, s, ST_AGENT_LOAD, "agent", 1, sql, e);
	put_u64(&q, version);
	found = query_next(&q);
	if (found)
		get_agent(&q, out);
	rc = query_end(&q);
	if (rc || found)
		return rc;
	return version ? err_set(e, E_NOT_FOUND, "there is no agent of version %" PRIu64, version)
	               : err_set(e, E_NOT_FOUND, "there is no agent yet");
}
