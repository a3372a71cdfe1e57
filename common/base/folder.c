#include "common/base/folder.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/base/file.h"

int folder_lock(const char *folder, const char *program, int *lock, struct err *e)
{
	char path[PATH_MAX];
	int rc = dir_make(folder, 0700, e);

	*lock = -1;
	if (!rc)
		rc = path_join(path, sizeof(path), folder, "lock", e);
	if (rc)
		return rc;
	*lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*lock < 0)
		return err_errno(e, "%s: cannot open", path);
	if (flock(*lock, LOCK_EX | LOCK_NB)) {
		folder_unlock(lock);
		return err_set(e, E_STATE, "%s: another %s uses this state folder", folder, program);
	}
	return 0;
}

void folder_unlock(int *lock)
{
	if (*lock >= 0)
		close(*lock);
	*lock = -1;
}

int folder_write_port(const char *folder, const char *name, uint16_t port, struct err *e)
{
	char path[PATH_MAX], text[16];
	int rc = path_join(path, sizeof(path), folder, name, e);

	snprintf(text, sizeof(text), "%u\n", port);
	return rc ? rc : file_write(path, text, strlen(text), 0644, e);
}
