#include "common/net/transfer.h"

#include <stdio.h>
#include <string.h>

#include "common/base/file.h"
#include "common/net/transfer_impl.h"
#include "tests/support/suite.h"
#include "tests/support/transfer_pair.h"

START_TEST(blobs_go_both_ways)
{
	static struct side a, b;
	struct blob_ref from_a, from_b, empty;

	pair_open(&a, &b, 300000);
	from_a = make_blob(&a, 3000001, 1);
	from_b = make_blob(&b, 777, 2);
	empty = make_blob(&a, 0, 3);
	want(&b, &from_a, TRANSFER_STARTED);
	want(&b, &from_a, TRANSFER_STARTED);
	want(&a, &from_b, TRANSFER_STARTED);
	want(&b, &empty, TRANSFER_HELD);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.got, 1);
	ck_assert_int_eq(a.got, 1);
	ck_assert_int_eq(a.failed + b.failed + a.violations + b.violations, 0);
	ck_assert_uint_eq(b.pipe.chunk_bytes + a.pipe.chunk_bytes, 0);
	ck_assert_uint_eq(transfers_stats(b.t).bytes_in, 3000001);
	ck_assert_uint_eq(transfers_stats(a.t).outgoing, 0);
	want(&b, &from_a, TRANSFER_HELD);
	pair_close(&a, &b);
}
END_TEST

START_TEST(the_window_bounds_what_is_under_way)
{
	static struct side a, b;
	struct blob_ref ref;

	pair_open(&a, &b, 64 << 20);
	ref = make_blob(&a, 5 << 20, 4);
	want(&b, &ref, TRANSFER_STARTED);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.got, 1);
	ck_assert_uint_le(a.pipe.chunk_bytes_most, WIRE_BLOB_WINDOW);
	ck_assert_uint_ge(a.pipe.chunk_bytes_most, WIRE_BLOB_WINDOW / 2);
	pair_close(&a, &b);
}
END_TEST

START_TEST(many_blobs_take_turns)
{
	static struct side a, b;
	struct blob_ref refs[20];
	struct transfers_stats s;

	pair_open(&a, &b, 200000);
	for (size_t i = 0; i < 20; i++) {
		refs[i] = make_blob(&a, 400000 + i, 10 + i);
		want(&b, &refs[i], TRANSFER_STARTED);
	}
	while (a.pipe.delivered_chunks < 2 * WIRE_TRANSFERS_MAX) { /* none of 13 chunks is through by then */
		pipe_deliver(&b.pipe);
		pipe_deliver(&a.pipe);
	}
	s = transfers_stats(a.t);
	ck_assert_uint_eq(s.outgoing, WIRE_TRANSFERS_MAX);
	for (struct outgoing *out = a.t->out; out; out = out->next)
		ck_assert_uint_gt(out->sent, 0); /* none waits for the whole of another */
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.got, 20);
	ck_assert_int_eq(a.violations + b.violations, 0);
	pair_close(&a, &b);
}
END_TEST

START_TEST(a_new_link_goes_on_where_the_old_one_ended)
{
	static struct side a, b;
	struct blob_ref ref;
	uint64_t before;

	pair_open(&a, &b, 150000);
	ref = make_blob(&a, 2000000, 5);
	want(&b, &ref, TRANSFER_STARTED);
	while (a.pipe.delivered_chunks * (uint64_t)WIRE_CHUNK_MAX < 1000000) {
		pipe_deliver(&a.pipe);
		pipe_deliver(&b.pipe);
	}
	before = transfers_stats(b.t).bytes_in;
	transfers_free(a.t);
	transfers_free(b.t);
	pipe_release(&a.pipe, &b.pipe);
	pipe_init(&a.pipe, &b.pipe, 150000);
	side_link(&a);
	side_link(&b);
	want(&b, &ref, TRANSFER_STARTED);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.got, 1);
	ck_assert_uint_gt(before, 500000);
	ck_assert_uint_eq(transfers_stats(b.t).bytes_in, 2000000 - before);
	pair_close(&a, &b);
}
END_TEST

