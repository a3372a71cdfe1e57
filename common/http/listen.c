#include "common/http/internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/str.h"

#define BACKLOG 256

/* Splits "HOST:PORT" or "[HOST]:PORT". */
static int split(const char *address, char *host, size_t cap, int64_t *port, struct err *e)
{
	const char *colon = strrchr(address, ':');
	size_t n = colon ? (size_t)(colon - address) : 0;
	struct err why;

	if (!colon || n == 0 || str_to_int(colon + 1, "port", 0, 65535, port, &why))
		return err_set(e, E_INVALID, "'%s' is not HOST:PORT or [IPV6]:PORT with a port from 0 to 65535",
		               address);
	if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	} else if (memchr(address, ':', n)) {
		return err_set(e, E_INVALID, "'%s': write an IPv6 address in brackets, [IPV6]:PORT", address);
	}
	if (n == 0 || n >= cap)
		return err_set(e, E_INVALID, "'%s': the host has 1 to %zu characters", address, cap - 1);
	memcpy(host, address, n);
	host[n] = '\0';
	return 0;
}

static int bound(const struct addrinfo *a)
{
	const int on = 1;
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) || listen(fd, BACKLOG)) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

static void note_address(int fd, const char *host, struct http_server *s)
{
	struct sockaddr_storage at;
	socklen_t n = sizeof(at);

	if (getsockname(fd, (struct sockaddr *)&at, &n) == 0)
		s->port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
		                                         : ((struct sockaddr_in *)&at)->sin_port);
	snprintf(s->address, sizeof(s->address), strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, s->port);
}

int http_listen(const char *address, struct http_server *s, int *fd, struct err *e)
{
	const struct addrinfo hints = {
	    .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *list, *a;
	char host[256], service[8];
	int64_t port;
	int rc = split(address, host, sizeof(host), &port, e);

	if (rc)
		return rc;
	snprintf(service, sizeof(service), "%d", (int)port);
	rc = getaddrinfo(host, service, &hints, &list);
	if (rc)
		return err_set(e, E_INVALID, "cannot listen on %s: %s", address, gai_strerror(rc));
	*fd = -1;
	for (a = list; a && *fd < 0; a = a->ai_next)
		*fd = bound(a);
	rc = *fd < 0 ? err_errno(e, "cannot listen on %s", address) : 0;
	freeaddrinfo(list);
	if (rc == 0)
		note_address(*fd, host, s);
	return rc;
}
