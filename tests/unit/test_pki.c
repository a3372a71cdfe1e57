#include "common/net/pki.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/base/file.h"
#include "tests/support/suite.h"

static const char *in_tmp(const char *name)
{
	static char paths[8][600];
	static unsigned next;
	char *out = paths[next++ % 8];

	snprintf(out, 600, "%s/%s", suite_tmp(), name);
	return out;
}

static const char *new_ca(void)
{
	struct err e = ERR_INIT;
	static char dir[600];

	snprintf(dir, sizeof(dir), "%s/ca", suite_tmp());
	ck_ok(dir_remove(dir, &e), &e);
	ck_ok(dir_remove(in_tmp("out"), &e), &e);
	ck_ok(pki_init(dir, "test-ca", 100, &e), &e);
	return dir;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_mode & 0777;
}

/* A second may pass between making and asking. */
static void assert_days(int left, int days)
{
	ck_assert_int_ge(left, days - 1);
	ck_assert_int_le(left, days);
}

START_TEST(an_authority_is_made_once)
{
	struct err e = ERR_INIT;
	struct pki_info info;
	const char *ca = new_ca();

	ck_ok(pki_show(in_tmp("ca/ca.crt"), NULL, &info, &e), &e);
	ck_assert(info.is_authority);
	ck_assert_str_eq(info.name, "test-ca");
	assert_days(info.days_left, 100);
	ck_assert_uint_eq(mode_of(in_tmp("ca/ca.key")), 0600);
	ck_fails(pki_init(ca, "test-ca", 100, &e), E_EXISTS, &e, "never overwritten");
	ck_fails(pki_init(in_tmp("new"), "../x", 100, &e), E_INVALID, &e, "name '../x'");
	ck_fails(pki_init(in_tmp("new"), "x", 0, &e), E_INVALID, &e, "0 days");
}
END_TEST

START_TEST(issued_certificates_say_who_and_what_for)
{
	struct err e = ERR_INIT;
	struct pki_info info;
	const char *ca = new_ca();
	struct pki_terms t = {.role = NET_ROLE_CLOUD, .days = 30, .hosts = "cloud.example, 127.0.0.1,::1"};

	ck_ok(pki_issue(ca, "north", &t, in_tmp("out"), NULL, &e), &e);
	ck_ok(pki_show(in_tmp("out/north.crt"), in_tmp("ca/ca.crl"), &info, &e), &e);
	ck_assert_str_eq(info.name, "north");
	ck_assert_str_eq(info.issuer, "test-ca");
	ck_assert_str_eq(info.hosts, "cloud.example, 127.0.0.1, ::1");
	ck_assert_int_eq(info.role, NET_ROLE_CLOUD);
	assert_days(info.days_left, 30);
	ck_assert_int_eq(info.revoked_s, 0);
	ck_assert(!info.is_authority);
	ck_assert_uint_eq(strlen(info.serial), 32);
	ck_assert_uint_eq(mode_of(in_tmp("out/north.key")), 0600);
	ck_fails(pki_issue(ca, "north", &t, in_tmp("out"), NULL, &e), E_EXISTS, &e, "north.key");
	t.hosts = "not a/host";
	ck_fails(pki_issue(ca, "south", &t, in_tmp("out"), NULL, &e), E_INVALID, &e, "host 'a/host'");
	ck_assert(!file_exists(in_tmp("out/south.key")));
	ck_fails(pki_issue(in_tmp("none"), "south", &t, in_tmp("out"), NULL, &e), E_NOT_FOUND, &e, "pki init");
}
END_TEST

