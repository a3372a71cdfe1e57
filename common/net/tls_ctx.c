#include "common/net/tls_ctx.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/net/tls_impl.h"
#include "common/net/x509.h"

/* The 128-bit cipher comes first: it is the fastest of the three. */
static const char ciphers[] = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

/* Who the other side is: the chain, then our own rules about name and role. */
static int verify_peer(X509_STORE_CTX *store, void *arg)
{
	const struct tls_ctx *ctx = arg;
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_conn *c = SSL_get_app_data(ssl);
	struct pki_info info;
	struct err why = ERR_INIT;
	int bad = x509_info(X509_STORE_CTX_get0_cert(store), &info, &why);

	if (X509_verify_cert(store) != 1) {
		tls_explain_verify(X509_STORE_CTX_get_error(store), info.name[0] ? info.name : "the peer",
		                   ctx->authority, &c->refusal);
		return 0;
	}
	if (bad || info.is_authority || info.role != ctx->peer) {
		X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
		err_set(&c->refusal, E_AUTH, "the certificate of %s has not the role %s%s%s", info.name,
		        net_role_name(ctx->peer), bad ? ": " : "", why.text);
		return 0;
	}
	memcpy(c->link.peer, info.name, sizeof(c->link.peer));
	return 1;
}

static void set_up(struct tls_ctx *c)
{
	SSL_CTX_set_min_proto_version(c->ssl, TLS1_3_VERSION);
	SSL_CTX_set_ciphersuites(c->ssl, ciphers);
	SSL_CTX_set1_groups_list(c->ssl, "X25519:P-256");
	SSL_CTX_set_mode(c->ssl, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(c->ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(c->ssl, 0);
	SSL_CTX_set_options(c->ssl, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_verify(c->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_verify_depth(c->ssl, 1);
	SSL_CTX_set_cert_verify_callback(c->ssl, verify_peer, c);
}

static int load_authority(struct tls_ctx *c, const struct tls_files *files, struct err *e)
{
	X509_STORE *store = SSL_CTX_get_cert_store(c->ssl);
	X509 *ca;
	X509_CRL *crl;
	int rc = x509_read_cert(files->ca, &ca, e);

	if (rc)
		return rc;
	X509_NAME_get_text_by_NID(X509_get_subject_name(ca), NID_commonName, c->authority, sizeof(c->authority));
	if (X509_check_ca(ca) != 1)
		rc = err_set(e, E_AUTH, "%s: not an authority's certificate", files->ca);
	else if (X509_STORE_add_cert(store, ca) != 1 || SSL_CTX_add_client_CA(c->ssl, ca) != 1)
		rc = ossl_err(e, E_INTERNAL, "%s: cannot be used", files->ca);
	if (rc == 0 && files->crl) {
		rc = x509_read_crl(files->crl, &crl, e);
		if (rc == 0 && X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(ca)) != 0)
			rc = err_set(e, E_AUTH, "%s: the revocation list is not from the authority %s", files->crl,
			             c->authority);
		if (rc == 0) {
			X509_STORE_add_crl(store, crl);
			X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
		}
		X509_CRL_free(crl);
	}
	X509_free(ca);
	return rc;
}

/* Our own certificate as a peer will see it. */
static int check_own(struct tls_ctx *c, X509 *cert, struct err *e)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	struct pki_info info;
	int rc = x509_info(cert, &info, e);

	if (rc == 0 && (info.is_authority || info.role != c->own))
		rc = err_set(e, E_AUTH, "the certificate of %s has the role %s (needed here: %s)", info.name,
		             info.is_authority ? "authority" : net_role_name(info.role), net_role_name(c->own));
	if (rc == 0) {
		X509_STORE_CTX_init(ctx, SSL_CTX_get_cert_store(c->ssl), cert, NULL);
		if (X509_verify_cert(ctx) != 1)
			rc = tls_explain_verify(X509_STORE_CTX_get_error(ctx), info.name, c->authority, e);
	}
	X509_STORE_CTX_free(ctx);
	memcpy(c->name, info.name, sizeof(c->name));
	c->not_after_s = info.not_after_s;
	return rc;
}

static int load_own(struct tls_ctx *c, const struct tls_files *files, struct err *e)
{
	X509 *cert = NULL;
	EVP_PKEY *key = NULL;
	int rc = x509_read_cert(files->cert, &cert, e);

	if (rc == 0)
		rc = x509_read_key(files->key, &key, e);
	if (rc == 0 && check_own(c, cert, e))
		rc = err_wrap(e, "%s", files->cert);
	if (rc == 0 && SSL_CTX_use_certificate(c->ssl, cert) != 1)
		rc = ossl_err(e, E_AUTH, "%s: cannot be used", files->cert);
	if (rc == 0 && X509_check_private_key(cert, key) != 1)
		rc = ossl_err(e, E_AUTH, "%s: not the key of %s", files->key, files->cert);
	if (rc == 0 && SSL_CTX_use_PrivateKey(c->ssl, key) != 1)
		rc = ossl_err(e, E_AUTH, "%s: cannot be used", files->key);
	X509_free(cert);
	EVP_PKEY_free(key);
	return rc;
}

int tls_ctx_new(struct tls_ctx **out, const struct tls_files *files, enum net_role own, enum net_role peer,
                struct err *e)
{
	struct tls_ctx *c = mem_zalloc(sizeof(*c));
	struct err local = ERR_INIT;
	int rc;

	*out = NULL;
	e = e ? e : &local;
	c->refs = 1;
	c->own = own;
	c->peer = peer;
	c->ssl = SSL_CTX_new(TLS_method());
	c->bio = tls_bio_method();
	if (!c->ssl || !c->bio) {
		tls_ctx_unref(c);
		return ossl_err(e, E_INTERNAL, "OpenSSL cannot begin");
	}
	set_up(c);
	rc = load_authority(c, files, e);
	if (rc == 0)
		rc = load_own(c, files, e);
	if (rc) {
		tls_ctx_unref(c);
		return rc;
	}
	*out = c;
	return 0;
}

struct tls_ctx *tls_ctx_ref(struct tls_ctx *c)
{
	c->refs++;
	return c;
}

void tls_ctx_unref(struct tls_ctx *c)
{
	if (!c || --c->refs > 0)
		return;
	SSL_CTX_free(c->ssl);
	BIO_meth_free(c->bio);
	free(c);
}

const char *tls_ctx_name(const struct tls_ctx *c)
{
	return c->name;
}

int tls_ctx_days_left(const struct tls_ctx *c)
{
	int64_t left = c->not_after_s - (int64_t)time(NULL);

	return (int)(left >= 0 ? left / 86400 : -1 - (-left - 1) / 86400);
}
