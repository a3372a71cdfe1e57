#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_for_reading(const char *path, struct err *e)
{
	struct stat st;
	int fd;

	if (strcmp(path, "-") == 0)
		return dup(STDIN_FILENO);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(e, E_NOT_FOUND, "%s: no such file", path);
	if (fd < 0)
		return err_errno(e, "%s: cannot open", path);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		return err_set(e, E_INVALID, "%s: is a folder, not a file", path);
	}
	return fd;
}

int file_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	size_t start = out->len;
	int fd = open_for_reading(path, e);
	ssize_t n;

	if (fd < 0)
		return fd;
	for (;;) {
		n = read(fd, buf_reserve(out, 65536), 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		out->len += (size_t)n;
		if (out->len - start > max) {
			close(fd);
			return err_set(e, E_LIMIT, "%s: larger than the %zu bytes accepted", path, max);
		}
	}
	close(fd);
	return n < 0 ? err_errno(e, "%s: cannot read", path) : 0;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static int sync_parent(const char *path, struct err *e)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (!slash)
		return dir_sync(".", e);
	if (n == 0)
		n = 1;
	snprintf(dir, sizeof(dir), "%.*s", (int)n, path);
	return dir_sync(dir, e);
}

int file_write(const char *path, const void *p, size_t n, mode_t mode, struct err *e)
{
	char tmp[4096];
	int fd, rc;

	if (snprintf(tmp, sizeof(tmp), "%s.%d.tmp", path, (int)getpid()) >= (int)sizeof(tmp))
		return err_set(e, E_LIMIT, "path too long: %.100s...", path);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0)
		return err_errno(e, "%s: cannot create", tmp);
	rc = write_all(fd, p, n) || fsync(fd);
	if (rc)
		err_errno(e, "%s: cannot write", tmp);
	if (close(fd) && !rc) {
		rc = -1;
		err_errno(e, "%s: cannot close", tmp);
	}
	if (!rc && rename(tmp, path)) {
		rc = -1;
		err_errno(e, "%s: cannot replace", path);
	}
	if (rc) {
		unlink(tmp);
		return E_IO;
	}
	return sync_parent(path, e);
}

int stdout_finish(struct err *e)
{
	if (fflush(stdout))
		return err_errno(e, "cannot write to standard output");
	if (ferror(stdout))
		return err_set(e, E_IO, "not all could be written to standard output");
	return 0;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int dir_make(const char *path, mode_t mode, struct err *e)
{
	char part[4096];
	struct stat st;
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(part))
		return err_set(e, E_INVALID, "folder name of %zu characters (accepted: 1 to %zu)", n,
		               sizeof(part) - 1);
	memcpy(part, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (part[i] != '/' && part[i])
			continue;
		part[i] = 0;
		if (mkdir(part, mode) && errno != EEXIST)
			return err_errno(e, "%s: cannot make folder", part);
		part[i] = path[i];
	}
	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return err_set(e, E_INVALID, "%s: there, but not a folder", path);
	return 0;
}

int dir_sync(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_errno(e, "%s: cannot open folder", path);
	rc = fsync(fd);
	if (rc)
		err_errno(e, "%s: cannot sync folder", path);
	close(fd);
	return rc ? E_IO : 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

int dir_remove(const char *path, struct err *e)
{
	if (!file_exists(path))
		return 0;
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS))
		return err_errno(e, "%s: cannot remove", path);
	return 0;
}

int path_join(char *out, size_t cap, const char *a, const char *b, struct err *e)
{
	int n = snprintf(out, cap, "%s/%s", a, b);

	if (n < 0 || (size_t)n >= cap)
		return err_set(e, E_LIMIT, "path too long: %.60s.../%.60s", a, b);
	return 0;
}
