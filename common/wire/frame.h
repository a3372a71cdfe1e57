/* Frames: how envelopes and blob chunks follow each other on a connection.
 *
 *   offset  bytes
 *   0       2      'F' 'D'
 *   2       1      version of the framing, 1
 *   3       1      kind: 1 envelope, 2 chunk
 *   4       4      length of what follows, little-endian
 *
 * An envelope's payload is the protobuf message Envelope. A chunk's payload is transfer (u32), offset in the
 * blob (u64), both little-endian, then 1 to WIRE_CHUNK_MAX bytes of data. */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/wire/limits.h"

enum frame_kind { FRAME_ENVELOPE = 1, FRAME_CHUNK = 2 };

enum {
	FRAME_VERSION = 1,
	FRAME_HEADER = 8,        /* bytes before the payload */
	FRAME_CHUNK_FIELDS = 12, /* transfer and offset */
	FRAME_CHUNK_HEADER = FRAME_HEADER + FRAME_CHUNK_FIELDS,
};

struct frame {
	enum frame_kind kind;
	uint32_t transfer;   /* chunks only, as soon as FRAME_CHUNK_HEADER bytes are there */
	uint64_t offset;     /* the same */
	const uint8_t *data; /* the envelope's or the chunk's bytes, within the parsed input */
	size_t len;          /* of data */
	size_t size;         /* bytes of the whole frame: consume this many */
};

/* Looks at the frame that begins at p. Returns 1 and fills `f` when all of it is there; 0 when bytes are
 * missing, with f->size = what the whole frame will take (FRAME_HEADER while even that is incomplete; f->kind
 * is set after that); E_PROTOCOL for anything that is not a frame and E_LIMIT for a length above the limit,
 * both as soon as the header shows it. Before the peer is welcomed only envelopes of up to
 * WIRE_FRAME_UNAUTH_MAX are accepted. */
int frame_parse(const uint8_t *p, size_t n, bool welcomed, struct frame *f, struct err *e) MUST_CHECK;

void frame_envelope_header(uint8_t out[FRAME_HEADER], size_t len);
void frame_chunk_header(uint8_t out[FRAME_CHUNK_HEADER], uint32_t transfer, uint64_t offset, size_t n);

#endif