START_TEST(a_spoilt_partial_is_fetched_again_from_the_beginning)
{
	static struct side a, b;
	struct blob_ref ref;
	struct err e = ERR_INIT;
	char path[600], hex[DIGEST_HEX];

	pair_open(&a, &b, 150000);
	ref = make_blob(&a, 400000, 6);
	digest_hex(&ref.digest, hex);
	snprintf(path, sizeof(path), "%s/b/partial/%s", suite_tmp(), hex);
	ck_ok(file_write(path, "not these bytes", 15, 0600, &e), &e);
	want(&b, &ref, TRANSFER_STARTED);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.got, 1);
	ck_assert_int_eq(a.violations + b.violations + b.failed, 0);
	pair_close(&a, &b);
}
END_TEST

START_TEST(what_cannot_be_had_is_said)
{
	static struct side a, b;
	struct blob_ref ref, none = {digest_of("nowhere", 7), 7};
	struct err e = ERR_INIT;

	pair_open(&a, &b, 150000);
	ref = make_blob(&a, 1000, 7);
	a.hidden = ref.digest;
	want(&b, &ref, TRANSFER_STARTED);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.failed, 1);
	ck_assert_int_eq(b.why.code, E_UNAVAILABLE);
	ck_assert_ptr_nonnull(strstr(b.why.text, "not for you"));
	want(&b, &none, TRANSFER_STARTED);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.failed, 2);
	ck_assert_ptr_nonnull(strstr(b.why.text, "not here"));
	ref.size = 1001;
	a.hidden = none.digest;
	want(&b, &ref, TRANSFER_STARTED);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.failed, 3);
	ck_assert_ptr_nonnull(strstr(b.why.text, "another size"));
	ck_fails(transfers_get(b.t, &ref, 1000, &e), E_LIMIT, &e, "1001 bytes");
	ck_assert_int_eq(a.violations + b.violations, 0);
	pair_close(&a, &b);
}
END_TEST

START_TEST(a_sender_with_a_broken_disk_does_not_pass_for_good)
{
	static struct side a, b;
	struct blob_ref ref;
	struct err e = ERR_INIT;
	char path[600], hex[DIGEST_HEX];

	pair_open(&a, &b, 150000);
	ref = make_blob(&a, 16, 8);
	digest_hex(&ref.digest, hex);
	snprintf(path, sizeof(path), "%s/a/blobs/%.2s/%s", suite_tmp(), hex, hex);
	ck_ok(file_write(path, "sixteen letters!", 16, 0600, &e), &e);
	want(&b, &ref, TRANSFER_STARTED);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.got, 0);
	ck_assert_int_eq(b.failed, 1);
	ck_assert_int_eq(b.why.code, E_CORRUPT);
	ck_assert_uint_eq(transfers_stats(a.t).outgoing, 0);
	pair_close(&a, &b);
}
END_TEST

START_TEST(cancelling_is_quiet_even_with_chunks_under_way)
{
	static struct side a, b;
	struct blob_ref ref;

	pair_open(&a, &b, 1 << 20);
	ref = make_blob(&a, 3000000, 9);
	want(&b, &ref, TRANSFER_STARTED);
	pipe_deliver(&b.pipe);
	pipe_deliver(&a.pipe);
	transfers_cancel(b.t, &ref);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.got + b.failed + a.violations + b.violations, 0);
	ck_assert_uint_eq(transfers_stats(a.t).outgoing + transfers_stats(b.t).incoming, 0);
	want(&b, &ref, TRANSFER_STARTED);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.got, 1);
	pair_close(&a, &b);
}
END_TEST

static void breaks(int rc, int want_code, const struct err *e, const char *part)
{
	ck_assert_msg(rc == want_code && strstr(e->text, part), "%s: %s", err_name(rc), e->text);
}

