#include "common/blob/blob.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/blob/store.h"

bool blobs_has(const struct blobs *b, const struct digest *d, uint64_t *size)
{
	char path[BLOB_PATH_MAX];
	struct stat st;

	blob_path(b, d, path);
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	if (size)
		*size = (uint64_t)st.st_size;
	return true;
}

static int open_within(const struct blobs *b, const struct digest *d, size_t max, uint64_t *size,
                       struct err *e)
{
	int fd = blob_open(b, d, size, e);
	char hex[DIGEST_HEX];

	if (fd < 0 || *size <= max)
		return fd;
	close(fd);
	digest_hex(d, hex);
	return err_set(e, E_LIMIT, "blob %s: %llu bytes (accepted: at most %zu)", hex, (unsigned long long)*size,
	               max);
}

int blobs_map(const struct blobs *b, const struct digest *d, size_t max, struct blob_map *out, struct err *e)
{
	uint64_t size = 0;
	int fd = open_within(b, d, max, &size, e);
	struct digest found;
	void *p = NULL;

	*out = (struct blob_map){0};
	if (fd < 0)
		return fd;
	if (size > 0)
		p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return err_errno(e, "cannot map a blob of %llu bytes", (unsigned long long)size);
	found = digest_of(p, size);
	*out = (struct blob_map){p, size};
	if (digest_equal(&found, d))
		return 0;
	blob_unmap(out);
	return blob_set_aside(b, d, e);
}

void blob_unmap(struct blob_map *m)
{
	if (m->data)
		munmap((void *)(uintptr_t)m->data, m->size);
	*m = (struct blob_map){0};
}

int blobs_load(const struct blobs *b, const struct digest *d, size_t max, struct buf *out, struct err *e)
{
	struct blob_map m;
	int rc = blobs_map(b, d, max, &m, e);

	if (rc)
		return rc;
	buf_append(out, m.data, m.size);
	blob_unmap(&m);
	return 0;
}

static int put_once(struct blobs *b, const uint8_t *p, const struct blob_ref *ref, struct err *e)
{
	struct blob_receive *r;
	int rc = blob_receive_begin(&r, b, ref, e);

	if (rc)
		return rc == E_EXISTS ? 0 : rc;
	rc = blob_receive_write(r, p + r->held, ref->size - r->held, e);
	if (rc == 0)
		rc = blob_receive_verify(r, e);
	if (rc == 0)
		rc = blob_receive_commit(r, e);
	blob_receive_end(r);
	return rc;
}

int blobs_put(struct blobs *b, const void *p, size_t n, struct blob_ref *out, struct err *e)
{
	struct blob_ref ref = {digest_of(p, n), n};
	int rc = put_once(b, p, &ref, e);

	if (rc == E_CORRUPT) /* a partial that was there had other bytes; it is deleted now */
		rc = put_once(b, p, &ref, e);
	if (out)
		*out = ref;
	return rc;
}

/* --- reading at offsets ------------------------------------------------------------------------ */

struct blob_reader {
	struct digest digest;
	uint64_t size;
	int fd;
};

int blob_reader_open(struct blob_reader **out, const struct blobs *b, const struct digest *d, struct err *e)
{
	uint64_t size = 0;
	int fd = blob_open(b, d, &size, e);

	*out = NULL;
	if (fd < 0)
		return fd;
	*out = mem_alloc(sizeof(**out));
	**out = (struct blob_reader){*d, size, fd};
	return 0;
}

uint64_t blob_reader_size(const struct blob_reader *r)
{
	return r->size;
}

int blob_reader_at(struct blob_reader *r, uint64_t offset, void *p, size_t n, struct err *e)
{
	uint8_t *to = p;
	char hex[DIGEST_HEX];

	digest_hex(&r->digest, hex);
	if (offset > r->size || n > r->size - offset)
		return err_set(e, E_INVALID, "blob %s has %llu bytes; %zu at %llu are beyond it", hex,
		               (unsigned long long)r->size, n, (unsigned long long)offset);
	while (n > 0) {
		ssize_t got = pread(r->fd, to, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(e, "blob %s: cannot read", hex);
		if (got == 0)
			return err_set(e, E_CORRUPT, "blob %s was shortened", hex);
		to += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

void blob_reader_close(struct blob_reader *r)
{
	if (!r)
		return;
	close(r->fd);
	free(r);
}

/* --- housekeeping ------------------------------------------------------------------------------ */

static bool being_written(const struct blobs *b, const char *path)
{
	for (const struct blob_receive *r = b->receiving; r; r = r->next)
		if (strcmp(r->partial, path) == 0)
			return true;
	return false;
}

int blobs_remove(struct blobs *b, const struct digest *d, struct err *e)
{
	char path[BLOB_PATH_MAX];

	blob_partial_path(b, d, 0, path);
	if (!being_written(b, path) && unlink(path) && errno != ENOENT)
		return err_errno(e, "%s: cannot remove", path);
	blob_path(b, d, path);
	if (unlink(path) && errno != ENOENT)
		return err_errno(e, "%s: cannot remove", path);
	return 0;
}

static int visit_name(struct blobs *b, const char *name, int (*visit)(void *ctx, const struct blob_ref *ref),
                      void *ctx)
{
	struct blob_ref ref;

	if (digest_parse(&ref.digest, name, NULL) || !blobs_has(b, &ref.digest, &ref.size))
		return 0;
	return visit(ctx, &ref);
}

static int each_in(struct blobs *b, const char *folder, int (*visit)(void *ctx, const struct blob_ref *ref),
                   void *ctx, struct err *e)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return errno == ENOENT ? 0 : err_errno(e, "%s: cannot list", folder);
	while (rc == 0 && (entry = readdir(dir)))
		rc = visit_name(b, entry->d_name, visit, ctx);
	closedir(dir);
	return rc;
}

/* Which of the 256 sub-folders there are: most stores hold few blobs. */
static int list_fans(const struct blobs *b, bool there[256], struct err *e)
{
	char path[BLOB_PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	memset(there, 0, 256 * sizeof(*there));
	snprintf(path, sizeof(path), "%s/blobs", b->folder);
	dir = opendir(path);
	if (!dir)
		return err_errno(e, "%s: cannot list", path);
	while ((entry = readdir(dir))) {
		unsigned fan;

		if (strlen(entry->d_name) == 2 && sscanf(entry->d_name, "%2x", &fan) == 1)
			there[fan] = true;
	}
	closedir(dir);
	return 0;
}

int blobs_each(struct blobs *b, int (*visit)(void *ctx, const struct blob_ref *ref), void *ctx, struct err *e)
{
	char path[BLOB_PATH_MAX];
	bool there[256];
	int rc = list_fans(b, there, e);

	for (unsigned fan = 0; rc == 0 && fan < 256; fan++) {
		struct digest d = {{(uint8_t)fan}};

		if (!there[fan])
			continue;
		blob_fan_path(b, &d, path);
		rc = each_in(b, path, visit, ctx, e);
	}
	return rc;
}

int blobs_drop_partials(struct blobs *b, size_t *removed, struct err *e)
{
	char folder[BLOB_PATH_MAX - 256], path[BLOB_PATH_MAX];
	size_t count = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/%s", b->folder, b->partials);
	dir = opendir(folder);
	if (!dir)
		return err_errno(e, "%s: cannot list", folder);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (!being_written(b, path) && unlink(path) == 0)
			count++;
	}
	closedir(dir);
	if (removed)
		*removed = count;
	return 0;
}
