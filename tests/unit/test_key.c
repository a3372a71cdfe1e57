#include "common/agent/key.h"

#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "tests/support/suite.h"

static const char *in_tmp(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", suite_tmp(), name);
	return path;
}

START_TEST(only_the_right_key_and_bytes_verify)
{
	struct agent_key *a = agent_key_new(), *b = agent_key_new();
	uint8_t signature[AGENT_SIGNATURE_BYTES];
	struct err e = ERR_INIT;

	ck_ok(agent_key_sign(a, "text", 4, signature, &e), &e);
	ck_ok(agent_key_verify(a, "text", 4, signature, &e), &e);
	ck_fails(agent_key_verify(a, "texT", 4, signature, &e), E_AUTH, &e, "signature");
	ck_fails(agent_key_verify(a, "text", 3, signature, &e), E_AUTH, &e, "signature");
	ck_fails(agent_key_verify(b, "text", 4, signature, &e), E_AUTH, &e, "signature");
	signature[63] ^= 1;
	ck_fails(agent_key_verify(a, "text", 4, signature, &e), E_AUTH, &e, "signature");
	agent_key_free(a);
	agent_key_free(b);
}
END_TEST

START_TEST(files_hold_both_halves)
{
	struct agent_key *k = agent_key_new(), *loaded, *public;
	uint8_t signature[AGENT_SIGNATURE_BYTES];
	struct err e = ERR_INIT;
	struct stat st;

	ck_ok(agent_key_save(k, in_tmp("sign.key"), &e), &e);
	ck_assert_int_eq(stat(in_tmp("sign.key"), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_fails(agent_key_save(k, in_tmp("sign.key"), &e), E_EXISTS, &e, "never replaced");
	ck_ok(agent_key_public_save(k, in_tmp("sign.pub"), &e), &e);
	ck_ok(agent_key_load(in_tmp("sign.key"), &loaded, &e), &e);
	ck_ok(agent_key_public_load(in_tmp("sign.pub"), &public, &e), &e);
	ck_ok(agent_key_sign(loaded, "x", 1, signature, &e), &e);
	ck_ok(agent_key_verify(public, "x", 1, signature, &e), &e);
	ck_fails(agent_key_sign(public, "x", 1, signature, &e), E_STATE, &e, "public key cannot sign");
	ck_fails(agent_key_save(public, in_tmp("other.key"), &e), E_STATE, &e, "public key");
	ck_fails(agent_key_load(in_tmp("sign.pub"), &k, &e), E_INVALID, &e, "sign.pub: not a private key");
	agent_key_free(k);
	agent_key_free(loaded);
	agent_key_free(public);
}
END_TEST

START_TEST(other_texts_are_refused)
{
	static const char rsa_like[] = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
	/* A P-256 key: a public key, but not Ed25519. */
	static const char p256[] = "-----BEGIN PUBLIC KEY-----\n"
	                           "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n"
	                           "6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n"
	                           "-----END PUBLIC KEY-----\n";
	struct agent_key *k;
	struct err e = ERR_INIT;
	static char big[8192];

	ck_fails(agent_key_public_parse("", 0, &k, &e), E_INVALID, &e, "accepted: Ed25519");
	ck_fails(agent_key_public_parse(rsa_like, strlen(rsa_like), &k, &e), E_INVALID, &e, "accepted: Ed25519");
	ck_fails(agent_key_public_parse(p256, strlen(p256), &k, &e), E_INVALID, &e, "accepted: Ed25519");
	ck_fails(agent_key_public_parse(big, sizeof(big), &k, &e), E_LIMIT, &e, "at most 4096");
	ck_fails(agent_key_load(in_tmp("none"), &k, &e), E_NOT_FOUND, &e, "none");
}
END_TEST

SUITE("agent/key", only_the_right_key_and_bytes_verify, files_hold_both_halves, other_texts_are_refused)