START_TEST(a_peer_that_breaks_the_rules_is_found_out)
{
	static struct side a, b;
	static const uint8_t data[200];
	struct blob_ref ref = {digest_of("abc", 3), 100};
	struct err e = ERR_INIT;
	struct msg m = {.kind = MSG_BLOB_GET};

	pair_open(&a, &b, 150000);
	breaks(transfers_on_chunk(b.t, 9, 0, data, 10, &e), E_PROTOCOL, &e, "not asked for");
	want(&b, &ref, TRANSFER_STARTED);
	breaks(transfers_on_chunk(b.t, 1, 1, data, 10, &e), E_PROTOCOL, &e, "chunk at byte 1");
	breaks(transfers_on_chunk(b.t, 1, 0, data, 101, &e), E_PROTOCOL, &e, "more bytes");
	m.kind = MSG_BLOB_END;
	m.blob_end.transfer = 1;
	m.blob_end.by_sender = true;
	breaks(transfers_on_message(b.t, &m, &e), E_PROTOCOL, &e, "without a reason");
	m.blob_end.transfer = 2;
	breaks(transfers_on_message(b.t, &m, &e), E_PROTOCOL, &e, "not asked for");

	ref = make_blob(&a, 5 << 20, 11);
	m = (struct msg){.kind = MSG_BLOB_GET};
	for (uint32_t id = 1; id <= WIRE_TRANSFERS_MAX; id++) {
		m.blob_get = (struct msg_blob_get){id, ref, 0};
		ck_ok(transfers_on_message(a.t, &m, &e), &e);
	}
	breaks(transfers_on_message(a.t, &m, &e), E_PROTOCOL, &e, "under way already");
	m.blob_get.transfer = 99;
	breaks(transfers_on_message(a.t, &m, &e), E_LIMIT, &e, "more than 8");
	m = (struct msg){.kind = MSG_BLOB_ACK, .blob_ack = {1, 5 << 20}};
	breaks(transfers_on_message(a.t, &m, &e), E_PROTOCOL, &e, "acknowledges");
	pair_close(&a, &b);
}
END_TEST

/* An executor that holds its work back, as a busy pool would. */
struct late {
	struct executor x;
	void (*work)(void *job);
	void (*done)(void *job);
	void *job;
};

static void late_run(struct executor *x, void (*work)(void *job), void (*done)(void *job), void *job)
{
	struct late *l = (struct late *)x;

	l->work = work;
	l->done = done;
	l->job = job;
}

START_TEST(a_commit_may_come_after_the_end)
{
	static struct side a, b;
	struct late late = {.x = {late_run}};
	struct blob_ref ref;

	pair_open(&a, &b, 150000);
	transfers_free(b.t);
	b.t = transfers_new(&b.pipe.link, b.blobs, &late.x, &pair_events, &b);
	ref = make_blob(&a, 1000, 12);
	want(&b, &ref, TRANSFER_STARTED);
	pipe_run(&a.pipe, &b.pipe);
	ck_assert_int_eq(b.got, 0);
	ck_assert_uint_eq(b.progress, 1000);
	want(&b, &ref, TRANSFER_STARTED);
	late.work(late.job);
	transfers_free(b.t);
	b.t = NULL;
	late.done(late.job);
	ck_assert_int_eq(b.got, 0);
	ck_assert(blobs_has(b.blobs, &ref.digest, NULL));
	pair_close(&a, &b);
}
END_TEST

SUITE("net/transfer", blobs_go_both_ways, the_window_bounds_what_is_under_way, many_blobs_take_turns,
      a_new_link_goes_on_where_the_old_one_ended, a_spoilt_partial_is_fetched_again_from_the_beginning,
      what_cannot_be_had_is_said, a_sender_with_a_broken_disk_does_not_pass_for_good,
      cancelling_is_quiet_even_with_chunks_under_way, a_peer_that_breaks_the_rules_is_found_out,
      a_commit_may_come_after_the_end)
