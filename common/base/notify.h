/* Tells the service manager how the process is: datagrams to the socket that NOTIFY_SOCKET names, as
 * sd_notify(3) describes them. Without that variable nothing is sent.
 *
 *   notify_open(&n, &e);
 *   notify_send(&n, "READY=1\nSTATUS=%zu edges", count); */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/base/err.h"

struct notify {
	int fd; /* -1 = nobody listens */
	struct sockaddr_un to;
	socklen_t to_len;
	int64_t watchdog_ms; /* WATCHDOG=1 is to be sent this often; 0 = never */
};

/* Reads NOTIFY_SOCKET (a path, or '@' and an abstract name), WATCHDOG_USEC and WATCHDOG_PID. On an error `n`
 * sends nothing, and may be used and closed as well. */
int notify_open(struct notify *n, struct err *e) MUST_CHECK;
/* Assignments separated by newlines, up to 1 kB; what cannot be sent is dropped, as nobody waits for it. */
void notify_send(const struct notify *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* RELOADING=1 with the time it needs; READY=1 has to follow. */
void notify_reloading(const struct notify *n);
void notify_close(struct notify *n);

#endif
