/* TLS 1.3, mutual: our certificate and key, the authority we trust and its revocation list.
 *
 * A certificate says who its holder is (common name, a str_is_name()) and what for (the role, in the
 * organisational unit, with the matching extended key usage): see net/pki.h, which makes them. */
#ifndef NET_TLS_CTX_H
#define NET_TLS_CTX_H

#include "common/base/err.h"
#include "common/net/role.h"
#include "common/wire/limits.h"

struct tls_ctx; /* immutable once made, counted references, one loop */

struct tls_files {
	const char *cert; /* PEM, ours */
	const char *key;  /* PEM, ours; refused when others may read it */
	const char *ca;   /* PEM, the authority's certificate */
	const char *crl;  /* PEM, the authority's revocation list; NULL = none is checked */
};

/* Reads and checks the files: E_AUTH when our certificate has not the role `own`, is not ours (key), is not
 * from this authority, is expired or not yet valid; E_NOT_FOUND, E_IO, E_INVALID for the files themselves.
 * `peer` is the role that the other side must have: NET_ROLE_CLOUD listens, all others dial. */
int tls_ctx_new(struct tls_ctx **out, const struct tls_files *files, enum net_role own, enum net_role peer,
                struct err *e) MUST_CHECK;
struct tls_ctx *tls_ctx_ref(struct tls_ctx *c);
void tls_ctx_unref(struct tls_ctx *c); /* NULL is fine */

const char *tls_ctx_name(const struct tls_ctx *c); /* our certificate's common name */
/* Whole days until our certificate expires, rounded down. */
int tls_ctx_days_left(const struct tls_ctx *c);

#endif
