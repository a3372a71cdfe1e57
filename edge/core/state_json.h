/* The edge's state as JSON, with a digest over it:
 *   {"sha256":"..","state":{"format":1,"round":..,"market":{..},"menu":{..},"items":[k,l],"done":[..]}}
 * An item is its index from 0, -1 for declined, null for not chosen yet; market, menu and items are absent
 * while there was no round. */
#ifndef EDGE_CORE_STATE_JSON_H
#define EDGE_CORE_STATE_JSON_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "edge/core/state.h"

#define EDGE_STATE_BYTES_MAX ((size_t)1 << 20)

/* Appends one line. Reading it back gives the same state, bit for bit. */
void edge_state_write(const struct edge_state *s, struct buf *out);
/* E_CORRUPT when the digest does not fit, E_INVALID for what is not such a state; both name what is wrong. */
int edge_state_read(const char *text, size_t n, struct edge_state *out, struct err *e) MUST_CHECK;

#endif
