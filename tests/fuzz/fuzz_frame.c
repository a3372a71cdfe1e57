/* Streams of frames, as a link reads them: the first byte says whether the peer is welcomed. */
#include <stdlib.h>
#include <string.h>

#include "common/wire/codec.h"
#include "common/wire/frame.h"
#include "tests/support/fuzz.h"
#include "tests/support/messages.h"

static bool parse(const uint8_t *data, size_t n)
{
	bool welcomed = n > 0 && (data[0] & 1);
	struct err e = ERR_INIT;
	struct frame f;
	size_t at = 1;
	int rc = 0;

	while (at < n && (rc = frame_parse(data + at, n - at, welcomed, &f, &e)) == 1) {
		if (f.len > WIRE_FRAME_MAX || f.data < data + at || f.data + f.len != data + at + f.size)
			abort();
		at += f.size;
	}
	return n > 0 && rc >= 0;
}

static void samples(struct fuzz_samples *s)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct msg m;
	uint8_t *chunk;

	buf_append(&b, "\1", 1);
	for (int kind = MSG_NONE + 1; kind <= MSG_SERVICE_REPORT; kind++) {
		message_sample((enum msg_kind)kind, &m);
		if (codec_encode(&m, &b, &e))
			abort();
	}
	chunk = buf_reserve(&b, FRAME_CHUNK_HEADER + 500);
	frame_chunk_header(chunk, 3, 1 << 20, 500);
	memset(chunk + FRAME_CHUNK_HEADER, 7, 500);
	b.len += FRAME_CHUNK_HEADER + 500;
	fuzz_sample(s, b.data, b.len);
	buf_release(&b);
}

FUZZ_TARGET("frame", parse, samples, NULL)
