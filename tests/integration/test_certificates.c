/* Who may talk to the cloud: certificates good, none, of another authority, expired, revoked, of another
 * role. */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/net/pki.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define WAIT_MS 30000

static struct farm *f;

/* Whether the cloud welcomes this identity. A silent cloud fails the test: it must answer or close. */
static bool welcomed(const struct raw_identity *who, char error_code[WIRE_NAME_MAX + 1])
{
	struct raw r;
	struct err e = ERR_INIT;
	struct msg m;
	bool yes = false;
	int rc = raw_connect(&r, f->listen, who, &e);

	error_code[0] = '\0';
	if (rc == E_AUTH)
		return false;
	ck_ok(rc, &e);
	raw_hello(&r);
	while (!yes && (rc = raw_next(&r, &m, WAIT_MS, &e)) == 1) {
		yes = m.kind == MSG_WELCOME;
		if (m.kind == MSG_ERROR)
			snprintf(error_code, WIRE_NAME_MAX + 1, "%s", m.error.code);
		msg_release(&m);
	}
	ck_assert_msg(yes || rc != E_TIMEOUT, "the cloud neither welcomes nor closes");
	raw_close(&r);
	return yes;
}

static void issue(const char *pki, const char *name, const struct pki_terms *t)
{
	char dir[FARM_PATH], out[FARM_PATH];
	struct err e = ERR_INIT;

	ck_ok(pki_issue(farm_path(f, dir, "%s", pki), name, t, farm_path(f, out, "keys"), NULL, &e), &e);
}

static bool is_welcomed(const char *name, char error_code[WIRE_NAME_MAX + 1])
{
	struct raw_identity who = farm_identity(f, name);

	return welcomed(&who, error_code);
}

static void revoke_name(const char *name)
{
	char dir[FARM_PATH];
	struct err e = ERR_INIT;

	ck_ok(pki_revoke(farm_path(f, dir, "pki"), name, NULL, &e), &e);
}

static void begin(struct farm_options o)
{
	o.edges_min = 5; /* no round begins */
	f = farm_new(o);
}

START_TEST(a_good_certificate_is_welcomed)
{
	char code[WIRE_NAME_MAX + 1];

	begin((struct farm_options){0});
	farm_start_cloud(f);
	ck_assert(is_welcomed("edge-1", code));
	ck_assert(is_welcomed("edge-1", code)); /* and again: the newer connection counts */
	farm_free(f);
}
END_TEST

START_TEST(no_certificate_is_refused)
{
	struct raw_identity who;
	char code[WIRE_NAME_MAX + 1];

	begin((struct farm_options){0});
	farm_start_cloud(f);
	who = farm_identity(f, "edge-1");
	who.cert = NULL;
	ck_assert(!welcomed(&who, code));
	ck_assert(is_welcomed("edge-1", code));
	farm_free(f);
}
END_TEST

START_TEST(old_tls_is_refused)
{
	struct raw_identity who;
	char code[WIRE_NAME_MAX + 1];

	begin((struct farm_options){0});
	farm_start_cloud(f);
	who = farm_identity(f, "edge-1");
	who.tls12 = true;
	ck_assert(!welcomed(&who, code));
	farm_free(f);
}
END_TEST

START_TEST(another_authority_is_refused)
{
	struct pki_terms t = {.role = NET_ROLE_EDGE, .days = 1};
	char dir[FARM_PATH], code[WIRE_NAME_MAX + 1];
	struct err e = ERR_INIT;

	begin((struct farm_options){0});
	farm_start_cloud(f);
	ck_ok(pki_init(farm_path(f, dir, "other"), "test", 1, &e), &e);
	issue("other", "stranger", &t);
	ck_assert(!is_welcomed("stranger", code));
	farm_free(f);
}
END_TEST

START_TEST(an_expired_certificate_is_refused)
{
	struct pki_terms t = {.role = NET_ROLE_EDGE, .days = 1, .start_s = clock_wall_ms() / 1000 - 10 * 86400};
	char code[WIRE_NAME_MAX + 1];

	begin((struct farm_options){0});
	farm_start_cloud(f);
	issue("pki", "late", &t);
	ck_assert(!is_welcomed("late", code));
	farm_free(f);
}
END_TEST

START_TEST(a_certificate_of_another_role_is_refused)
{
	struct pki_terms t = {.role = NET_ROLE_USER, .days = 1};
	char code[WIRE_NAME_MAX + 1];

	begin((struct farm_options){0});
	farm_start_cloud(f);
	issue("pki", "user-1", &t);
	ck_assert(!is_welcomed("user-1", code));
	ck_assert(!is_welcomed("cloud", code));
	farm_free(f);
}
END_TEST

START_TEST(a_revoked_certificate_is_refused_at_the_start)
{
	char code[WIRE_NAME_MAX + 1];

	begin((struct farm_options){0});
	revoke_name("edge-3");
	farm_start_cloud(f);
	ck_assert(!is_welcomed("edge-3", code));
	ck_assert(is_welcomed("edge-1", code));
	farm_free(f);
}
END_TEST

START_TEST(a_revocation_counts_after_a_hangup_signal)
{
	int64_t until;
	char code[WIRE_NAME_MAX + 1];

	begin((struct farm_options){0});
	farm_start_cloud(f);
	ck_assert(is_welcomed("edge-2", code));
	revoke_name("edge-2");
	kill(f->process[0].pid, SIGHUP);
	until = clock_mono_ms() + WAIT_MS;
	while (is_welcomed("edge-2", code) && clock_mono_ms() < until)
		usleep(50000);
	ck_assert(!is_welcomed("edge-2", code));
	ck_assert(is_welcomed("edge-1", code));
	farm_free(f);
}
END_TEST

START_TEST(a_revoked_edge_is_sent_away_by_a_hangup_signal)
{
	struct raw_identity who;
	struct err e = ERR_INIT;
	struct raw r;

	begin((struct farm_options){0});
	farm_start_cloud(f);
	who = farm_identity(f, "edge-2");
	ck_ok(raw_connect(&r, f->listen, &who, &e), &e);
	ck_ok(raw_join(&r, &e), &e);
	revoke_name("edge-2");
	kill(f->process[0].pid, SIGHUP);
	ck_ok(raw_wait_closed(&r, WAIT_MS, NULL, &e), &e);
	raw_close(&r);
	farm_free(f);
}
END_TEST

START_TEST(closed_enrolment_asks_the_allow_list)
{
	char code[WIRE_NAME_MAX + 1];

	begin((struct farm_options){.closed = true, .cloud = {"--allow=edge-1"}});
	farm_start_cloud(f);
	ck_assert(is_welcomed("edge-1", code));
	ck_assert(!is_welcomed("edge-2", code));
	ck_assert_str_eq(code, "auth");
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("certificates", 400, a_good_certificate_is_welcomed, no_certificate_is_refused,
              old_tls_is_refused, another_authority_is_refused, an_expired_certificate_is_refused,
              a_certificate_of_another_role_is_refused, a_revoked_certificate_is_refused_at_the_start,
              a_revocation_counts_after_a_hangup_signal, a_revoked_edge_is_sent_away_by_a_hangup_signal,
              closed_enrolment_asks_the_allow_list)
