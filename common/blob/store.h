/* Inside the blob store: its state, its paths, and writing files whole. */
#ifndef BLOB_STORE_H
#define BLOB_STORE_H

#include "common/blob/blob.h"

enum { BLOB_PATH_MAX = 1024 };

struct blobs {
	char folder[BLOB_PATH_MAX - 512];
	const char *partials; /* name of their folder; borrowed */
	bool no_sync;
	struct blob_receive *receiving; /* list of those under way */
	unsigned extra;                 /* numbers the partials beside the first of a blob */
};

struct blob_receive {
	struct blob_receive *next;
	struct blobs *store;
	struct blob_ref ref;
	uint64_t held;               /* bytes written and hashed */
	struct hasher *hash;         /* NULL once verified */
	char partial[BLOB_PATH_MAX]; /* path being written */
	int fd;
	bool second;   /* another receive of this blob was there first: nothing to resume later */
	bool verified; /* the digest is right */
	bool gone;     /* committed, or its bytes were deleted */
};

void blob_path(const struct blobs *b, const struct digest *d, char out[BLOB_PATH_MAX]);
void blob_fan_path(const struct blobs *b, const struct digest *d, char out[BLOB_PATH_MAX]);
/* `extra` 0 = the resumable one. */
void blob_partial_path(const struct blobs *b, const struct digest *d, unsigned extra,
                       char out[BLOB_PATH_MAX]);
/* Moves a blob that failed its digest out of the way; returns E_CORRUPT with a text that names it. */
int blob_set_aside(const struct blobs *b, const struct digest *d, struct err *e);
/* Opens a complete blob; returns the descriptor or E_NOT_FOUND / E_IO. */
int blob_open(const struct blobs *b, const struct digest *d, uint64_t *size, struct err *e) MUST_CHECK;

#endif
