#include "common/base/notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/str.h"

#define MESSAGE_MAX 1024

static int address(const char *name, struct notify *n, struct err *e)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2)
		return err_set(e, E_INVALID, "NOTIFY_SOCKET: '%.80s' is neither a path nor '@' and a name", name);
	if (len >= sizeof(n->to.sun_path))
		return err_set(e, E_LIMIT, "NOTIFY_SOCKET: longer than %zu bytes", sizeof(n->to.sun_path) - 1);
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, name, len);
	if (name[0] == '@')
		n->to.sun_path[0] = 0;
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return 0;
}

/* Half of what the manager waits for, as it asks; 0 when it does not wait, or for another process. */
static int watchdog(int64_t *ms, struct err *e)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t us = 0, whom = getpid();
	int rc = usec ? str_to_int(usec, "WATCHDOG_USEC", 0, INT64_MAX, &us, e) : 0;

	if (!rc && pid)
		rc = str_to_int(pid, "WATCHDOG_PID", 1, INT32_MAX, &whom, e);
	if (!rc && us && whom == getpid())
		*ms = us / 2000 ? us / 2000 : 1;
	return rc;
}

int notify_open(struct notify *n, struct err *e)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int rc;

	*n = (struct notify){.fd = -1};
	if (!name)
		return 0;
	rc = address(name, n, e);
	if (!rc)
		rc = watchdog(&n->watchdog_ms, e);
	if (rc)
		return rc;
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return n->fd < 0 ? err_errno(e, "the socket for the service manager") : 0;
}

void notify_send(const struct notify *n, const char *fmt, ...)
{
	char text[MESSAGE_MAX];
	va_list args;
	int len;

	if (n->fd < 0)
		return;
	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len > 0 && (size_t)len < sizeof(text))
		(void)!sendto(n->fd, text, (size_t)len, MSG_NOSIGNAL, (const struct sockaddr *)&n->to, n->to_len);
}

void notify_reloading(const struct notify *n)
{
	notify_send(n, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_mono_us());
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}
