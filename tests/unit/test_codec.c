#include "common/wire/codec.h"

#include <math.h>
#include <string.h>

#include "common/wire/frame.h"
#include "tests/support/messages.h"
#include "tests/support/suite.h"

static const enum msg_kind kinds[] = {
#define X(kind, member) kind,
    MSG_LIST(X)
#undef X
};

static struct frame encode(const struct msg *m, struct buf *b)
{
	struct err e = ERR_INIT;
	struct frame f;

	buf_clear(b);
	ck_ok(codec_encode(m, b, &e), &e);
	ck_assert_int_eq(frame_parse(b->data, b->len, true, &f, &e), 1);
	ck_assert_uint_eq(f.size, b->len);
	return f;
}

/* Struct padding is zero in both, since both were cleared first; the manifest is compared by content. */
static void assert_same(const struct msg *want, struct msg *got)
{
	ck_assert_int_eq(want->kind, got->kind);
	if (got->kind == MSG_DEPLOY) {
		ck_assert_uint_eq(want->deploy.manifest_len, got->deploy.manifest_len);
		ck_assert_mem_eq(want->deploy.manifest, got->deploy.manifest, got->deploy.manifest_len);
		ck_assert_ptr_nonnull(got->owned);
		msg_release(got);
		got->deploy.manifest = want->deploy.manifest;
	}
	ck_assert_ptr_null(got->owned);
	ck_assert_mem_eq(want, got, sizeof(*want));
}

START_TEST(every_kind_round_trips)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct msg in, out;
		struct frame f;

		message_sample(kinds[i], &in);
		f = encode(&in, &b);
		ck_ok(codec_decode(f.data, f.len, &out, &e), &e);
		assert_same(&in, &out);
	}
	buf_release(&b);
}
END_TEST

START_TEST(truncated_twins_are_refused_or_stay_within_the_rules)
{
	struct buf b = BUF_INIT, again = BUF_INIT;
	struct err e = ERR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct msg in, out;
		struct frame f;

		message_sample(kinds[i], &in);
		f = encode(&in, &b);
		for (size_t n = 0; n < f.len; n++) {
			if (codec_decode(f.data, n, &out, &e)) {
				ck_assert(e.code == E_PROTOCOL || e.code == E_LIMIT);
				continue;
			}
			buf_clear(&again);
			ck_ok(codec_encode(&out, &again, &e), &e);
			msg_release(&out);
		}
	}
	buf_release(&b);
	buf_release(&again);
}
END_TEST

/* What we would not accept we do not send: the rule is the same, the fault is ours. */
static void refuses(struct msg *m, const char *part)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;

	ck_fails(codec_encode(m, &b, &e), E_INTERNAL, &e, part);
	ck_assert_uint_eq(b.len, 0);
	buf_release(&b);
}

START_TEST(broken_rules_name_message_and_field)
{
	struct msg m;

	message_sample(MSG_SIGNAL, &m);
	m.signal.telemetry.cpu_free = (double)NAN;
	refuses(&m, "message signal: cpu_free: not a finite number");
	message_sample(MSG_SIGNAL, &m);
	m.signal.period = 3;
	refuses(&m, "message signal: period: 3 (accepted: 1 to 2)");
	message_sample(MSG_CHOICE, &m);
	m.choice.item = CONTRACT_TYPES_MAX;
	refuses(&m, "message choice: item");
	message_sample(MSG_TASK, &m);
	memcpy(m.task.work[2].kind, "../x", 5);
	refuses(&m, "message task: work[2].kind: not a name");
	message_sample(MSG_TASK, &m);
	m.task.work_count = 0;
	refuses(&m, "work: 0 elements");
	message_sample(MSG_UPDATE, &m);
	m.update.result[1].blob = (struct blob_ref){0};
	refuses(&m, "result[1].blob: missing");
	message_sample(MSG_OFFER, &m);
	m.offer.menu.types = 2;
	refuses(&m, "message offer: menu");
	message_sample(MSG_OFFER, &m);
	m.offer.market.terms.theta[1] = 0;
	refuses(&m, "message offer: market: types");
	message_sample(MSG_BLOB_GET, &m);
	m.blob_get.offset = m.blob_get.blob.size + 1;
	refuses(&m, "beyond the blob");
	message_sample(MSG_BLOB_GET, &m);
	m.blob_get.blob.size = WIRE_BLOB_MAX + 1;
	refuses(&m, "message blob_get: blob: blob of 1073741825 bytes");
}
END_TEST

