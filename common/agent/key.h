/* The cloud's agent-signing key (Ed25519): it signs manifests; edges hold its public half. PEM files (PKCS #8
 * and SubjectPublicKeyInfo), as `openssl pkey` reads and writes them. */
#ifndef AGENT_KEY_H
#define AGENT_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"

#define AGENT_SIGNATURE_BYTES 64

struct agent_key; /* a private key (signs and verifies) or only a public one (verifies) */

struct agent_key *agent_key_new(void); /* a fresh private key */
void agent_key_free(struct agent_key *k);

/* The private key in a file of mode 0600; E_EXISTS rather than replacing a file. */
int agent_key_save(const struct agent_key *k, const char *path, struct err *e) MUST_CHECK;
int agent_key_load(const char *path, struct agent_key **out, struct err *e) MUST_CHECK;
/* The public half. */
int agent_key_public_pem(const struct agent_key *k, struct buf *out, struct err *e) MUST_CHECK;
int agent_key_public_parse(const void *pem, size_t n, struct agent_key **out, struct err *e) MUST_CHECK;
int agent_key_public_save(const struct agent_key *k, const char *path, struct err *e) MUST_CHECK;
int agent_key_public_load(const char *path, struct agent_key **out, struct err *e) MUST_CHECK;

/* E_STATE when `k` is only a public key. */
int agent_key_sign(const struct agent_key *k, const void *p, size_t n, uint8_t out[AGENT_SIGNATURE_BYTES],
                   struct err *e) MUST_CHECK;
/* E_AUTH when the signature is not this key's over these bytes. */
int agent_key_verify(const struct agent_key *k, const void *p, size_t n,
                     const uint8_t signature[AGENT_SIGNATURE_BYTES], struct err *e) MUST_CHECK;

#endif
