/* Messages to envelopes and back: the only code that sees the generated protobuf structs.
 *
 * Decoding trusts nothing: the bytes it may allocate are bounded by the envelope's length
 * (WIRE_UNPACK_FACTOR), and every count, text, index, digest and number is checked, so that the core gets
 * only messages that keep what wire/msg.h promises. */
#ifndef WIRE_CODEC_H
#define WIRE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/wire/msg.h"

/* Appends a whole frame (header and envelope) with m->seq and m->reply_to. A message that breaks its own
 * limits is E_INTERNAL, and nothing is appended. */
int codec_encode(const struct msg *m, struct buf *out, struct err *e) MUST_CHECK;

/* Decodes one envelope (a FRAME_ENVELOPE's data). Errors, all naming message and field: E_PROTOCOL for what
 * is not a message or breaks a rule, E_LIMIT for a count or length above its limit. On success the caller
 * msg_release()s `m`; on error there is nothing to release. */
int codec_decode(const uint8_t *p, size_t n, struct msg *m, struct err *e) MUST_CHECK;

#endif
