#include "common/wire/frame.h"

#include <string.h>

static void put_u32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int check_header(const uint8_t *p, size_t n, struct err *e)
{
	if ((n >= 1 && p[0] != 'F') || (n >= 2 && p[1] != 'D'))
		return err_set(e, E_PROTOCOL, "not a Foedus frame: it does not begin with 'FD'");
	if (n >= 3 && p[2] != FRAME_VERSION)
		return err_set(e, E_PROTOCOL, "frame version %u (accepted: %d)", p[2], FRAME_VERSION);
	if (n >= 4 && p[3] != FRAME_ENVELOPE && p[3] != FRAME_CHUNK)
		return err_set(e, E_PROTOCOL, "frame of kind %u (accepted: %d envelope, %d chunk)", p[3],
		               FRAME_ENVELOPE, FRAME_CHUNK);
	return 0;
}

static int check_length(enum frame_kind kind, size_t len, bool welcomed, struct err *e)
{
	size_t max = welcomed ? WIRE_FRAME_MAX : WIRE_FRAME_UNAUTH_MAX;

	if (kind == FRAME_ENVELOPE) {
		if (len > max)
			return err_set(e, E_LIMIT, "envelope of %zu bytes (accepted%s: at most %zu)", len,
			               welcomed ? "" : " before the welcome", max);
		return 0;
	}
	if (!welcomed)
		return err_set(e, E_PROTOCOL, "blob chunk before the welcome");
	if (len > FRAME_CHUNK_FIELDS + WIRE_CHUNK_MAX)
		return err_set(e, E_LIMIT, "blob chunk of %zu bytes (accepted: at most %d)", len - FRAME_CHUNK_FIELDS,
		               WIRE_CHUNK_MAX);
	if (len <= FRAME_CHUNK_FIELDS)
		return err_set(e, E_PROTOCOL, "blob chunk without data");
	return 0;
}

int frame_parse(const uint8_t *p, size_t n, bool welcomed, struct frame *f, struct err *e)
{
	int rc = check_header(p, n, e);
	size_t len;

	*f = (struct frame){.size = FRAME_HEADER};
	if (rc || n < FRAME_HEADER)
		return rc;
	f->kind = (enum frame_kind)p[3];
	len = get_u32(p + 4);
	rc = check_length(f->kind, len, welcomed, e);
	if (rc)
		return rc;
	f->size = FRAME_HEADER + len;
	if (f->kind == FRAME_CHUNK && n >= FRAME_CHUNK_HEADER) {
		f->transfer = get_u32(p + 8);
		f->offset = get_u32(p + 12) | (uint64_t)get_u32(p + 16) << 32;
	}
	if (n < f->size)
		return 0;
	f->data = p + (f->kind == FRAME_CHUNK ? FRAME_CHUNK_HEADER : FRAME_HEADER);
	f->len = f->size - (size_t)(f->data - p);
	return 1;
}

static void header(uint8_t *out, enum frame_kind kind, size_t len)
{
	out[0] = 'F';
	out[1] = 'D';
	out[2] = FRAME_VERSION;
	out[3] = (uint8_t)kind;
	put_u32(out + 4, (uint32_t)len);
}

void frame_envelope_header(uint8_t out[FRAME_HEADER], size_t len)
{
	header(out, FRAME_ENVELOPE, len);
}

void frame_chunk_header(uint8_t out[FRAME_CHUNK_HEADER], uint32_t transfer, uint64_t offset, size_t n)
{
	header(out, FRAME_CHUNK, FRAME_CHUNK_FIELDS + n);
	put_u32(out + 8, transfer);
	put_u32(out + 12, (uint32_t)offset);
	put_u32(out + 16, (uint32_t)(offset >> 32));
}
