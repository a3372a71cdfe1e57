#include "common/net/tls_link.h"

#include <string.h>
#include <time.h>

#include "common/base/file.h"
#include "tests/support/suite.h"
#include "tests/support/tls_world.h"

static void say(struct link *l, enum msg_kind kind, uint64_t nonce)
{
	struct msg m = {.kind = kind};

	m.ping.nonce = nonce;
	link_send(l, &m);
}

static bool two_messages(struct tls_world *w)
{
	return w->cloud.messages >= 2 && w->edge.messages >= 2;
}

static void answer(struct tls_end *t, const struct msg *m)
{
	if (m->kind == MSG_PING)
		say(t->link, MSG_PONG, m->ping.nonce);
}

START_TEST(both_sides_know_each_other_and_talk)
{
	static struct tls_world w;

	world_init(&w);
	world_listen(&w, NULL);
	world_dial(&w);
	w.cloud.message = answer;
	w.edge.message = answer;
	world_until(&w, world_both_up, 60000);
	ck_assert_str_eq(w.cloud.link->peer, "edge-1");
	ck_assert_str_eq(w.edge.link->peer, "north");
	say(w.edge.link, MSG_PING, 1);
	say(w.cloud.link, MSG_PING, 2);
	world_until(&w, two_messages, 60000);
	ck_assert_int_eq(w.cloud.refusals + w.edge.refusals, 0);
	world_end(&w);
	ck_assert_int_eq(w.cloud.downs, 1);
	ck_assert_int_eq(w.edge.downs, 1);
}
END_TEST

static bool cloud_refused(struct tls_world *w)
{
	return w->cloud.refusals > 0 && w->edge.refusals > 0;
}

/* The edge shows up with this context: both sides must say why not. */
static void assert_refused(struct tls_world *w, struct tls_ctx *edge_ctx, const char *cloud_says,
                           const char *edge_says)
{
	tls_ctx_unref(w->edge_tls);
	w->edge_tls = edge_ctx;
	world_listen(w, NULL);
	world_dial(w);
	world_until(w, cloud_refused, 60000);
	ck_assert_int_eq(w->cloud.ups, 0);
	ck_assert_msg(strstr(w->cloud.why.text, cloud_says), "cloud: %s", w->cloud.why.text);
	ck_assert_msg(strstr(w->edge.why.text, edge_says), "edge: %s", w->edge.why.text);
	world_end(w);
}

START_TEST(no_certificate_no_link)
{
	static struct tls_world w;
	struct tls_ctx *bare;
	SSL_CTX *kept;

	world_init(&w);
	bare = world_ctx(&w, "edge-1", NET_ROLE_EDGE);
	kept = bare->ssl;
	bare->ssl = SSL_CTX_new(TLS_method());
	SSL_CTX_set_verify(bare->ssl, SSL_VERIFY_NONE, NULL);
	SSL_CTX_free(kept);
	assert_refused(&w, bare, "shows no certificate", "wants a certificate");
	ck_assert_int_eq(w.cloud.why.code, E_AUTH);
}
END_TEST

START_TEST(another_authority_is_refused)
{
	static struct tls_world w;

	world_init(&w);
	world_issue(&w, "ca2", "edge-1", NET_ROLE_EDGE, 0);
	assert_refused(&w, world_any_ctx(&w, "ca2", "edge-1", NET_ROLE_EDGE),
	               "the certificate of edge-1 is not from the authority ca", "not from its authority");
}
END_TEST

START_TEST(an_expired_certificate_is_refused)
{
	static struct tls_world w;

	world_init(&w);
	world_issue(&w, "ca", "old", NET_ROLE_EDGE, (int64_t)time(NULL) - 10 * 86400);
	assert_refused(&w, world_any_ctx(&w, "ca", "old", NET_ROLE_EDGE), "the certificate of old has expired",
	               "not within its validity");
}
END_TEST

START_TEST(a_certificate_of_tomorrow_is_refused)
{
	static struct tls_world w;

	world_init(&w);
	world_issue(&w, "ca", "early", NET_ROLE_EDGE, (int64_t)time(NULL) + 86400);
	assert_refused(&w, world_any_ctx(&w, "ca", "early", NET_ROLE_EDGE), "not valid yet", "not valid yet");
}
END_TEST

START_TEST(another_role_is_refused)
{
	static struct tls_world w;

	world_init(&w);
	world_issue(&w, "ca", "ann", NET_ROLE_USER, 0);
	assert_refused(&w, world_any_ctx(&w, "ca", "ann", NET_ROLE_EDGE),
	               "the certificate of ann has not the role edge", "wrong role");
}
END_TEST

