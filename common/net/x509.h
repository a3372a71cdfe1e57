/* Certificates, keys, requests and revocation lists as OpenSSL objects: reading, making, asking. Inside
 * common/net. */
#ifndef NET_X509_H
#define NET_X509_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "common/net/pki.h"

/* `fmt` and then OpenSSL's own reason, whose queue is emptied. Returns `code`. */
int ossl_err(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Readers of PEM files. E_NOT_FOUND, E_IO, E_INVALID name the file. */
int x509_read_cert(const char *path, X509 **out, struct err *e) MUST_CHECK;
int x509_read_csr(const char *path, X509_REQ **out, struct err *e) MUST_CHECK;
int x509_read_crl(const char *path, X509_CRL **out, struct err *e) MUST_CHECK;
/* E_AUTH when the group or others may read it; the group may when it is root's and we are not. */
int x509_read_key(const char *path, EVP_PKEY **out, struct err *e) MUST_CHECK;

int x509_write_cert(const char *path, X509 *cert, struct err *e) MUST_CHECK;
int x509_write_csr(const char *path, X509_REQ *csr, struct err *e) MUST_CHECK;
int x509_write_crl(const char *path, X509_CRL *crl, struct err *e) MUST_CHECK;
/* Mode 0600; E_EXISTS rather than overwriting. */
int x509_write_key(const char *path, EVP_PKEY *key, struct err *e) MUST_CHECK;

EVP_PKEY *x509_new_key(void);

/* Name and role of a subject; E_INVALID when they are not what x509_subject() makes. */
int x509_subject_read(const X509_NAME *subject, char name[WIRE_NAME_MAX + 1], enum net_role *role,
                      struct err *e) MUST_CHECK;
/* `role` NULL = an authority's subject. */
X509_NAME *x509_subject(const char *name, const enum net_role *role);
/* All that a certificate says; role checked against its extended key usage. */
int x509_info(X509 *cert, struct pki_info *out, struct err *e) MUST_CHECK;
int64_t x509_seconds(const ASN1_TIME *t);
void x509_serial_hex(const ASN1_INTEGER *serial, char out[PKI_SERIAL_HEX]);

struct x509_issuer {
	X509 *cert;
	EVP_PKEY *key;
};

X509 *x509_make_authority(const char *name, EVP_PKEY *key, int64_t from_s, int64_t until_s, struct err *e);
/* NULL on failure. */
X509 *x509_make(const struct x509_issuer *ca, EVP_PKEY *public_key, const char *name,
                const struct pki_terms *t, int64_t from_s, int64_t until_s, struct err *e);

#endif
