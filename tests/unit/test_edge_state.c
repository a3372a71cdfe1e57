#include "edge/core/state_json.h"

#include <string.h>

#include "common/base/rng.h"
#include "common/base/str.h"
#include "tests/support/edge_rig.h"
#include "tests/support/suite.h"

static struct edge_state sample(void)
{
	struct edge_state s = {
	    .round = 12, .market = rig_market(), .menu = rig_menu(), .chosen = {true, true}, .item = {1, -1}};

	s.menu.r1[0] = -0.0;
	s.menu.q2[0][0] = 0.1 + 0.2;
	for (uint64_t i = 0; i < 3; i++) {
		struct edge_done *d = edge_state_add_done(&s);

		*d = (struct edge_done){.round = 12, .period = (uint32_t)i, .reward_micro = -5 + (int64_t)i};
		d->receipted = i == 0;
		d->update = (struct msg_update){.task = EDGE_NUMBER_MAX - i, .result_count = i, .duration_ms = 17};
		for (uint64_t j = 0; j < i; j++) {
			struct msg_result *result = &d->update.result[j];

			str_copy(result->kind, sizeof(result->kind), j == 0 ? "perception" : "memory");
			result->blob.digest = digest_of(&j, sizeof(j));
			result->blob.size = WIRE_BLOB_MAX;
			result->samples = 1234567890123;
			result->loss = 1.0 / 3;
		}
	}
	return s;
}

START_TEST(what_was_written_is_read)
{
	struct edge_state s = sample();
	struct edge_state back;
	struct buf text = BUF_INIT;
	struct buf again = BUF_INIT;
	struct err e = ERR_INIT;

	edge_state_write(&s, &text);
	ck_ok(edge_state_read((char *)text.data, text.len, &back, &e), &e);
	edge_state_write(&back, &again);
	ck_assert_uint_eq(text.len, again.len);
	ck_assert_mem_eq(text.data, again.data, text.len);
	ck_assert_mem_eq(&back.menu, &s.menu, sizeof(s.menu));
	ck_assert_mem_eq(&back.market, &s.market, sizeof(s.market));
	ck_assert_int_eq(back.item[0], 1);
	ck_assert_int_eq(back.item[1], -1);
	ck_assert(back.chosen[1]);
	ck_assert_uint_eq(back.done_count, 3);
	ck_assert_mem_eq(&back.done[2].update.result[1], &s.done[2].update.result[1], sizeof(struct msg_result));
	ck_assert(back.done[0].receipted);
	ck_assert_int_eq(back.done[0].reward_micro, -5);
	buf_release(&text);
	buf_release(&again);
}
END_TEST

START_TEST(an_edge_without_a_round_has_a_state_too)
{
	struct edge_state s = {.item = {-1, -1}};
	struct edge_state back;
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;

	edge_state_write(&s, &text);
	ck_ok(edge_state_read((char *)text.data, text.len, &back, &e), &e);
	ck_assert_mem_eq(&back, &s, sizeof(s));
	buf_release(&text);
}
END_TEST

/* Cut short anywhere, or one byte changed anywhere: an error, never a wrong state. */
START_TEST(damaged_states_are_refused)
{
	struct edge_state s = sample();
	struct edge_state back;
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	struct rng rng;

	edge_state_write(&s, &text);
	for (size_t n = 0; n + 2 < text.len; n += 7)
		ck_assert_int_lt(edge_state_read((char *)text.data, n, &back, &e), 0);
	rng_seed(&rng, suite_seed(), 1);
	for (int i = 0; i < 2000; i++) {
		size_t at = rng_below(&rng, text.len - 1); /* the final newline may be any white space */
		uint8_t was = text.data[at];
		int rc;

		text.data[at] = (uint8_t)(was ^ (1u << rng_below(&rng, 7)));
		rc = edge_state_read((char *)text.data, text.len, &back, &e);
		/* What still reads (a hexadecimal digit in the other case, say) must be the same state. */
		if (rc == 0) {
			struct buf again = BUF_INIT;

			edge_state_write(&back, &again);
			text.data[at] = was;
			ck_assert_uint_eq(again.len, text.len);
			ck_assert_mem_eq(again.data, text.data, text.len);
			buf_release(&again);
		}
		text.data[at] = was;
	}
	buf_release(&text);
}
END_TEST

/* A state with a right digest whose content is not one. */
static void refuses(const char *state, const char *part)
{
	struct digest d = digest_of(state, strlen(state));
	struct edge_state back;
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	char hex[DIGEST_HEX];

	digest_hex(&d, hex);
	buf_fmt(&text, "{\"sha256\":\"%s\",\"state\":%s}", hex, state);
	ck_fails(edge_state_read((char *)text.data, text.len, &back, &e), E_INVALID, &e, part);
	buf_release(&text);
}

START_TEST(states_that_make_no_sense_are_refused)
{
	refuses("{\"done\":[],\"format\":2,\"round\":0}", "format");
	refuses("{\"done\":[],\"format\":1,\"round\":-1}", "round");
	refuses("{\"done\":[],\"format\":1,\"round\":3}", "market");
	refuses("{\"format\":1,\"round\":0}", "done");
	refuses("{\"done\":[{}],\"format\":1,\"round\":0}", "finished task 1: field 'task'");
	refuses("{\"done\":[0,0,0,0,0,0,0,0,0],\"format\":1,\"round\":0}", "0 to 8");
}
END_TEST

START_TEST(a_changed_digest_is_named)
{
	const char *text = "{\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\","
	                   "\"state\":{\"done\":[],\"format\":1,\"round\":0}}";
	struct edge_state back;
	struct err e = ERR_INIT;

	ck_fails(edge_state_read(text, strlen(text), &back, &e), E_CORRUPT, &e, "digest");
}
END_TEST

START_TEST(the_oldest_receipted_task_gives_way)
{
	struct edge_state s = {0};

	for (uint64_t i = 1; i <= EDGE_DONE_MAX; i++) {
		struct edge_done *d = edge_state_add_done(&s);

		d->update.task = i;
		d->receipted = i == 3 || i == 5;
	}
	edge_state_add_done(&s)->update.task = 100;
	ck_assert_uint_eq(s.done_count, EDGE_DONE_MAX);
	ck_assert_ptr_null(edge_state_done(&s, 3));
	ck_assert_ptr_nonnull(edge_state_done(&s, 1));
	ck_assert_ptr_nonnull(edge_state_done(&s, 100));
	edge_state_add_done(&s)->update.task = 101;
	ck_assert_ptr_null(edge_state_done(&s, 5));
	edge_state_add_done(&s)->update.task = 102;
	ck_assert_ptr_null(edge_state_done(&s, 1));
	ck_assert_ptr_nonnull(edge_state_done(&s, 2));
}
END_TEST

SUITE("edge/core/state", what_was_written_is_read, an_edge_without_a_round_has_a_state_too,
      damaged_states_are_refused, states_that_make_no_sense_are_refused, a_changed_digest_is_named,
      the_oldest_receipted_task_gives_way)
