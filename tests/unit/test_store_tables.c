/* The tables beside the rounds: modules, agents, edges. */
#include <math.h>
#include <string.h>

#include "cloud/store/query.h"
#include "common/base/str.h"
#include "tests/support/rounds.h"
#include "tests/support/suite.h"

static struct store *s;
static struct err e;

static void run(const char *sql)
{
	ck_assert_msg(sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql,
	              sqlite3_errmsg(s->db));
}

static struct module_state module_of(const char *kind, uint32_t generation)
{
	struct module_state m = {.generation = generation, .round = 3, .metric = NAN};

	str_copy(m.kind, sizeof(m.kind), kind);
	m.blob.digest.bytes[31] = 9;
	m.blob.size = 320808;
	return m;
}

START_TEST(the_newest_state_of_each_module)
{
	struct module_state m, list[WIRE_KINDS_MAX];
	char kind[8];
	size_t n;

	ck_ok(store_open(":memory:", &s, &e), &e);
	ck_ok(store_load_modules(s, list, &n, &e), &e);
	ck_assert_uint_eq(n, 0);
	ck_ok(store_begin(s, &e), &e);
	for (int i = WIRE_KINDS_MAX; i > 0; i--) {
		snprintf(kind, sizeof(kind), "kind-%d", i);
		m = module_of(kind, 1);
		ck_ok(store_save_module(s, &m, &e), &e);
	}
	m = module_of("kind-7", 2);
	m.metric = 0.875;
	ck_ok(store_save_module(s, &m, &e), &e);
	m = module_of("one-more", 1);
	ck_fails(store_save_module(s, &m, &e), E_LIMIT, &e, "'one-more'");
	m = module_of("", 1);
	ck_fails(store_save_module(s, &m, &e), E_INVALID, &e, "module kind ''");
	ck_ok(store_commit(s, &e), &e);
	ck_ok(store_load_modules(s, list, &n, &e), &e);
	ck_assert_uint_eq(n, WIRE_KINDS_MAX);
	ck_assert_str_eq(list[0].kind, "kind-8");
	ck_assert_str_eq(list[1].kind, "kind-7");
	ck_assert_uint_eq(list[1].generation, 2);
	ck_assert_double_eq(list[1].metric, 0.875);
	ck_assert(isnan(list[2].metric));
	ck_assert_uint_eq(list[2].blob.size, 320808);
	ck_assert(digest_equal(&list[2].blob.digest, &m.blob.digest));
	run("UPDATE module SET size = -1 WHERE kind = 'kind-3'");
	ck_fails(store_load_modules(s, list, &n, &e), E_CORRUPT, &e, "table 'module', kind kind-3");
	run("UPDATE module SET size = 0; INSERT INTO module VALUES(NULL, 'ninth', NULL, 0, 0, 0, NULL)");
	ck_fails(store_load_modules(s, list, &n, &e), E_CORRUPT, &e, "more than 8 kinds");
	store_close(s);
}
END_TEST

START_TEST(agents_by_version)
{
	uint8_t bytes[] = {0, 1, 2, 255};
	struct agent_record a = {.version = 2, .round = 5, .made_ms = 77, .manifest = bytes, .manifest_len = 4},
	                    b;

	ck_ok(store_open(":memory:", &s, &e), &e);
	ck_fails(store_load_agent(s, 0, &b, &e), E_NOT_FOUND, &e, "no agent yet");
	ck_ok(store_begin(s, &e), &e);
	ck_ok(store_save_agent(s, &a, &e), &e);
	ck_ok(store_save_agent(s, &a, &e), &e);
	a.version = 1;
	a.manifest_len = 2;
	ck_ok(store_save_agent(s, &a, &e), &e);
	a.manifest_len = WIRE_MANIFEST_MAX + 1;
	ck_fails(store_save_agent(s, &a, &e), E_INVALID, &e, "65537 bytes");
	a.manifest_len = 0;
	ck_fails(store_save_agent(s, &a, &e), E_INVALID, &e, "agent version 1: a manifest of 0 bytes");
	ck_ok(store_commit(s, &e), &e);
	ck_ok(store_load_agent(s, 0, &b, &e), &e);
	ck_assert_uint_eq(b.version, 2);
	ck_assert_uint_eq(b.round, 5);
	ck_assert_int_eq(b.made_ms, 77);
	ck_assert_uint_eq(b.manifest_len, 4);
	ck_assert_mem_eq(b.manifest, bytes, 4);
	agent_record_release(&b);
	ck_ok(store_load_agent(s, 1, &b, &e), &e);
	ck_assert_uint_eq(b.manifest_len, 2);
	agent_record_release(&b);
	ck_fails(store_load_agent(s, 3, &b, &e), E_NOT_FOUND, &e, "version 3");
	run("UPDATE agent SET manifest = zeroblob(70000)");
	ck_fails(store_load_agent(s, 1, &b, &e), E_CORRUPT, &e, "table 'agent', version 1");
	ck_assert_ptr_null(b.manifest);
	run("UPDATE agent SET manifest = x''");
	ck_fails(store_load_agent(s, 0, &b, &e), E_CORRUPT, &e, "version 2");
	store_close(s);
}
END_TEST

