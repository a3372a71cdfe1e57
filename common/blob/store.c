#include "common/blob/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"

static int make_folders(struct blobs *b, struct err *e)
{
	const char *const parts[] = {"blobs", b->partials, "corrupt"};
	char path[BLOB_PATH_MAX];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(parts); i++) {
		rc = path_join(path, sizeof(path), b->folder, parts[i], e);
		if (rc == 0)
			rc = dir_make(path, 0700, e);
	}
	if (rc == 0 && !b->no_sync)
		rc = dir_sync(b->folder, e);
	return rc;
}

int blobs_open(struct blobs **out, const char *folder, const struct blobs_options *o, struct err *e)
{
	struct blobs *b = mem_zalloc(sizeof(*b));
	int rc;

	*out = NULL;
	b->no_sync = o && o->no_sync;
	b->partials = o && o->partials ? o->partials : "partial";
	if (strlen(folder) >= sizeof(b->folder)) {
		free(b);
		return err_set(e, E_LIMIT, "blob folder: name of %zu bytes (accepted: below %zu)", strlen(folder),
		               sizeof(b->folder));
	}
	memcpy(b->folder, folder, strlen(folder) + 1);
	rc = make_folders(b, e);
	if (rc) {
		free(b);
		return rc;
	}
	*out = b;
	return 0;
}

void blobs_close(struct blobs *b)
{
	free(b);
}

void blob_fan_path(const struct blobs *b, const struct digest *d, char out[BLOB_PATH_MAX])
{
	snprintf(out, BLOB_PATH_MAX, "%s/blobs/%02x", b->folder, d->bytes[0]);
}

void blob_path(const struct blobs *b, const struct digest *d, char out[BLOB_PATH_MAX])
{
	char hex[DIGEST_HEX];

	digest_hex(d, hex);
	snprintf(out, BLOB_PATH_MAX, "%s/blobs/%02x/%s", b->folder, d->bytes[0], hex);
}

void blob_partial_path(const struct blobs *b, const struct digest *d, unsigned extra, char out[BLOB_PATH_MAX])
{
	char hex[DIGEST_HEX];

	digest_hex(d, hex);
	if (extra)
		snprintf(out, BLOB_PATH_MAX, "%s/%s/%s.%u", b->folder, b->partials, hex, extra);
	else
		snprintf(out, BLOB_PATH_MAX, "%s/%s/%s", b->folder, b->partials, hex);
}

int blob_set_aside(const struct blobs *b, const struct digest *d, struct err *e)
{
	char from[BLOB_PATH_MAX], to[BLOB_PATH_MAX], hex[DIGEST_HEX];

	blob_path(b, d, from);
	digest_hex(d, hex);
	snprintf(to, sizeof(to), "%s/corrupt/%s", b->folder, hex);
	if (rename(from, to))
		return err_set(e, E_CORRUPT, "blob %s: its bytes fail the digest (%s)", hex, from);
	return err_set(e, E_CORRUPT, "blob %s: its bytes fail the digest; moved to %s", hex, to);
}

int blob_open(const struct blobs *b, const struct digest *d, uint64_t *size, struct err *e)
{
	char path[BLOB_PATH_MAX], hex[DIGEST_HEX];
	struct stat st;
	int fd;

	blob_path(b, d, path);
	digest_hex(d, hex);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, E_NOT_FOUND, "blob %s is not in %s", hex, b->folder);
	if (fd < 0)
		return err_errno(e, "%s: cannot open", path);
	if (fstat(fd, &st)) {
		err_errno(e, "%s: cannot read its size", path);
		close(fd);
		return E_IO;
	}
	*size = (uint64_t)st.st_size;
	return fd;
}
