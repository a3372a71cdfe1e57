#include "common/agent/manifest.h"

#include <math.h>
#include <string.h>

#include "tests/support/agents.h"
#include "tests/support/suite.h"

static struct made_agent made;
static struct buf text, sealed;
static struct agent_key *key;

static void make(void)
{
	struct err e = ERR_INIT;

	made_agent_init(&made, 7, 1);
	key = agent_key_new();
	text = sealed = BUF_INIT;
	ck_ok(manifest_encode(&made.manifest, &text, &e), &e);
	ck_ok(manifest_sign(&made.manifest, key, &sealed, &e), &e);
}

static void drop(void)
{
	made_agent_release(&made);
	agent_key_free(key);
	buf_release(&text);
	buf_release(&sealed);
}

START_TEST(what_is_signed_opens_to_the_same)
{
	struct err e = ERR_INIT;
	struct buf again = BUF_INIT;
	struct manifest m;

	make();
	ck_ok(manifest_open(sealed.data, sealed.len, key, &m, &e), &e);
	ck_assert_str_eq(m.agent, "scout");
	ck_assert_uint_eq(m.version, 7);
	ck_assert_uint_eq(m.module_count, 2);
	ck_assert_str_eq(m.modules[1].kind->name, "memory");
	ck_assert_str_eq(m.modules[1].edges[1], "edge-2");
	ck_assert(digest_equal(&m.modules[0].digest, &made.manifest.modules[0].digest));
	ck_ok(manifest_encode(&m, &again, &e), &e);
	ck_assert_uint_eq(again.len, text.len);
	ck_assert_mem_eq(again.data, text.data, text.len);
	manifest_release(&m);
	buf_release(&again);
	drop();
}
END_TEST

START_TEST(every_changed_or_missing_byte_is_refused)
{
	struct agent_key *other = agent_key_new();
	struct err e = ERR_INIT;
	struct manifest m;

	make();
	ck_fails(manifest_open(sealed.data, sealed.len, other, &m, &e), E_AUTH, &e, "not by the expected key");
	for (size_t i = 0; i < sealed.len; i++) {
		sealed.data[i] ^= 0x04;
		ck_assert_msg(manifest_open(sealed.data, sealed.len, key, &m, &e) < 0, "byte %zu changed", i);
		sealed.data[i] ^= 0x04;
		ck_assert_msg(manifest_open(sealed.data, i, key, &m, &e) < 0, "%zu bytes", i);
	}
	ck_fails(manifest_open(text.data, text.len, key, &m, &e), E_INVALID, &e, "not a signed manifest");
	agent_key_free(other);
	drop();
}
END_TEST

/* The manifest's text with one piece replaced. */
static int parse_with(const char *from, const char *to, struct err *e)
{
	struct buf b = BUF_INIT;
	struct manifest m;
	char *all = buf_cstr(&text), *at = strstr(all, from);
	int rc;

	ck_assert_msg(at != NULL, "'%s' is not in %s", from, all);
	buf_append(&b, all, (size_t)(at - all));
	buf_str(&b, to);
	buf_str(&b, at + strlen(from));
	rc = manifest_parse(b.data, b.len, &m, e);
	manifest_release(&m);
	buf_release(&b);
	return rc;
}

