/* The demo's folder. A demo that is killed cannot remove its own; the next one does, when it is safe: each
 * holds a lock on a file in its folder, which its daemons inherit, so a folder without a holder is in
 * nobody's use. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/str.h"
#include "ctl/demo.h"

#define PREFIX   "foedus-demo-"
#define LOCK     "in-use"
#define SETTLE_S 60 /* between the making of a folder and its lock lies a moment */

/* Open to the daemons on purpose: who lives on keeps the folder. */
static int lock_folder(const char *folder, int flags)
{
	char path[PROCESS_PATH_MAX];
	int fd;

	if (path_join(path, sizeof(path), folder, LOCK, NULL))
		return -1;
	fd = open(path, O_RDWR | O_NOFOLLOW | flags, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Ours, a folder and no link, and not just being made. */
static bool may_be_stale(const char *folder)
{
	struct stat st;

	return lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	       st.st_mtime + SETTLE_S < time(NULL);
}

static void remove_stale(const char *folder)
{
	struct err e = ERR_INIT;
	int fd = may_be_stale(folder) ? lock_folder(folder, O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	if (dir_remove(folder, &e))
		fprintf(stderr, "foedus demo: left by a demo that was killed: %s\n", e.text);
	else
		fprintf(stderr, "foedus demo: removed %s, left by a demo that was killed\n", folder);
	close(fd);
}

void demo_folder_sweep(const char *base)
{
	DIR *dir = opendir(base);
	const struct dirent *x;

	while (dir && (x = readdir(dir))) {
		char folder[PROCESS_PATH_MAX];

		if (strncmp(x->d_name, PREFIX, strlen(PREFIX)) == 0 &&
		    path_join(folder, sizeof(folder), base, x->d_name, NULL) == 0)
			remove_stale(folder);
	}
	if (dir)
		closedir(dir);
}

static int make_kept(struct demo *d, struct err *e)
{
	if (!str_copy(d->dir, sizeof(d->dir), d->o.keep))
		return err_set(e, E_LIMIT, "--keep: longer than %zu characters", sizeof(d->dir) - 1);
	if (file_exists(d->dir) && rmdir(d->dir))
		return err_set(e, E_EXISTS, "--keep: %s is there and not an empty folder", d->dir);
	return dir_make(d->dir, 0700, e) ? err_wrap(e, "--keep") : 0;
}

int demo_folder_make(struct demo *d, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	const char *base = tmp && *tmp ? tmp : "/tmp";
	int n;

	if (d->o.keep)
		return make_kept(d, e);
	demo_folder_sweep(base);
	n = snprintf(d->dir, sizeof(d->dir), "%s/" PREFIX "XXXXXX", base);
	if (n < 0 || (size_t)n >= sizeof(d->dir) || !mkdtemp(d->dir)) {
		d->dir[0] = '\0';
		return err_errno(e, "cannot make a folder in %s", base);
	}
	if (lock_folder(d->dir, O_CREAT) < 0) /* held until this process and its daemons are gone */
		return err_errno(e, "%s: cannot make the lock", d->dir);
	return 0;
}
