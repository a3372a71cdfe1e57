#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/blob/store.h"

static bool is_first(const struct blobs *b, const struct digest *d)
{
	for (const struct blob_receive *r = b->receiving; r; r = r->next)
		if (digest_equal(&r->ref.digest, d))
			return false;
	return true;
}

/* Hashes what an earlier receive left; a file that is longer than the blob starts over. */
static int take_up(struct blob_receive *r, struct err *e)
{
	uint8_t *chunk = mem_alloc(65536);
	ssize_t n;

	while ((n = read(r->fd, chunk, 65536)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		r->held += (uint64_t)n;
		if (r->held > r->ref.size)
			break;
		hasher_update(r->hash, chunk, (size_t)n);
	}
	free(chunk);
	if (n < 0)
		return err_errno(e, "%s: cannot read", r->partial);
	if (r->held <= r->ref.size)
		return 0;
	hasher_free(r->hash);
	r->hash = hasher_new();
	r->held = 0;
	return ftruncate(r->fd, 0) ? err_errno(e, "%s: cannot empty", r->partial) : 0;
}

int blob_receive_begin(struct blob_receive **out, struct blobs *b, const struct blob_ref *ref, struct err *e)
{
	struct blob_receive *r;
	int rc;

	*out = NULL;
	if (blobs_has(b, &ref->digest, NULL))
		return err_set(e, E_EXISTS, "the blob is in the store already");
	r = mem_zalloc(sizeof(*r));
	r->store = b;
	r->ref = *ref;
	r->second = !is_first(b, &ref->digest);
	blob_partial_path(b, &ref->digest, r->second ? ++b->extra : 0, r->partial);
	r->fd = open(r->partial, O_RDWR | O_CREAT | O_CLOEXEC | (r->second ? O_TRUNC : 0), 0600);
	if (r->fd < 0) {
		err_errno(e, "%s: cannot create", r->partial);
		free(r);
		return E_IO;
	}
	r->hash = hasher_new();
	r->next = b->receiving;
	b->receiving = r;
	rc = take_up(r, e);
	if (rc) {
		blob_receive_end(r);
		return rc;
	}
	*out = r;
	return 0;
}

uint64_t blob_receive_held(const struct blob_receive *r)
{
	return r->held;
}

int blob_receive_write(struct blob_receive *r, const void *p, size_t n, struct err *e)
{
	const uint8_t *from = p;

	if (n > r->ref.size - r->held)
		return err_set(e, E_LIMIT, "%llu bytes for a blob of %llu", (unsigned long long)(r->held + n),
		               (unsigned long long)r->ref.size);
	while (n > 0) {
		ssize_t w = pwrite(r->fd, from, n, (off_t)r->held);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return err_errno(e, "%s: cannot write", r->partial);
		hasher_update(r->hash, from, (size_t)w);
		from += w;
		r->held += (uint64_t)w;
		n -= (size_t)w;
	}
	return 0;
}

static void discard(struct blob_receive *r)
{
	unlink(r->partial);
	r->gone = true;
}

int blob_receive_verify(struct blob_receive *r, struct err *e)
{
	struct digest found;
	char hex[DIGEST_HEX];

	if (r->verified)
		return 0;
	if (r->held < r->ref.size || !r->hash)
		return err_set(e, E_STATE, "the blob is not complete");
	found = hasher_finish(r->hash);
	r->hash = NULL;
	r->verified = digest_equal(&found, &r->ref.digest);
	if (r->verified)
		return 0;
	discard(r);
	digest_hex(&r->ref.digest, hex);
	return err_set(e, E_CORRUPT, "blob %s: what was received fails the digest", hex);
}

/* The fan-out folder may be new: then its own name must be on disk too. */
static int make_fan(const struct blob_receive *r, char fan[BLOB_PATH_MAX], struct err *e)
{
	char top[BLOB_PATH_MAX];

	blob_fan_path(r->store, &r->ref.digest, fan);
	if (mkdir(fan, 0700) == 0) {
		snprintf(top, sizeof(top), "%s/blobs", r->store->folder);
		return r->store->no_sync ? 0 : dir_sync(top, e);
	}
	return errno == EEXIST ? 0 : err_errno(e, "%s: cannot make folder", fan);
}

int blob_receive_commit(struct blob_receive *r, struct err *e)
{
	char fan[BLOB_PATH_MAX], path[BLOB_PATH_MAX];
	int rc;

	if (!r->verified || r->gone)
		return err_set(e, E_STATE, "only a verified blob can be committed, once");
	if (!r->store->no_sync && fsync(r->fd))
		return err_errno(e, "%s: cannot sync", r->partial);
	rc = make_fan(r, fan, e);
	if (rc)
		return rc;
	blob_path(r->store, &r->ref.digest, path);
	if (rename(r->partial, path))
		return err_errno(e, "%s: cannot rename to %s", r->partial, path);
	r->gone = true;
	return r->store->no_sync ? 0 : dir_sync(fan, e);
}

static void unlist(struct blob_receive *r)
{
	struct blob_receive **at = &r->store->receiving;

	while (*at && *at != r)
		at = &(*at)->next;
	if (*at)
		*at = r->next;
}

void blob_receive_end(struct blob_receive *r)
{
	if (!r)
		return;
	unlist(r);
	if (!r->gone && (r->second || r->held == 0))
		unlink(r->partial);
	close(r->fd);
	hasher_free(r->hash);
	free(r);
}