START_TEST(a_request_is_signed_elsewhere)
{
	struct err e = ERR_INIT;
	struct pki_info info;
	const char *ca = new_ca();
	struct pki_terms t = {.role = NET_ROLE_EDGE, .days = 1000};

	ck_ok(dir_make(in_tmp("out"), 0700, &e), &e);
	ck_ok(pki_request(in_tmp("out/e.key"), in_tmp("out/e.csr"), "edge-1", NET_ROLE_EDGE, &e), &e);
	ck_assert_uint_eq(mode_of(in_tmp("out/e.key")), 0600);
	ck_fails(pki_request(in_tmp("out/e.key"), in_tmp("out/f.csr"), "edge-1", NET_ROLE_EDGE, &e), E_EXISTS, &e,
	         "e.key");
	ck_ok(pki_sign(ca, in_tmp("out/e.csr"), &t, in_tmp("out/e.crt"), &info, &e), &e);
	ck_assert_str_eq(info.name, "edge-1");
	assert_days(info.days_left, 100); /* not beyond the authority */
	t.role = NET_ROLE_CLOUD;
	ck_fails(pki_sign(ca, in_tmp("out/e.csr"), &t, in_tmp("out/x.crt"), NULL, &e), E_AUTH, &e,
	         "asks for the role edge");
	t.role = NET_ROLE_EDGE;
	t.only = "edge-2";
	ck_fails(pki_sign(ca, in_tmp("out/e.csr"), &t, in_tmp("out/x.crt"), NULL, &e), E_AUTH, &e,
	         "is for the name edge-1, not edge-2");
	ck_ok(file_write(in_tmp("out/bad.csr"), "junk", 4, 0600, &e), &e);
	ck_fails(pki_sign(ca, in_tmp("out/bad.csr"), &t, in_tmp("out/x.crt"), NULL, &e), E_INVALID, &e,
	         "no certificate request");
	ck_fails(pki_sign(ca, in_tmp("out/none.csr"), &t, in_tmp("out/x.crt"), NULL, &e), E_NOT_FOUND, &e,
	         "none.csr");
	ck_assert(!file_exists(in_tmp("out/x.crt")));
}
END_TEST

START_TEST(revoking_goes_by_name_or_serial)
{
	struct err e = ERR_INIT;
	struct pki_info info, *list;
	struct pki_terms t = {.role = NET_ROLE_EDGE, .days = 30};
	const char *ca = new_ca();
	size_t count;

	ck_ok(pki_issue(ca, "edge-1", &t, in_tmp("out"), NULL, &e), &e);
	ck_ok(pki_issue(ca, "edge-1", &t, in_tmp("out/again"), &info, &e), &e);
	ck_ok(pki_issue(ca, "edge-2", &t, in_tmp("out"), NULL, &e), &e);
	ck_ok(pki_revoke(ca, info.serial, &count, &e), &e);
	ck_assert_uint_eq(count, 1);
	ck_ok(pki_show(in_tmp("out/again/edge-1.crt"), in_tmp("ca/ca.crl"), &info, &e), &e);
	ck_assert_int_gt(info.revoked_s, 0);
	ck_ok(pki_show(in_tmp("out/edge-1.crt"), in_tmp("ca/ca.crl"), &info, &e), &e);
	ck_assert_int_eq(info.revoked_s, 0);
	ck_ok(pki_revoke(ca, "edge-1", &count, &e), &e);
	ck_assert_uint_eq(count, 1);
	ck_fails(pki_revoke(ca, "edge-1", NULL, &e), E_STATE, &e, "revoked already");
	ck_fails(pki_revoke(ca, "edge-3", NULL, &e), E_NOT_FOUND, &e, "edge-3");

	ck_ok(pki_list(ca, &list, &count, &e), &e);
	ck_assert_uint_eq(count, 3);
	ck_assert_str_eq(list[2].name, "edge-2");
	ck_assert_str_eq(list[2].issuer, "test-ca");
	ck_assert_int_eq(list[2].revoked_s, 0);
	assert_days(list[2].days_left, 30);
	ck_assert_int_gt(list[0].revoked_s, 0);
	free(list);
}
END_TEST

START_TEST(other_validities_and_foreign_files_are_told_apart)
{
	struct err e = ERR_INIT;
	struct pki_info info;
	const char *ca = new_ca();
	struct pki_terms old = {.role = NET_ROLE_USER, .days = 5, .start_s = (int64_t)time(NULL) - 10 * 86400};

	ck_ok(pki_issue(ca, "ann", &old, in_tmp("out"), &info, &e), &e);
	assert_days(info.days_left, -5);
	ck_fails(pki_show(in_tmp("ca/ca.crl"), NULL, &info, &e), E_INVALID, &e, "no certificate in PEM form");
	ck_ok(pki_init(in_tmp("ca2"), "other-ca", 10, &e), &e);
	ck_fails(pki_show(in_tmp("out/ann.crt"), in_tmp("ca2/ca.crl"), &info, &e), E_INVALID, &e,
	         "another authority's");
	ck_ok(file_write(in_tmp("ca/index"), "what\n", 5, 0600, &e), &e);
	ck_fails(pki_revoke(ca, "ann", NULL, &e), E_CORRUPT, &e, "index, line 1");
}
END_TEST

SUITE("net/pki", an_authority_is_made_once, issued_certificates_say_who_and_what_for,
      a_request_is_signed_elsewhere, revoking_goes_by_name_or_serial,
      other_validities_and_foreign_files_are_told_apart)
