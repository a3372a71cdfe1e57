#include "tests/support/http_raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/mem.h"

#define READ_MS 30000

void http_raw_open(struct http_raw *c, uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	const int on = 1;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->in = BUF_INIT;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&at, sizeof(at))) {
		perror("connect");
		abort();
	}
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void http_raw_close(struct http_raw *c)
{
	close(c->fd);
	buf_release(&c->in);
}

int http_raw_send(struct http_raw *c, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t k = send(c->fd, at, n, MSG_NOSIGNAL);

		if (k < 0)
			return -1;
		at += k;
		n -= (size_t)k;
	}
	return 0;
}

int http_raw_text(struct http_raw *c, const char *text)
{
	return http_raw_send(c, text, strlen(text));
}

int http_raw_request(struct http_raw *c, const char *method, const char *path, const char *body)
{
	struct buf b = BUF_INIT;
	int rc;

	buf_fmt(&b, "%s %s HTTP/1.1\r\nHost: test\r\n", method, path);
	if (body)
		buf_fmt(&b, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
	buf_fmt(&b, "\r\n%s", body ? body : "");
	rc = http_raw_send(c, b.data, b.len);
	buf_release(&b);
	return rc;
}

/* More bytes into c->in: 1, 0 at the end, -1 when nothing came. */
static int more(struct http_raw *c, int timeout_ms)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	ssize_t n;

	if (poll(&p, 1, timeout_ms) <= 0)
		return -1;
	n = recv(c->fd, buf_reserve(&c->in, 65536), 65536, 0);
	if (n <= 0)
		return 0;
	c->in.len += (size_t)n;
	return 1;
}

/* Offset of `text` in what was not read yet, or -1. */
static long find(const struct http_raw *c, const char *text)
{
	const uint8_t *at =
	    buf_unread(&c->in) ? memmem(buf_head(&c->in), buf_unread(&c->in), text, strlen(text)) : NULL;

	return at ? (long)(at - buf_head(&c->in)) : -1;
}

static char *take(struct http_raw *c, size_t n)
{
	char *p = mem_alloc(n + 1);

	memcpy(p, buf_head(&c->in), n);
	p[n] = '\0';
	buf_consume(&c->in, n);
	return p;
}

/* Up to and with `end`; NULL when the connection ended first. */
static char *take_to(struct http_raw *c, const char *end)
{
	long at;

	while ((at = find(c, end)) < 0)
		if (more(c, READ_MS) <= 0)
			return NULL;
	return take(c, (size_t)at + strlen(end));
}

static int body_bytes(struct http_raw *c, size_t n, struct buf *out)
{
	while (buf_unread(&c->in) < n)
		if (more(c, READ_MS) <= 0)
			return -1;
	if (n > 0) {
		buf_append(out, buf_head(&c->in), n);
		buf_consume(&c->in, n);
	}
	return 0;
}

static int body_chunks(struct http_raw *c, struct buf *out)
{
	for (;;) {
		char *line = take_to(c, "\r\n");
		size_t n = line ? strtoul(line, NULL, 16) : 0;

		if (!line)
			return -1;
		free(line);
		if (body_bytes(c, n, out))
			return -1;
		free(take_to(c, "\r\n"));
		if (n == 0)
			return 0;
	}
}

int http_raw_reply(struct http_raw *c, int is_head, struct http_raw_reply *r)
{
	const char *length;

	*r = (struct http_raw_reply){.body = BUF_INIT};
	do {
		free(r->head);
		r->head = take_to(c, "\r\n\r\n");
	} while (r->head && strncmp(r->head, "HTTP/1.1 100", 12) == 0);
	if (!r->head || strncmp(r->head, "HTTP/1.", 7) != 0)
		return -1;
	length = strcasestr(r->head, "\r\nContent-Length:");
	if (!is_head && strcasestr(r->head, "\r\nTransfer-Encoding: chunked")) {
		if (body_chunks(c, &r->body))
			return -1;
	} else if (!is_head && length) {
		if (body_bytes(c, strtoul(length + 17, NULL, 10), &r->body))
			return -1;
	}
	buf_cstr(&r->body);
	r->status = (int)strtol(r->head + 9, NULL, 10);
	return 0;
}

void http_raw_reply_release(struct http_raw_reply *r)
{
	free(r->head);
	buf_release(&r->body);
}

int http_raw_wait_close(struct http_raw *c, int timeout_ms)
{
	int rc;

	do {
		buf_clear(&c->in);
		rc = more(c, timeout_ms);
	} while (rc > 0);
	return rc;
}

int http_raw_expect(struct http_raw *c, const char *text)
{
	char *p = take_to(c, text);
	int rc = p ? 0 : -1;

	free(p);
	return rc;
}
