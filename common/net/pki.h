/* A certificate authority in a folder, and the certificates it makes.
 *
 *   DIR/ca.crt   its certificate: every cloud, edge and user needs a copy
 *   DIR/ca.key   its key (mode 0600): stays here
 *   DIR/ca.crl   its revocation list: clouds need a copy after each revocation; valid as long as the
 * authority DIR/index    one line a certificate: serial, name, role, end of validity, time of revocation or 0
 *
 * Keys are ECDSA P-256. The subject's common name is the holder (a str_is_name() of at most WIRE_NAME_MAX)
 * and its organisational unit the role; the extended key usage is serverAuth for clouds, clientAuth for edges
 * and users. No function ever overwrites a key. Files are written whole or not at all; a lock keeps two
 * writers apart. */
#ifndef NET_PKI_H
#define NET_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/net/role.h"
#include "common/wire/limits.h"

enum {
	PKI_SERIAL_HEX = 33, /* 16 bytes in hexadecimal, and the final NUL */
	PKI_DAYS_MAX = 36500,
};

struct pki_info {
	char name[WIRE_NAME_MAX + 1];
	char issuer[WIRE_NAME_MAX + 1];
	char serial[PKI_SERIAL_HEX];
	bool is_authority; /* then `role` says nothing */
	enum net_role role;
	int64_t not_before_s; /* Unix time; 0 in lists */
	int64_t not_after_s;  /* Unix time */
	int days_left;        /* whole days, rounded down; below 0 = expired */
	int64_t revoked_s;    /* Unix time; 0 = not revoked */
	char hosts[512];      /* "cloud.example, 10.0.0.1"; empty = none; empty in lists */
};

/* What a certificate is to say beside its name. */
struct pki_terms {
	enum net_role role;
	int days; /* 1 to PKI_DAYS_MAX; cut to the authority's own end */
	const char
	    *hosts; /* DNS names and addresses by which a cloud is reached, separated by commas; NULL = none */
	int64_t start_s;  /* Unix time; 0 = now, less five minutes for clocks that differ */
	const char *only; /* of requests: the name that it must be for; NULL = any */
};

/* Makes the authority. E_EXISTS when the folder has one. */
int pki_init(const char *dir, const char *name, int days, struct err *e) MUST_CHECK;

/* Makes a key (E_EXISTS when the file is there) and a request for it, where the key will be used. */
int pki_request(const char *key_file, const char *csr_file, const char *name, enum net_role role,
                struct err *e) MUST_CHECK;

/* Signs a request into `cert_file`. The name is the request's; its role must be the terms'. `out` (may be
 * NULL) says what was signed. E_AUTH for a request whose signature does not verify. */
int pki_sign(const char *dir, const char *csr_file, const struct pki_terms *t, const char *cert_file,
             struct pki_info *out, struct err *e) MUST_CHECK;

/* Key and certificate in one step: OUT_DIR/NAME.key and OUT_DIR/NAME.crt. */
int pki_issue(const char *dir, const char *name, const struct pki_terms *t, const char *out_dir,
              struct pki_info *out, struct err *e) MUST_CHECK;

/* Revokes every valid certificate with this name, or the one with this serial, and renews the revocation
 * list. E_NOT_FOUND; E_STATE when all of them are revoked already. *count (may be NULL) = how many. */
int pki_revoke(const char *dir, const char *name_or_serial, size_t *count, struct err *e) MUST_CHECK;

/* All certificates, oldest first; *out is the caller's to free(). */
int pki_list(const char *dir, struct pki_info **out, size_t *count, struct err *e) MUST_CHECK;

/* What a certificate file says; with `crl_file` (may be NULL) also whether it is revoked. */
int pki_show(const char *cert_file, const char *crl_file, struct pki_info *out, struct err *e) MUST_CHECK;

#endif
