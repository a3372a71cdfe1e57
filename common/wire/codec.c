#include "common/wire/codec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/codec_table.h"
#include "common/wire/frame.h"

/* Room for the generated structs of any message: menus of 10 types and lists of 8 take about 5 kB. */
enum { PACK_ROOM = 16 * 1024 };

/* All members of the body's union begin at the same place. */
#define BODY_OFFSET offsetof(struct msg, hello)

static const struct codec_row *row_of_kind(enum msg_kind kind)
{
	for (size_t i = 0; i < codec_row_count; i++)
		if (codec_rows[i].kind == kind)
			return &codec_rows[i];
	return NULL;
}

static const struct codec_row *row_of_body(Foedus__V1__Envelope__BodyCase body)
{
	for (size_t i = 0; i < codec_row_count; i++)
		if (codec_rows[i].body == body)
			return &codec_rows[i];
	return NULL;
}

/* What one field alone does not show. */
static int check_whole(const struct msg *m, struct place at, struct err *e)
{
	struct err why = ERR_INIT;

	if (m->kind == MSG_OFFER && menu_check(&m->offer.menu, &m->offer.market.terms, &why))
		return place_err(at, "menu", e, E_PROTOCOL, "%s", why.text);
	if (m->kind == MSG_HELLO && m->hello.protocol_min > m->hello.protocol_max)
		return place_err(at, "protocol_min", e, E_PROTOCOL, "%u is above protocol_max, %u",
		                 m->hello.protocol_min, m->hello.protocol_max);
	if (m->kind == MSG_BLOB_GET && m->blob_get.offset > m->blob_get.blob.size)
		return place_err(at, "offset", e, E_PROTOCOL, "%llu is beyond the blob's %llu bytes",
		                 (unsigned long long)m->blob_get.offset, (unsigned long long)m->blob_get.blob.size);
	return 0;
}

static int check(const struct codec_row *row, const struct msg *m, struct err *e)
{
	struct place at = {msg_name(row->kind), NULL, 0};
	int rc = table_check(&row->table, (const char *)m + BODY_OFFSET, at, e);

	return rc ? rc : check_whole(m, at, e);
}

/* --- encoding ---------------------------------------------------------------------------------- */

static int append(const Foedus__V1__Envelope *env, struct buf *out, struct err *e)
{
	size_t n = foedus__v1__envelope__get_packed_size(env);
	uint8_t *to;

	if (n > WIRE_FRAME_MAX)
		return err_set(e, E_INTERNAL, "own message of %zu bytes (limit %d)", n, WIRE_FRAME_MAX);
	to = buf_reserve(out, FRAME_HEADER + n);
	frame_envelope_header(to, n);
	foedus__v1__envelope__pack(env, to + FRAME_HEADER);
	out->len += FRAME_HEADER + n;
	return 0;
}

int codec_encode(const struct msg *m, struct buf *out, struct err *e)
{
	const struct codec_row *row = row_of_kind(m->kind);
	_Alignas(16) uint8_t room[PACK_ROOM];
	struct arena arena = {room, sizeof(room), 0, false};
	Foedus__V1__Envelope env = FOEDUS__V1__ENVELOPE__INIT;
	struct err why = ERR_INIT;
	void *body;

	if (!row)
		return err_set(e, E_INTERNAL, "own message of unknown kind %d", (int)m->kind);
	if (check(row, m, &why))
		return err_set(e, E_INTERNAL, "own %s", why.text);
	body = arena_take(&arena, row->table.pb->sizeof_message);
	table_pack(&row->table, (const char *)m + BODY_OFFSET, body, &arena);
	assert(!arena.full);
	env.seq = m->seq;
	env.reply_to = m->reply_to;
	env.body_case = row->body;
	env.hello = body;
	return append(&env, out, e);
}

/* --- decoding ---------------------------------------------------------------------------------- */

static void *bounded_alloc(void *arena, size_t n)
{
	return arena_take(arena, n);
}

static void bounded_free(void *arena, void *p)
{
	(void)arena;
	(void)p; /* the arena goes as a whole */
}

static int take(const Foedus__V1__Envelope *env, struct msg *m, struct err *e)
{
	const struct codec_row *row = row_of_body(env->body_case);
	struct place at;
	int rc;

	if (!row)
		return err_set(e, E_PROTOCOL, "envelope without a message that is known here");
	at = (struct place){msg_name(row->kind), NULL, 0};
	m->kind = row->kind;
	m->seq = env->seq;
	m->reply_to = env->reply_to;
	rc = table_take(&row->table, (char *)m + BODY_OFFSET, env->hello, at, e);
	return rc ? rc : check(row, m, e);
}

int codec_decode(const uint8_t *p, size_t n, struct msg *m, struct err *e)
{
	size_t budget = n * WIRE_UNPACK_FACTOR + WIRE_UNPACK_FLOOR;
	struct arena arena = {NULL, budget, 0, false};
	ProtobufCAllocator allocator = {bounded_alloc, bounded_free, &arena};
	Foedus__V1__Envelope *env;
	int rc;

	if (n > WIRE_FRAME_MAX)
		return err_set(e, E_LIMIT, "envelope of %zu bytes (accepted: at most %d)", n, WIRE_FRAME_MAX);
	memset(m, 0, sizeof(*m));
	arena.mem = mem_alloc(budget);
	env = foedus__v1__envelope__unpack(&allocator, n, p);
	if (!env && arena.full)
		rc = err_set(e, E_LIMIT, "envelope of %zu bytes takes more than %zu to unpack", n, budget);
	else if (!env)
		rc = err_set(e, E_PROTOCOL, "%zu bytes that are not an envelope", n);
	else
		rc = take(env, m, e);
	if (rc == 0 && m->kind == MSG_DEPLOY) {
		m->owned = arena.mem; /* the manifest lies in it */
		return 0;
	}
	free(arena.mem);
	return rc;
}
