#include "common/http/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/mem.h"

#define DETAIL_MAX 300 /* bytes of an answer quoted in a message */

struct http_client {
	CURL *curl;
	char *base; /* without a final slash */
	struct curl_slist *json_headers;
	int64_t date; /* of the latest reply; -1 = not said */
	long timeout_ms;
};

/* One request's reply. */
struct reply {
	struct buf *into;
	size_t start; /* of the reply in `into` */
	bool too_large;
	long status;
	long os_error; /* errno of a failed connect */

	/* of a stream */
	CURL *curl;
	const struct http_client_listener *listener;
	int64_t heard_ms; /* when bytes came last */
	bool enough, silent;
};

static void global_init(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static char *base_url(const char *base)
{
	struct buf b = BUF_INIT;

	if (!strstr(base, "://"))
		buf_str(&b, "http://");
	buf_str(&b, base);
	while (b.len > 0 && b.data[b.len - 1] == '/')
		b.len--;
	return buf_cstr(&b);
}

static bool base_is_valid(const char *base)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *path = NULL;
	bool ok = u && curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK &&
	          curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	          curl_url_get(u, CURLUPART_PATH, &path, 0) == CURLUE_OK &&
	          (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) && strcmp(path, "/") == 0;

	curl_free(scheme);
	curl_free(path);
	curl_url_cleanup(u);
	return ok;
}

static size_t take(char *p, size_t size, size_t n, void *reply)
{
	struct reply *r = reply;

	n *= size;
	r->too_large = r->into->len - r->start + n > HTTP_CLIENT_REPLY_MAX;
	if (r->too_large)
		return 0;
	buf_append(r->into, p, n);
	return n;
}

static size_t on_header(char *p, size_t size, size_t n, void *client)
{
	struct http_client *c = client;
	char text[64];

	n *= size;
	if (n > 6 && n < sizeof(text) && strncasecmp(p, "Date: ", 6) == 0) {
		memcpy(text, p + 6, n - 6);
		text[n - 6] = '\0';
		c->date = (int64_t)curl_getdate(text, NULL);
	}
	return n;
}

static void configure(struct http_client *c, long timeout_ms)
{
	c->timeout_ms = timeout_ms;
	c->date = -1;
	curl_easy_setopt(c->curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c->curl, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
	curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	/* Daemons are asked directly: a proxy meant for the Internet must not come between. */
	curl_easy_setopt(c->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(c->curl, CURLOPT_USERAGENT, "foedus");
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, take);
}

int http_client_new(const char *base, long timeout_ms, struct http_client **out, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http_client *c;
	char *url;

	pthread_once(&once, global_init);
	url = base_url(base);
	if (!base_is_valid(url)) {
		free(url);
		return err_set(e, E_INVALID, "'%s' is not an address such as http://127.0.0.1:8080", base);
	}
	c = mem_zalloc(sizeof(*c));
	c->base = url;
	c->curl = curl_easy_init();
	c->json_headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (!c->curl || !c->json_headers) {
		http_client_free(c);
		return err_set(e, E_INTERNAL, "cannot start an HTTP client");
	}
	configure(c, timeout_ms);
	*out = c;
	return 0;
}

void http_client_free(struct http_client *c)
{
	if (!c)
		return;
	curl_easy_cleanup(c->curl);
	curl_slist_free_all(c->json_headers);
	free(c->base);
	free(c);
}

void http_client_token(struct http_client *c, const char *token)
{
	curl_easy_setopt(c->curl, CURLOPT_HTTPAUTH, token ? CURLAUTH_BEARER : CURLAUTH_NONE);
	curl_easy_setopt(c->curl, CURLOPT_XOAUTH2_BEARER, token);
}

static int transport_error(const char *url, CURLcode rc, const struct reply *r, struct err *e)
{
	if (r->too_large)
		return err_set(e, E_LIMIT, "%s: the reply is larger than %zu bytes", url, HTTP_CLIENT_REPLY_MAX);
	if (r->silent)
		return err_set(e, E_TIMEOUT, "%s: nothing came for %ld s", url, r->listener->idle_s);
	switch (rc) {
	case CURLE_COULDNT_CONNECT:
		return err_set(e, E_UNAVAILABLE, "%s: %s", url,
		               r->os_error == ECONNREFUSED ? "connection refused" : strerror((int)r->os_error));
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_set(e, E_UNAVAILABLE, "%s: no such host", url);
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(e, E_TIMEOUT, "%s: no reply in time", url);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return err_set(e, E_UNAVAILABLE, "%s: the connection was lost", url);
	default:
		return err_set(e, E_PROTOCOL, "%s: %s", url, curl_easy_strerror(rc));
	}
}

static int code_of(long status)
{
	static const struct {
		long status;
		int code;
	} table[] = {{401, E_AUTH},  {403, E_AUTH},       {404, E_NOT_FOUND},   {409, E_STATE},
	             {413, E_LIMIT}, {422, E_INFEASIBLE}, {503, E_UNAVAILABLE}, {504, E_TIMEOUT}};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].status == status)
			return table[i].code;
	return status >= 400 && status < 500 ? E_INVALID : E_INTERNAL;
}

