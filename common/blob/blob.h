/* The blob store: a folder of immutable files named by the SHA-256 of their bytes.
 *
 *   FOLDER/blobs/ab/ab12...   complete blobs: under this name there is never half of one
 *   FOLDER/partial/ab12...    what was received so far of blobs still coming
 *   FOLDER/corrupt/ab12...    blobs that failed their digest when they were read: kept for the operator
 *
 * One process owns a folder. All functions belong to the thread that opened the store, save
 * blob_receive_commit(), which may run on a worker. Another thread opens the folder for itself, with partials
 * of its own: the two would else write into one file. A blob is written beside its name, fsynced
 * and renamed, and its folder fsynced, so a crash leaves all of it or a partial that can be resumed. */
#ifndef BLOB_BLOB_H
#define BLOB_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/blob/ref.h"

struct blobs;        /* the store */
struct blob_reader;  /* an open blob, read at any offset */
struct blob_receive; /* a blob that is coming in, front to back */

struct blobs_options {
	bool no_sync;         /* skips every fsync: for simulations and throw-away stores only */
	const char *partials; /* folder of the partials within the store's; NULL = "partial" */
};

/* Opens the store, making the folder when it is missing. `o` may be NULL. Receives must have ended
 * and readers be closed before blobs_close(). */
int blobs_open(struct blobs **out, const char *folder, const struct blobs_options *o,
               struct err *e) MUST_CHECK;
void blobs_close(struct blobs *b);

/* True when the complete blob is there; its size goes to *size (may be NULL). */
bool blobs_has(const struct blobs *b, const struct digest *d, uint64_t *size);

/* Writes a blob that is already in memory (nothing happens when it is there); fills `out` (may be NULL). */
int blobs_put(struct blobs *b, const void *p, size_t n, struct blob_ref *out, struct err *e) MUST_CHECK;

/* Appends the whole blob to `out`. E_NOT_FOUND; E_LIMIT above `max` bytes; E_CORRUPT, naming the blob, when
 * the bytes fail their digest: the file is then moved to corrupt/, so that the blob can be fetched again. */
int blobs_load(const struct blobs *b, const struct digest *d, size_t max, struct buf *out,
               struct err *e) MUST_CHECK;

/* The whole blob mapped read-only, digest verified; errors as blobs_load(). Blobs are immutable, so the bytes
 * stay good until blob_unmap(), even when the blob is removed meanwhile. */
struct blob_map {
	const uint8_t *data; /* page aligned */
	size_t size;         /* bytes */
};
int blobs_map(const struct blobs *b, const struct digest *d, size_t max, struct blob_map *out,
              struct err *e) MUST_CHECK;
void blob_unmap(struct blob_map *m);

/* Reading at offsets without the whole in memory; the digest is not checked (the receiver will). */
int blob_reader_open(struct blob_reader **out, const struct blobs *b, const struct digest *d,
                     struct err *e) MUST_CHECK;
uint64_t blob_reader_size(const struct blob_reader *r);
/* Exactly n bytes, which must lie within the blob; E_INVALID otherwise, E_CORRUPT for a shortened file. */
int blob_reader_at(struct blob_reader *r, uint64_t offset, void *p, size_t n, struct err *e) MUST_CHECK;
void blob_reader_close(struct blob_reader *r); /* NULL is fine */

/* --- receiving ---------------------------------------------------------------------------------
 * begin -> write ... -> verify -> commit -> end. A receive that ends without a commit leaves its
 * partial file, which the next begin for the same blob resumes; bytes that fail the digest are deleted. */

/* What a partial file holds is hashed again here (it may be from before a crash). E_EXISTS when the blob is
 * complete already. Two receives of one blob may run at once: the second starts from nothing. */
int blob_receive_begin(struct blob_receive **out, struct blobs *b, const struct blob_ref *ref,
                       struct err *e) MUST_CHECK;
uint64_t blob_receive_held(const struct blob_receive *r);
/* Appends; E_LIMIT (and nothing written) when there would be more than the blob's size. */
int blob_receive_write(struct blob_receive *r, const void *p, size_t n, struct err *e) MUST_CHECK;
/* All bytes are here and have the digest. E_STATE while bytes are missing; E_CORRUPT deletes what was
 * received. */
int blob_receive_verify(struct blob_receive *r, struct err *e) MUST_CHECK;
/* fsync, rename, fsync of the folder; after verify. May run on a worker thread, while no other function is
 * called on `r`. */
int blob_receive_commit(struct blob_receive *r, struct err *e) MUST_CHECK;
void blob_receive_end(struct blob_receive *r); /* frees; NULL is fine */

/* --- housekeeping ---------------------------------------------------------------------------- */

/* Removes a blob, and its partial unless a receive under way is writing it; missing is fine. */
int blobs_remove(struct blobs *b, const struct digest *d, struct err *e) MUST_CHECK;
/* Every complete blob, in no particular order; a nonzero answer stops the walk and is returned. Blobs may be
 * removed from within. */
int blobs_each(struct blobs *b, int (*visit)(void *ctx, const struct blob_ref *ref), void *ctx,
               struct err *e) MUST_CHECK;
/* Deletes the partial files that no receive under way is writing; returns how many in *removed (may be NULL).
 */
int blobs_drop_partials(struct blobs *b, size_t *removed, struct err *e) MUST_CHECK;

#endif