/* A store's column holds 63 bits: one message with more must not be able to stop the cloud. */
START_TEST(numbers_that_no_store_can_hold_are_refused)
{
	struct msg m;

	message_sample(MSG_HELLO, &m);
	m.hello.agent_version = UINT64_MAX;
	refuses(&m, "message hello: agent_version: 18446744073709551615 (accepted: at most 2^63 - 1)");
	message_sample(MSG_UPDATE, &m);
	m.update.duration_ms = (uint64_t)INT64_MAX + 1;
	refuses(&m, "message update: duration_ms");
	message_sample(MSG_UPDATE, &m);
	m.update.result[0].samples = UINT64_MAX;
	refuses(&m, "message update: result[0].samples");
	message_sample(MSG_DEPLOY_STATUS, &m);
	m.deploy_status.version = UINT64_MAX;
	refuses(&m, "message deploy_status: version");
}
END_TEST

/* Hand-made protobuf: a field's key, then a length-delimited value. */
static void put_bytes(struct buf *b, unsigned field, const void *p, size_t n)
{
	uint8_t head[8];
	size_t len = 0;
	size_t left = n;

	if (field >= 16) {
		head[len++] = (uint8_t)((field << 3 | 2) & 0x7f) | 0x80;
		head[len++] = (uint8_t)(field >> 4);
	} else {
		head[len++] = (uint8_t)(field << 3 | 2);
	}
	do {
		head[len++] = (uint8_t)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
		left >>= 7;
	} while (left);
	buf_append(b, head, len);
	buf_append(b, p, n);
}

static int decode_body(unsigned field, const struct buf *body, struct err *e)
{
	struct buf env = BUF_INIT;
	struct msg m;
	int rc;

	put_bytes(&env, field, body->data, body->len);
	rc = codec_decode(env.data, env.len, &m, e);
	if (rc == 0)
		msg_release(&m);
	buf_release(&env);
	return rc;
}

START_TEST(oversized_parts_are_refused)
{
	struct err e = ERR_INIT;
	struct buf body = BUF_INIT;
	char text[WIRE_TEXT_MAX + 1];

	memset(text, 'a', sizeof(text));
	put_bytes(&body, 3, text, WIRE_NAME_MAX + 1);
	ck_fails(decode_body(10, &body, &e), E_LIMIT, &e, "message hello: program: text of 65 bytes");
	buf_clear(&body);
	for (int i = 0; i <= WIRE_KINDS_MAX; i++)
		put_bytes(&body, 4, "k", 1);
	ck_fails(decode_body(10, &body, &e), E_LIMIT, &e, "message hello: module_kinds: 9 elements");
	buf_clear(&body);
	put_bytes(&body, 1, text, sizeof(text));
	ck_fails(decode_body(28, &body, &e), E_LIMIT, &e, "message goodbye: reason: text of 513 bytes");
	buf_clear(&body);
	put_bytes(&body, 6, text, 31);
	ck_fails(decode_body(19, &body, &e), E_PROTOCOL, &e, "message receipt: ledger_hash: digest of 31 bytes");
	buf_clear(&body);
	put_bytes(&body, 1, "a\xff", 2);
	ck_fails(decode_body(28, &body, &e), E_PROTOCOL, &e, "message goodbye: reason: not UTF-8");
	buf_release(&body);
}
END_TEST

START_TEST(own_texts_are_cleaned)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;
	struct msg in, out;
	struct frame f;

	message_sample(MSG_GOODBYE, &in);
	memcpy(in.goodbye.reason, "cut \xc3", 6);
	f = encode(&in, &b);
	ck_ok(codec_decode(f.data, f.len, &out, &e), &e);
	ck_assert_str_eq(out.goodbye.reason, "cut ?");
	buf_release(&b);
}
END_TEST

START_TEST(empty_submessages_cannot_blow_up_memory)
{
	struct err e = ERR_INIT;
	struct buf body = BUF_INIT;

	for (int i = 0; i < 30000; i++)
		put_bytes(&body, 8, "", 0);
	ck_fails(decode_body(17, &body, &e), E_LIMIT, &e, "to unpack");
	buf_release(&body);
}
END_TEST

START_TEST(what_is_no_message_is_refused)
{
	struct err e = ERR_INIT;
	struct msg m;
	uint8_t junk[64];
	static uint8_t big[WIRE_FRAME_MAX + 1];

	memset(junk, 0xff, sizeof(junk));
	ck_fails(codec_decode(junk, sizeof(junk), &m, &e), E_PROTOCOL, &e, "not an envelope");
	ck_fails(codec_decode(junk, 0, &m, &e), E_PROTOCOL, &e, "without a message");
	ck_fails(codec_decode(big, sizeof(big), &m, &e), E_LIMIT, &e, "131073 bytes");
}
END_TEST

SUITE("wire/codec", every_kind_round_trips, truncated_twins_are_refused_or_stay_within_the_rules,
      broken_rules_name_message_and_field, numbers_that_no_store_can_hold_are_refused,
      oversized_parts_are_refused, own_texts_are_cleaned, empty_submessages_cannot_blow_up_memory,
      what_is_no_message_is_refused)