static int collect(void *ctx, const struct edge_record *x)
{
	struct edge_record **at = ctx;

	*(*at)++ = *x;
	return strcmp(x->edge, "stop") == 0 ? E_LIMIT : 0;
}

static void save_edges(void)
{
	static const char *const names[] = {"b", "a", "c"};
	struct edge_record x = {.allowed = true, .last_seen_ms = 9, .agent_version = 4, .belief_types = 3};

	x.belief[0] = 0.1;
	x.belief[1] = 0.2;
	x.belief[2] = 1 - 0.1 - 0.2;
	ck_ok(store_open(":memory:", &s, &e), &e);
	ck_ok(store_begin(s, &e), &e);
	for (int i = 0; i < 3; i++) {
		str_copy(x.edge, sizeof(x.edge), names[i]);
		ck_ok(store_save_edge(s, &x, &e), &e);
	}
	str_copy(x.edge, sizeof(x.edge), "a");
	x.revoked = true;
	x.belief_types = 0;
	ck_ok(store_save_edge(s, &x, &e), &e);
	x.belief_types = 2;
	ck_fails(store_save_edge(s, &x, &e), E_INVALID, &e, "edge 'a': the belief sums to 0.3");
	x.belief[1] = NAN;
	ck_fails(store_save_edge(s, &x, &e), E_INVALID, &e, "belief 2 is not a probability");
	x.belief_types = 11;
	ck_fails(store_save_edge(s, &x, &e), E_INVALID, &e, "11 types");
	str_copy(x.edge, sizeof(x.edge), "-rf");
	ck_fails(store_save_edge(s, &x, &e), E_INVALID, &e, "'-rf'");
	ck_ok(store_commit(s, &e), &e);
}

START_TEST(edges_in_the_order_of_their_names)
{
	struct edge_record list[4], *at = list;

	save_edges();
	ck_ok(store_each_edge(s, collect, &at, &e), &e);
	ck_assert_int_eq(at - list, 3);
	ck_assert_str_eq(list[0].edge, "a");
	ck_assert(list[0].revoked && list[0].allowed && list[0].belief_types == 0);
	ck_assert_str_eq(list[1].edge, "b");
	ck_assert_int_eq(list[1].belief_types, 3);
	ck_assert(list[1].belief[2] == 1 - 0.1 - 0.2);
	ck_assert_int_eq(list[1].last_seen_ms, 9);
	ck_assert_uint_eq(list[1].agent_version, 4);
	run("UPDATE edge SET edge = 'stop' WHERE edge = 'a'");
	at = list;
	ck_assert_int_eq(store_each_edge(s, collect, &at, &e), E_LIMIT);
	ck_assert_int_eq(at - list, 3);
	store_close(s);
}
END_TEST

static const struct {
	const char *change, *says;
} broken[] = {
    {"UPDATE edge SET edge = 'x y' WHERE edge = 'a'", "table 'edge', edge x y"},
    {"UPDATE edge SET allowed = 2 WHERE edge = 'b'", "table 'edge', edge b: column 'allowed' is 2"},
    {"UPDATE edge_belief SET probability = 2 WHERE edge = 'c' AND type = 1",
     "table 'edge', edge c: belief 2 is not a probability"},
    {"DELETE FROM edge_belief WHERE edge = 'b' AND type = 2", "table 'edge', edge b: the belief sums to"},
    {"DELETE FROM edge_belief WHERE edge = 'b' AND type = 0", "table 'edge_belief', edge b, type 1"},
    {"UPDATE edge_belief SET type = 12 WHERE edge = 'b' AND type = 2",
     "table 'edge_belief', edge b, type 12"},
};

START_TEST(a_corrupted_edge_is_named)
{
	struct edge_record list[4], *at;

	save_edges();
	run("PRAGMA foreign_keys = OFF");
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		int rc;

		run("BEGIN");
		run(broken[i].change);
		at = list;
		rc = store_each_edge(s, collect, &at, &e);
		ck_assert_msg(rc == E_CORRUPT, "%s: %s", broken[i].change, err_name(rc));
		ck_assert_msg(strstr(e.text, broken[i].says) != NULL, "%s: %s", broken[i].change, e.text);
		ck_assert_msg(at == list, "an edge was given out of a corrupted table");
		run("ROLLBACK");
	}
	store_close(s);
}
END_TEST

SUITE("store/tables", the_newest_state_of_each_module, agents_by_version, edges_in_the_order_of_their_names,
      a_corrupted_edge_is_named)