START_TEST(an_edge_does_not_take_an_edge_for_the_cloud)
{
	static struct tls_world w;

	world_init(&w);
	world_issue(&w, "ca", "edge-2", NET_ROLE_EDGE, 0);
	tls_ctx_unref(w.cloud_tls);
	w.cloud_tls = world_any_ctx(&w, "ca", "edge-2", NET_ROLE_CLOUD);
	assert_refused(&w, world_ctx(&w, "edge-1", NET_ROLE_EDGE), "wrong role", "wrong role");
}
END_TEST

static bool edge_down(struct tls_world *w)
{
	return w->edge.downs + w->edge.refusals > 0 && !w->edge.link;
}

START_TEST(a_revoked_certificate_is_refused_after_a_reload)
{
	static struct tls_world w;
	struct tls_ctx *fresh;
	struct err e = ERR_INIT;

	world_init(&w);
	world_listen(&w, NULL);
	world_dial(&w);
	world_until(&w, world_both_up, 60000);
	ck_ok(pki_revoke(world_path(&w, "ca"), "edge-1", NULL, &e), &e);
	fresh = world_ctx(&w, "north", NET_ROLE_CLOUD);
	net_server_tls(w.server, fresh);
	tls_ctx_unref(fresh);
	link_welcomed(w.edge.link);
	link_close(w.cloud.link);
	world_until(&w, edge_down, 60000);
	world_until(&w, cloud_refused, 60000);
	ck_assert_ptr_nonnull(strstr(w.cloud.why.text, "the certificate of edge-1 is revoked"));
	ck_assert_ptr_nonnull(strstr(w.edge.why.text, "refuses our certificate: revoked"));
	world_end(&w);
}
END_TEST

START_TEST(bad_files_are_refused_when_they_are_loaded)
{
	static struct tls_world w;
	struct tls_ctx *ctx;
	struct err e = ERR_INIT;
	struct tls_files f;

	world_init(&w);
	world_issue(&w, "ca", "old", NET_ROLE_EDGE, (int64_t)time(NULL) - 10 * 86400);
	world_issue(&w, "ca2", "edge-9", NET_ROLE_EDGE, 0);
	f = (struct tls_files){world_path(&w, "ca-out/old.crt"), world_path(&w, "ca-out/old.key"),
	                       world_path(&w, "ca/ca.crt"), NULL};
	ck_fails(tls_ctx_new(&ctx, &f, NET_ROLE_EDGE, NET_ROLE_CLOUD, &e), E_AUTH, &e, "old has expired");
	f.cert = world_path(&w, "ca2-out/edge-9.crt");
	ck_fails(tls_ctx_new(&ctx, &f, NET_ROLE_EDGE, NET_ROLE_CLOUD, &e), E_AUTH, &e,
	         "not from the authority ca");
	f.cert = world_path(&w, "ca-out/edge-1.crt");
	ck_fails(tls_ctx_new(&ctx, &f, NET_ROLE_EDGE, NET_ROLE_CLOUD, &e), E_AUTH, &e, "not the key of");
	ck_fails(tls_ctx_new(&ctx, &f, NET_ROLE_CLOUD, NET_ROLE_EDGE, &e), E_AUTH, &e,
	         "has the role edge (needed here: cloud)");
	f.key = world_path(&w, "nothing.key");
	ck_fails(tls_ctx_new(&ctx, &f, NET_ROLE_EDGE, NET_ROLE_CLOUD, &e), E_NOT_FOUND, &e, "nothing.key");
	ck_assert_str_eq(tls_ctx_name(w.edge_tls), "edge-1");
	ck_assert_int_ge(tls_ctx_days_left(w.edge_tls), 4);
	world_end(&w);
}
END_TEST

/* --- peers that do not even speak TLS ------------------------------------------------------------- */

struct stranger {
	uv_tcp_t tcp;
	uv_connect_t connect;
	const char *says;
	size_t bytes;
};

static void stranger_connected(uv_connect_t *req, int status)
{
	struct stranger *s = req->data;
	uv_buf_t b = uv_buf_init((char *)(uintptr_t)s->says, (unsigned)s->bytes);

	ck_assert_int_eq(status, 0);
	if (s->bytes)
		ck_assert_int_eq(uv_try_write((uv_stream_t *)&s->tcp, &b, 1), (int)s->bytes);
}

static void stranger_calls(struct tls_world *w, struct stranger *s, const char *says, size_t bytes)
{
	struct sockaddr_in to;

	s->says = says;
	s->bytes = bytes;
	s->connect.data = s;
	uv_tcp_init(&w->loop, &s->tcp);
	uv_ip4_addr("127.0.0.1", net_server_port(w->server), &to);
	ck_assert_int_eq(uv_tcp_connect(&s->connect, &s->tcp, (struct sockaddr *)&to, stranger_connected), 0);
}

static bool one_refusal(struct tls_world *w)
{
	return w->cloud.refusals > 0;
}

