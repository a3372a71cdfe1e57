#include "common/http/internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/address.h"

#define BACKLOG 256

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
	char host[ADDRESS_HOST_MAX], service[8];
	uint16_t port;
	int rc = address_parse(address, NULL, 0, host, &port, e);

	if (rc)
		return rc;
	snprintf(service, sizeof(service), "%u", port);
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
