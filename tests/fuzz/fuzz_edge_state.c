/* The edge's saved state. Half of the mutated texts get a digest that fits, so that what is behind it is
 * read. */
#include <string.h>

#include "common/base/digest.h"
#include "edge/core/state_json.h"
#include "tests/support/fuzz.h"

#define HEAD "{\"sha256\":\""
#define MID  "\",\"state\":"

static bool parse(const uint8_t *data, size_t n)
{
	struct edge_state s;
	struct buf again = BUF_INIT;
	bool taken = edge_state_read((const char *)data, n, &s, NULL) == 0;

	if (taken)
		edge_state_write(&s, &again); /* what was read can be written */
	buf_release(&again);
	return taken;
}

static void samples(struct fuzz_samples *s)
{
	struct edge_state state = {.item = {-1, -1}};

	for (int i = 0; i < 2; i++) {
		struct buf text = BUF_INIT;

		edge_state_write(&state, &text);
		fuzz_sample(s, text.data, text.len);
		buf_release(&text);
		state.round = 3;
		state.market = (struct market){.terms = {.types = 2,
		                                         .theta = {0.8, 1.7},
		                                         .transition = {{0.7, 0.3}, {0.2, 0.8}},
		                                         .delta = 0.9,
		                                         .e1 = 0.3,
		                                         .e3 = 0.01,
		                                         .q_max = 10},
		                               .prior = {0.4, 0.6},
		                               .samples_per_effort = 100};
		state.menu = (struct menu){.types = 2, .q1 = {1, 2}, .r1 = {3, 4}, .q2 = {{1, 2}, {2, 3}}};
		state.chosen[0] = true;
		state.item[0] = 1;
		edge_state_add_done(&state)->update = (struct msg_update){
		    .task = 9, .result = {{.kind = "perception", .samples = 5}}, .result_count = 1};
	}
}

/* The state's text as it is: a mutation seldom keeps the order of fields and the digits as they are written,
 * and only those that do get past the digest. */
static void mutate(struct rng *r, struct buf *b)
{
	size_t before = strlen(HEAD) + DIGEST_HEX - 1 + strlen(MID);
	struct buf inner = BUF_INIT;
	char hex[DIGEST_HEX];
	struct digest d;

	if (b->len < before + 2)
		return;
	buf_append(&inner, b->data + before, b->len - before - 2);
	fuzz_mutate(r, &inner);
	d = digest_of(inner.data, inner.len);
	digest_hex(&d, hex);
	buf_clear(b);
	buf_fmt(b, HEAD "%s" MID, hex);
	buf_append(b, inner.data, inner.len);
	buf_str(b, "}\n");
	buf_release(&inner);
}

FUZZ_TARGET("edge_state", parse, samples, mutate)
