/* Envelopes: what is accepted must be sendable again, so every rule holds on what the core gets. */
#include <stdlib.h>

#include "common/wire/codec.h"
#include "common/wire/frame.h"
#include "tests/support/fuzz.h"
#include "tests/support/messages.h"

static bool parse(const uint8_t *data, size_t n)
{
	struct buf again = BUF_INIT;
	struct err e = ERR_INIT;
	struct msg m;

	if (codec_decode(data, n, &m, &e))
		return false;
	if (codec_encode(&m, &again, &e))
		abort();
	buf_release(&again);
	msg_release(&m);
	return true;
}

static void samples(struct fuzz_samples *s)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct msg m;

	for (int kind = MSG_NONE + 1; kind <= MSG_SERVICE_REPORT; kind++) {
		message_sample((enum msg_kind)kind, &m);
		buf_clear(&b);
		if (codec_encode(&m, &b, &e))
			abort();
		fuzz_sample(s, b.data + FRAME_HEADER, b.len - FRAME_HEADER);
	}
	buf_release(&b);
}

FUZZ_TARGET("codec", parse, samples, NULL)
