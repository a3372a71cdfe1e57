/* Who may ask what.
 *
 * Changes need the token. Reading needs it too when the configuration says so. Browsers add a danger: a page
 * from elsewhere may send requests here, and may have its own name lead to our address. So a request that
 * says which page it comes from must come from one of ours, and without a token it must call us by a name
 * that is ours; an address cannot be made to lead elsewhere. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "cloud/admin/api.h"
#include "common/base/address.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/http/server.h"

#define TOKEN_FILE_MAX 4096
#define TOKEN_MIN      16

static int make_token(struct admin *a, struct err *e)
{
	uint8_t secret[DIGEST_BYTES];
	char line[DIGEST_HEX + 1];

	random_bytes(secret, sizeof(secret));
	str_hex(secret, sizeof(secret), a->token);
	memcpy(line, a->token, DIGEST_HEX - 1);
	line[DIGEST_HEX - 1] = '\n';
	return file_write(a->config.token_file, line, DIGEST_HEX, 0600, e);
}

static int take_token(struct admin *a, char *text, struct err *e)
{
	size_t n = strcspn(text, "\r\n");

	text[n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (text[i] <= ' ' || text[i] > '~')
			n = 0;
	if (n < TOKEN_MIN || !str_copy(a->token, sizeof(a->token), text))
		return err_set(e, E_INVALID,
		               "%s: no token (accepted: one line of %d to %d letters, digits and signs)",
		               a->config.token_file, TOKEN_MIN, (int)sizeof(a->token) - 1);
	return 0;
}

static bool is_loopback(const char *host)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}

static int open_reading(struct admin *a, struct err *e)
{
	char host[ADDRESS_HOST_MAX];
	uint16_t port;
	int rc = address_parse(a->config.listen, "--admin", 0, host, &port, e);

	if (rc)
		return rc;
	a->reading_is_open = strcmp(a->config.reading, "open") == 0 ||
	                     (strcmp(a->config.reading, "auto") == 0 && is_loopback(host));
	if (a->reading_is_open && !is_loopback(host))
		log_warn("--admin-read open: whoever reaches %s may read everything", a->config.listen);
	return 0;
}

int guard_open(struct admin *a, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = file_read(a->config.token_file, TOKEN_FILE_MAX, &text, e);

	if (rc == E_NOT_FOUND)
		rc = make_token(a, e);
	else if (!rc)
		rc = take_token(a, buf_cstr(&text), e);
	buf_release(&text);
	return rc ? rc : open_reading(a, e);
}

/* Takes the same time wherever the two differ. */
static bool same_secret(const char *a, const char *b)
{
	struct digest x = digest_of(a, strlen(a)), y = digest_of(b, strlen(b));
	volatile uint8_t differ = 0;

	for (size_t i = 0; i < DIGEST_BYTES; i++)
		differ |= (uint8_t)(x.bytes[i] ^ y.bytes[i]);
	return differ == 0;
}

static bool has_token(const struct admin *a, const struct http_request *r)
{
	const char *text = http_header(r, "Authorization");

	if (!text || strncasecmp(text, "Bearer ", 7) != 0)
		return false;
	text += 7;
	text += strspn(text, " ");
	return same_secret(text, a->token);
}

/* "name:port" or "[address]:port" without the port and the brackets. */
static bool host_of(const char *text, char *out, size_t cap)
{
	size_t n = *text == '[' ? strcspn(++text, "]") : strcspn(text, ":");

	if (n == 0 || n >= cap)
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

static bool is_address(const char *host)
{
	struct in6_addr any;

	return inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1;
}

static bool is_listed(const char *list, const char *host)
{
	for (size_t n; list && *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (strlen(host) == n && strncasecmp(list, host, n) == 0)
			return true;
	}
	return false;
}

static bool is_our_name(const struct admin *a, const struct http_request *r)
{
	const char *text = http_header(r, "Host");
	char host[ADDRESS_HOST_MAX], bound[ADDRESS_HOST_MAX] = "";

	if (!text || !host_of(text, host, sizeof(host)))
		return false;
	return is_address(host) || is_loopback(host) || is_listed(a->config.hosts, host) ||
	       (host_of(a->config.listen, bound, sizeof(bound)) && strcasecmp(bound, host) == 0);
}

/* Absent, or this very server. */
static bool origin_is_ours(const struct http_request *r)
{
	const char *origin = http_header(r, "Origin"), *host = http_header(r, "Host");
	const char *site = http_header(r, "Sec-Fetch-Site");

	if (site && strcasecmp(site, "cross-site") == 0)
		return false;
	if (!origin)
		return true;
	if (!host)
		return false;
	if (strncmp(origin, "http://", 7) == 0)
		return strcasecmp(origin + 7, host) == 0;
	return strncmp(origin, "https://", 8) == 0 && strcasecmp(origin + 8, host) == 0;
}

static bool is_reading(const struct http_request *r)
{
	return strcmp(http_method(r), "GET") == 0 || strcmp(http_method(r), "HEAD") == 0;
}

static bool refuse(struct http_request *r)
{
	bool said = http_header(r, "Authorization") != NULL;

	http_reply_header(r, "WWW-Authenticate",
	                  said ? "Bearer realm=\"foedus\", error=\"invalid_token\"" : "Bearer realm=\"foedus\"");
	http_problem(r, 401, "unauthorized", "%s: %s", said ? "the token is not the right one" : "no token",
	             "send 'Authorization: Bearer TOKEN' with the text of the cloud's token file");
	return false;
}

/* Whoever starts and stops us knows no secrets, and the page through which people give the token is asked for
 * before they can. */
static bool is_open_to_all(const char *path)
{
	return strcmp(path, "/healthz") == 0 || strcmp(path, "/readyz") == 0 || strcmp(path, "/") == 0 ||
	       strncmp(path, "/dashboard/", 11) == 0;
}

bool guard_reads(const struct admin *a, const struct http_request *r)
{
	return a->reading_is_open && is_our_name(a, r) && origin_is_ours(r);
}

bool guard(void *admin, struct http_request *r)
{
	const struct admin *a = admin;

	if (is_open_to_all(http_path(r)))
		return true;
	if (!origin_is_ours(r)) {
		http_problem(r, 403, "origin", "requests of another site's pages are not answered");
		return false;
	}
	if (has_token(a, r))
		return true;
	if (!is_our_name(a, r)) {
		http_problem(r, 403, "host", "this server goes by another name (accepted: %s; see --admin-hosts)",
		             "its address, localhost, names of --admin-hosts, or any name with the token");
		return false;
	}
	return (a->reading_is_open && is_reading(r)) || refuse(r);
}
