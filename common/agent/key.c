#include "common/agent/key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/base/file.h"
#include "common/base/mem.h"

#define PEM_BYTES_MAX 4096

/* OpenSSL's error queue belongs to the thread: what a failure here left in it would be blamed on the next TLS
 * call, so failures clear it. */

struct agent_key {
	EVP_PKEY *pkey;
	bool private;
};

static struct agent_key *wrap(EVP_PKEY *pkey, bool private)
{
	struct agent_key *k = mem_alloc(sizeof(*k));

	*k = (struct agent_key){pkey, private};
	return k;
}

struct agent_key *agent_key_new(void)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	if (!pkey) /* cannot fail short of a broken OpenSSL */
		abort();
	return wrap(pkey, true);
}

void agent_key_free(struct agent_key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}

/* A passphrase is never asked for: an encrypted key is refused like any other text. */
static int no_passphrase(char *out, int size, int writing, void *ctx)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

static int parse(const void *pem, size_t n, bool private, struct agent_key **out, struct err *e)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)n);
	EVP_PKEY *pkey = private ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL)
	                         : PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);

	BIO_free(bio);
	if (!pkey || !EVP_PKEY_is_a(pkey, "ED25519")) {
		EVP_PKEY_free(pkey);
		ERR_clear_error();
		return err_set(e, E_INVALID, "not %s in PEM (accepted: Ed25519, without passphrase)",
		               private ? "a private key" : "a public key");
	}
	*out = wrap(pkey, private);
	return 0;
}

static int load(const char *path, bool private, struct agent_key **out, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = file_read(path, PEM_BYTES_MAX, &b, e);

	if (!rc) {
		rc = parse(b.data, b.len, private, out, e);
		if (rc)
			err_wrap(e, "%s", path);
	}
	if (b.data)
		OPENSSL_cleanse(b.data, b.cap);
	buf_release(&b);
	return rc;
}

static int pem(const struct agent_key *k, bool private, struct buf *out, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text;
	long n;
	int ok;

	ok = bio && (private ? PEM_write_bio_PKCS8PrivateKey(bio, k->pkey, NULL, NULL, 0, NULL, NULL)
	                     : PEM_write_bio_PUBKEY(bio, k->pkey));
	if (ok == 1) {
		n = BIO_get_mem_data(bio, &text);
		buf_append(out, text, (size_t)n);
	}
	BIO_free(bio);
	return ok == 1 ? 0 : err_set(e, E_INTERNAL, "the key cannot be written as PEM");
}

int agent_key_save(const struct agent_key *k, const char *path, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;

	if (!k->private)
		return err_set(e, E_STATE, "%s: a public key cannot be saved as a private one", path);
	if (file_exists(path))
		return err_set(e, E_EXISTS, "%s: is there already; a signing key is never replaced", path);
	rc = pem(k, true, &b, e);
	if (!rc)
		rc = file_write(path, b.data, b.len, 0600, e);
	if (b.data)
		OPENSSL_cleanse(b.data, b.cap);
	buf_release(&b);
	return rc;
}

int agent_key_load(const char *path, struct agent_key **out, struct err *e)
{
	return load(path, true, out, e);
}

int agent_key_public_pem(const struct agent_key *k, struct buf *out, struct err *e)
{
	return pem(k, false, out, e);
}

int agent_key_public_parse(const void *text, size_t n, struct agent_key **out, struct err *e)
{
	if (n > PEM_BYTES_MAX)
		return err_set(e, E_LIMIT, "public key of %zu bytes, at most %d are accepted", n, PEM_BYTES_MAX);
	return parse(text, n, false, out, e);
}

int agent_key_public_save(const struct agent_key *k, const char *path, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = pem(k, false, &b, e);

	if (!rc)
		rc = file_write(path, b.data, b.len, 0644, e);
	buf_release(&b);
	return rc;
}

int agent_key_public_load(const char *path, struct agent_key **out, struct err *e)
{
	return load(path, false, out, e);
}

int agent_key_sign(const struct agent_key *k, const void *p, size_t n, uint8_t out[AGENT_SIGNATURE_BYTES],
                   struct err *e)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = AGENT_SIGNATURE_BYTES;
	int ok = ctx && k->private && EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->pkey) == 1 &&
	         EVP_DigestSign(ctx, out, &len, p, n) == 1;

	EVP_MD_CTX_free(ctx);
	if (!k->private)
		return err_set(e, E_STATE, "a public key cannot sign");
	return ok ? 0 : err_set(e, E_INTERNAL, "signing failed");
}

int agent_key_verify(const struct agent_key *k, const void *p, size_t n,
                     const uint8_t signature[AGENT_SIGNATURE_BYTES], struct err *e)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, k->pkey) == 1 &&
	         EVP_DigestVerify(ctx, signature, AGENT_SIGNATURE_BYTES, p, n) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ok ? 0 : err_set(e, E_AUTH, "the signature is not by the expected key");
}
