/* Blob transfers over one link, both directions, driven by the receiver. Pure over `struct link` and the blob
 * store, so the daemons and the simulator run the same code.
 *
 *   receiver                                 sender
 *   BlobGet{transfer, blob, offset}   -->    allowed(blob)? else BlobEnd with the reason
 *                                     <--    chunks, at most WIRE_BLOB_WINDOW unacknowledged bytes
 *   BlobAck{transfer, offset}         -->    the window moves on
 *   BlobEnd{transfer, ""}             -->    all bytes are there and have the digest
 *
 * Either side may end a transfer with a reason. A transfer cut off by a lost link leaves what was received in
 * the store; transfers_get() on the next link continues from there. The sender serves its transfers in turn,
 * a chunk each, while link_room() lasts. A blob is reported when it is committed (fsynced under its name);
 * the BlobEnd goes out as soon as it is verified, so a sender keeps its blob until the cores' own receipt.
 *
 * One `struct transfers` belongs to one link. After the link's on_closed: transfers_free(), which reports
 * nothing. It must not be called from inside the callbacks below. */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/executor.h"
#include "common/blob/blob.h"
#include "common/net/link.h"

struct transfers;

/* Called from inside the transfers_on_* handlers and by the executor's done; transfers_cancel() may call them
 * for other blobs, whose turn it then is. They may call transfers_get() and transfers_cancel(). */
struct transfers_events {
	/* May the peer fetch this blob? NULL = nothing may be fetched. */
	bool (*allowed)(void *ctx, const struct digest *digest);
	/* The blob is in the store now. */
	void (*got)(void *ctx, const struct blob_ref *ref);
	/* It will not come on this link: E_UNAVAILABLE (the peer ended it, its reason in the text), E_CORRUPT
	 * (digest), E_IO (the store). */
	void (*failed)(void *ctx, const struct blob_ref *ref, const struct err *why);
	/* More is held; with held == ref->size the digest has been verified. May be NULL. */
	void (*progress)(void *ctx, const struct blob_ref *ref, uint64_t held);
};

enum { TRANSFER_STARTED = 0, TRANSFER_HELD = 1 };

/* `x` runs the commits (NULL = in place). All pointers must outlive the transfers; `x` also its pending jobs.
 */
struct transfers *transfers_new(struct link *l, struct blobs *blobs, struct executor *x,
                                const struct transfers_events *on, void *ctx);
void transfers_free(struct transfers *t);

/* Fetches a blob. TRANSFER_HELD when the store has it (no callback follows); TRANSFER_STARTED when got() or
 * failed() will follow, also when the same blob was asked for before and is still coming. E_LIMIT when
 * ref->size is above `max` or too many blobs are asked for; E_IO when the store cannot take it. At most
 * WIRE_TRANSFERS_MAX run at once, others wait their turn. */
int transfers_get(struct transfers *t, const struct blob_ref *ref, uint64_t max, struct err *e) MUST_CHECK;
/* No longer wanted; no callback follows. Unknown blobs are ignored. */
void transfers_cancel(struct transfers *t, const struct blob_ref *ref);

/* For the link's callbacks. An error means the peer broke the protocol: report it and close the link.
 * on_message takes BlobGet, BlobAck and BlobEnd (see transfers_takes). */
bool transfers_takes(enum msg_kind kind);
int transfers_on_message(struct transfers *t, const struct msg *m, struct err *e) MUST_CHECK;
int transfers_on_chunk(struct transfers *t, uint32_t transfer, uint64_t offset, const uint8_t *data, size_t n,
                       struct err *e) MUST_CHECK;
void transfers_on_room(struct transfers *t);

/* For metrics: transfers that run or wait, and data bytes so far. */
struct transfers_stats {
	size_t incoming, outgoing;
	uint64_t bytes_in, bytes_out;
};
struct transfers_stats transfers_stats(const struct transfers *t);

#endif