/* Within 200 ms when it says nothing; else there is time enough to hear it. */
static void assert_stranger(const char *says, size_t bytes, int code, const char *part)
{
	static struct tls_world w;
	struct net_server_options o = {.host = "127.0.0.1", .handshake_ms = bytes ? 30000 : 200};
	struct stranger s;

	world_init(&w);
	world_listen(&w, &o);
	stranger_calls(&w, &s, says, bytes);
	world_until(&w, one_refusal, 60000);
	ck_assert_int_eq(w.cloud.why.code, code);
	ck_assert_msg(strstr(w.cloud.why.text, part), "%s", w.cloud.why.text);
	uv_close((uv_handle_t *)&s.tcp, NULL);
	world_end(&w);
}

START_TEST(plain_text_garbage_and_silence_are_told_apart)
{
	static const char garbage[64] = {0x7f, 1, 2, 3, 4, 5, 6, 7};

	assert_stranger("GET / HTTP/1.1\r\n\r\n", 18, E_PROTOCOL, "plain HTTP");
	assert_stranger(garbage, sizeof(garbage), E_PROTOCOL, "does not speak TLS");
	assert_stranger("", 0, E_TIMEOUT, "not welcomed within 200 ms (the handshake is not complete)");
}
END_TEST

START_TEST(there_are_only_so_many_links)
{
	static struct tls_world w;
	struct net_server_options o = {.host = "127.0.0.1", .links_max = 1};
	struct stranger s;

	world_init(&w);
	world_listen(&w, &o);
	world_dial(&w);
	world_until(&w, world_both_up, 60000);
	stranger_calls(&w, &s, "", 0);
	world_until(&w, one_refusal, 60000);
	ck_assert_int_eq(w.cloud.why.code, E_LIMIT);
	uv_close((uv_handle_t *)&s.tcp, NULL);
	world_end(&w);
}
END_TEST

START_TEST(strangers_cannot_take_all_the_places)
{
	static struct tls_world w;
	struct net_server_options o = {.host = "127.0.0.1", .links_max = 2};
	struct stranger s[2];

	world_init(&w);
	world_listen(&w, &o);
	for (int i = 0; i < 2; i++)
		stranger_calls(&w, &s[i], "", 0);
	for (int i = 0; i < 20; i++)
		uv_run(&w.loop, UV_RUN_NOWAIT);
	world_dial(&w);
	world_until(&w, world_both_up, 60000);
	world_until(&w, one_refusal, 60000);
	ck_assert_int_eq(w.cloud.why.code, E_LIMIT);
	ck_assert_ptr_nonnull(strstr(w.cloud.why.text, "gives way"));
	for (int i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&s[i].tcp, NULL);
	world_end(&w);
}
END_TEST

/* --- dialing --------------------------------------------------------------------------------------- */

static bool four_failures(struct tls_world *w)
{
	return w->edge.refusals >= 4;
}

START_TEST(a_failed_dial_is_news_once_and_is_tried_again)
{
	static struct tls_world w;
	uint16_t port;

	world_init(&w);
	world_listen(&w, NULL);
	port = net_server_port(w.server);
	world_dial(&w);
	net_server_stop(w.server, NULL, NULL);
	w.server = NULL;
	world_until(&w, four_failures, 60000);
	ck_assert_int_eq(w.edge.news, 1);
	ck_assert_ptr_nonnull(strstr(w.edge.why.text, "cannot connect: connection refused"));
	world_listen(&w, &(struct net_server_options){.host = "127.0.0.1", .port = port});
	world_until(&w, world_both_up, 60000);
	world_end(&w);
}
END_TEST

START_TEST(a_server_says_why_it_cannot_listen)
{
	static struct tls_world w;
	struct net_server_options o = {.host = "127.0.0.1"};
	struct net_server *second;
	struct err e = ERR_INIT;

	world_init(&w);
	world_listen(&w, NULL);
	o.port = net_server_port(w.server);
	ck_fails(net_server_start(&second, &w.loop, w.cloud_tls, &o, NULL, NULL, &e), E_IO, &e,
	         "address already in use");
	o.host = "no such host";
	ck_fails(net_server_start(&second, &w.loop, w.cloud_tls, &o, NULL, NULL, &e), E_INVALID, &e,
	         "no such host");
	world_end(&w);
}
END_TEST

SUITE("net/tls_link", both_sides_know_each_other_and_talk, no_certificate_no_link,
      another_authority_is_refused, an_expired_certificate_is_refused, a_certificate_of_tomorrow_is_refused,
      another_role_is_refused, an_edge_does_not_take_an_edge_for_the_cloud,
      a_revoked_certificate_is_refused_after_a_reload, bad_files_are_refused_when_they_are_loaded,
      plain_text_garbage_and_silence_are_told_apart, there_are_only_so_many_links,
      strangers_cannot_take_all_the_places, a_failed_dial_is_news_once_and_is_tried_again,
      a_server_says_why_it_cannot_listen)
