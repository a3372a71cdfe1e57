/* PEM files. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/net/x509.h"

enum { PEM_FILE_MAX = 1 << 20 };

int ossl_err(struct err *e, int code, const char *fmt, ...)
{
	unsigned long last = ERR_peek_last_error();
	const char *reason = last ? ERR_reason_error_string(last) : NULL;
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ERR_clear_error();
	return err_set(e, code, reason ? "%s (%s)" : "%s", text, reason);
}

static BIO *open_file(const char *path, struct buf *b, int *rc, struct err *e)
{
	*rc = file_read(path, PEM_FILE_MAX, b, e);
	return *rc ? NULL : BIO_new_mem_buf(b->data, (int)b->len);
}

/* Ends every reader: what was not found in the file is an error. */
static int read_end(BIO *bio, struct buf *b, const void *found, const char *path, const char *what,
                    struct err *e)
{
	BIO_free(bio);
	buf_release(b);
	return found ? 0 : ossl_err(e, E_INVALID, "%s: no %s in PEM form", path, what);
}

int x509_read_cert(const char *path, X509 **out, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;
	BIO *bio = open_file(path, &b, &rc, e);

	*out = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	return rc ? rc : read_end(bio, &b, *out, path, "certificate", e);
}

static int no_passphrase(char *out, int size, int writing, void *ctx)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

int x509_read_csr(const char *path, X509_REQ **out, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;
	BIO *bio = open_file(path, &b, &rc, e);

	*out = bio ? PEM_read_bio_X509_REQ(bio, NULL, no_passphrase, NULL) : NULL;
	return rc ? rc : read_end(bio, &b, *out, path, "certificate request", e);
}

int x509_read_crl(const char *path, X509_CRL **out, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;
	BIO *bio = open_file(path, &b, &rc, e);

	*out = bio ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) : NULL;
	return rc ? rc : read_end(bio, &b, *out, path, "revocation list", e);
}

/* Secrets that an orchestrator mounts belong to root and to a group that only their reader is in. */
static bool others_key(const struct stat *st)
{
	return st->st_uid == 0 && geteuid() != 0;
}

int x509_read_key(const char *path, EVP_PKEY **out, struct err *e)
{
	struct buf b = BUF_INIT;
	struct stat st;
	BIO *bio;
	int rc;

	*out = NULL;
	if (stat(path, &st) == 0 && (st.st_mode & (others_key(&st) ? 037 : 077)))
		return err_set(e, E_AUTH, "%s: others than its owner may read this key (mode %03o; accepted: %s)",
		               path, st.st_mode & 0777U, others_key(&st) ? "640, as it is root's" : "600");
	bio = open_file(path, &b, &rc, e);
	*out = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
	if (b.data)
		OPENSSL_cleanse(b.data, b.cap);
	return rc ? rc : read_end(bio, &b, *out, path, "private key without a passphrase", e);
}

static int write_bio(const char *path, BIO *bio, int ok, struct err *e)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);
	int rc = ok == 1 ? file_write(path, p, (size_t)n, 0644, e) : ossl_err(e, E_INTERNAL, "%s: PEM", path);

	BIO_free(bio);
	return rc;
}

int x509_write_cert(const char *path, X509 *cert, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return write_bio(path, bio, PEM_write_bio_X509(bio, cert), e);
}

int x509_write_csr(const char *path, X509_REQ *csr, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return write_bio(path, bio, PEM_write_bio_X509_REQ(bio, csr), e);
}

int x509_write_crl(const char *path, X509_CRL *crl, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return write_bio(path, bio, PEM_write_bio_X509_CRL(bio, crl), e);
}

int x509_write_key(const char *path, EVP_PKEY *key, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *f;
	int ok;

	if (fd < 0 && errno == EEXIST)
		return err_set(e, E_EXISTS, "%s: there already; a key is never overwritten", path);
	if (fd < 0)
		return err_errno(e, "%s: cannot create", path);
	f = fdopen(fd, "w");
	ok = PEM_write_PKCS8PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	ok = ok && fflush(f) == 0 && fsync(fd) == 0;
	if (fclose(f) == 0 && ok)
		return 0;
	unlink(path);
	return err_set(e, E_IO, "%s: cannot write the key", path);
}