START_TEST(what_is_wrong_in_a_manifest_is_named)
{
	static const struct {
		const char *from, *to, *says;
	} bad[] = {
	    {"\"version\":7", "\"version\":0", "'version' is not a whole number from 1"},
	    {"\"version\":7", "\"version\":7.0", "'version'"},
	    {"\"agent\":\"scout\"", "\"agent\":\"../scout\"", "not an agent's name"},
	    {"\"agent\":\"scout\",", "", "'agent' is missing"},
	    {"\"format\":1", "\"format\":2", "'format'"},
	    {"\"kind\":\"memory\"", "\"kind\":\"magic\"",
	     "'magic' is not a kind of module (accepted: perception, memory"},
	    {"\"kind\":\"memory\"", "\"kind\":\"perception\"", "architecture"},
	    {"prototypes10x128", "prototypes10x256", "'memory': architecture 'prototypes10x256"},
	    {"\"name\":\"accuracy\"", "\"name\":\"loss\"", "metric 'loss' (accepted: 'accuracy')"},
	    {"\"value\":0.5", "\"value\":1.5", "'value' is not a number from 0 to 1"},
	    {"\"edge-1\"", "\"edge 1\"", "'edge 1' is not an edge's name"},
	    {"\"edge-1\"", "1", "element 1 is not a text"},
	    {"\"edge_total\":2", "\"edge_total\":3", "'edge_total' is not a whole number from 2 to 2"},
	    {"\"rule\":\"fedavg\"", "\"rule\":\"\"", "aggregation rule"},
	    {"\"digest\":\"", "\"digest\":\"0", "SHA-256"},
	    {"{\"agent\"", "{ \"agent\"", "canonical"},
	    {"{\"agent\"", "{\"aa\":1,\"agent\"", "canonical"},
	    {"\"version\":7", "\"version\":7,\"version\":7", "duplicate"},
	    {"\"modules\":[", "\"modules\":[],\"x\":[", "'modules' is not a list of 1 to"},
	};
	struct err e = ERR_INIT;

	make();
	ck_ok(parse_with("scout", "scout", &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_msg(parse_with(bad[i].from, bad[i].to, &e) < 0, "accepted: %s", bad[i].to);
		ck_assert_msg(strstr(e.text, bad[i].says) != NULL, "'%s' does not say '%s'", e.text, bad[i].says);
		ck_assert_msg(strncmp(e.text, "manifest: ", 10) == 0, "'%s'", e.text);
	}
	drop();
}
END_TEST

START_TEST(modules_stand_in_table_order_and_once)
{
	struct manifest m = {.agent = "a", .version = 1};
	struct manifest_module x = {.size = 1, .rule = "fedavg"};
	struct err e = ERR_INIT;

	for (size_t i = module_count; i-- > 0;) {
		x.kind = module_table[i];
		ck_ok(manifest_add(&m, &x, NULL, 0, &e), &e);
	}
	for (size_t i = 0; i < module_count; i++)
		ck_assert_ptr_eq(m.modules[i].kind, module_table[i]);
	ck_fails(manifest_add(&m, &x, NULL, 0, &e), E_EXISTS, &e, "is there twice");
	x.metric = NAN;
	ck_fails(manifest_add(&m, &x, NULL, 0, &e), E_INVALID, &e, "accepted: 0 to 1");
	x.metric = 0;
	x.size = 0;
	ck_fails(manifest_add(&m, &x, NULL, 0, &e), E_LIMIT, &e, "0 bytes");
	manifest_release(&m);
}
END_TEST

START_TEST(the_largest_manifest_fits_its_limit)
{
	static char names[100][EDGE_ID_MAX + 1];
	const char *edges[100];
	struct manifest m = {.version = INT64_MAX}, back;
	struct manifest_module x = {.size = MODULE_BLOB_MAX, .round = INT64_MAX, .metric = 1.0 / 3};
	struct agent_key *k = agent_key_new();
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;

	memset(m.agent, 'a', AGENT_ID_MAX);
	memset(x.rule, 'r', sizeof(x.rule) - 1);
	for (int i = 0; i < 100; i++) {
		memset(names[i], 'n', EDGE_ID_MAX);
		names[i][0] = (char)('A' + i % 26);
		edges[i] = names[i];
	}
	for (size_t i = 0; i < module_count; i++) {
		x.kind = module_table[i];
		ck_ok(manifest_add(&m, &x, edges, 100, &e), &e);
	}
	ck_ok(manifest_sign(&m, k, &b, &e), &e);
	ck_assert_uint_lt(b.len / module_count * MANIFEST_MODULES_MAX, MANIFEST_BYTES_MAX);
	ck_ok(manifest_open(b.data, b.len, k, &back, &e), &e);
	ck_assert_uint_eq(back.modules[0].edge_count, MANIFEST_EDGES_MAX);
	ck_assert_uint_eq(back.modules[0].edge_total, 100);
	manifest_release(&m);
	manifest_release(&back);
	agent_key_free(k);
	buf_release(&b);
}
END_TEST

START_TEST(an_edge_takes_only_newer_versions_of_its_agent)
{
	const struct manifest m = {.agent = "scout", .version = 7};
	struct err e = ERR_INIT;

	ck_ok(manifest_acceptable(&m, "scout", 6, &e), &e);
	ck_fails(manifest_acceptable(&m, "scout", 7, &e), E_STATE, &e, "version 7 is not newer");
	ck_fails(manifest_acceptable(&m, "scout", 8, &e), E_STATE, &e, "not newer than the one running (8)");
	ck_fails(manifest_acceptable(&m, "guide", 6, &e), E_AUTH, &e, "agent 'scout', this edge runs 'guide'");
}
END_TEST

SUITE("agent/manifest", what_is_signed_opens_to_the_same, every_changed_or_missing_byte_is_refused,
      what_is_wrong_in_a_manifest_is_named, modules_stand_in_table_order_and_once,
      the_largest_manifest_fits_its_limit, an_edge_takes_only_newer_versions_of_its_agent)