/* What a refusal says: the problem's detail, or the beginning of its text. */
static int refusal(const char *url, const struct reply *r, struct err *e)
{
	const char *text = (const char *)r->into->data + r->start, *detail = NULL;
	size_t n = r->into->len - r->start;
	json_t *problem = NULL;
	int code = code_of(r->status);

	if (n > 0 && json_parse(text, n, &problem, NULL) == 0)
		detail = json_string_value(json_object_get(problem, "detail"));
	if (detail) {
		err_set(e, code, "%s: %s", url, detail);
	} else {
		n = n < DETAIL_MAX ? n : DETAIL_MAX;
		for (size_t i = 0; i < n; i++)
			if (text[i] == '\n' || text[i] == '\r')
				n = i;
		err_set(e, code, "%s: status %ld%s%.*s", url, r->status, n ? ": " : "", (int)n, n ? text : "");
	}
	json_decref(problem);
	return code;
}

/* The request that was set up, to the end of its reply. */
static int run(struct http_client *c, const char *path, struct reply *r, struct err *e)
{
	struct buf url = BUF_INIT;
	CURLcode rc;
	int code = 0;

	buf_fmt(&url, "%s%s", c->base, path);
	curl_easy_setopt(c->curl, CURLOPT_URL, buf_cstr(&url));
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, r);
	c->date = -1;
	rc = curl_easy_perform(c->curl);
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &r->status);
	curl_easy_getinfo(c->curl, CURLINFO_OS_ERRNO, &r->os_error);
	if (r->enough && r->status == 0) /* of the answer's head too */
		code = 0;
	else if (rc != CURLE_OK && !r->enough)
		code = transport_error(buf_cstr(&url), rc, r, e);
	else if (r->status < 200 || r->status > 299)
		code = refusal(buf_cstr(&url), r, e);
	buf_release(&url);
	return code;
}

static int perform(struct http_client *c, const char *path, const char *post, struct buf *into, struct err *e)
{
	struct reply r = {.into = into, .start = into->len};
	int code;

	if (post) {
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(post));
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, post);
	} else {
		curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, post ? c->json_headers : NULL);
	code = run(c, path, &r, e);
	if (code)
		into->len = r.start;
	return code;
}

static int perform_json(struct http_client *c, const char *path, const char *post, json_t **out,
                        struct err *e)
{
	struct buf reply = BUF_INIT;
	int rc = perform(c, path, post, &reply, e);

	*out = NULL;
	if (rc == 0 && reply.len > 0 && json_parse((const char *)reply.data, reply.len, out, e))
		rc = err_wrap(e, "%s%s: the reply", c->base, path);
	buf_release(&reply);
	return rc;
}

int http_client_get(struct http_client *c, const char *path, json_t **out, struct err *e)
{
	return perform_json(c, path, NULL, out, e);
}

int http_client_post(struct http_client *c, const char *path, const json_t *body, json_t **out, struct err *e)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : mem_strdup("");
	int rc;

	*out = NULL;
	if (!text)
		return err_set(e, E_INVALID, "%s%s: the body is not valid JSON", c->base, path);
	rc = perform_json(c, path, text, out, e);
	free(text);
	return rc;
}

int http_client_get_bytes(struct http_client *c, const char *path, struct buf *out, struct err *e)
{
	return perform(c, path, NULL, out, e);
}

/* What is no stream is a refusal, kept whole for its message. */
static size_t pass_on(char *p, size_t size, size_t n, void *reply)
{
	struct reply *r = reply;
	long status = 0;

	curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 299)
		return take(p, size, n, reply);
	r->heard_ms = clock_mono_ms();
	r->enough = !r->listener->take(r->listener->ctx, p, size * n);
	return r->enough ? 0 : size * n;
}

static int on_while(void *reply, curl_off_t down, curl_off_t downed, curl_off_t up, curl_off_t upped)
{
	struct reply *r = reply;
	const struct http_client_listener *l = r->listener;

	(void)down;
	(void)downed;
	(void)up;
	(void)upped;
	r->enough |= l->go_on && !l->go_on(l->ctx);
	r->silent = clock_mono_ms() - r->heard_ms > (int64_t)l->idle_s * 1000;
	return r->enough || r->silent;
}

static void listening(struct http_client *c, bool on, struct reply *r)
{
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, on ? 0L : c->timeout_ms);
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on ? pass_on : take);
	curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, on ? 0L : 1L);
	curl_easy_setopt(c->curl, CURLOPT_XFERINFOFUNCTION, on ? on_while : NULL);
	curl_easy_setopt(c->curl, CURLOPT_XFERINFODATA, on ? r : NULL);
}

int http_client_stream(struct http_client *c, const char *path, const struct http_client_listener *l,
                       struct err *e)
{
	struct buf said = BUF_INIT;
	struct reply r = {.into = &said, .curl = c->curl, .listener = l, .heard_ms = clock_mono_ms()};
	int rc;

	curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, NULL);
	listening(c, true, &r);
	rc = run(c, path, &r, e);
	listening(c, false, &r);
	buf_release(&said);
	return rc;
}

int64_t http_client_date(const struct http_client *c)
{
	return c->date;
}
