#include "common/net/pki_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/str.h"

int pki_dir_file(char out[PKI_PATH_MAX], const char *dir, const char *name, struct err *e)
{
	return path_join(out, PKI_PATH_MAX, dir, name, e);
}

void pki_dir_add(struct pki_dir *d, const struct pki_info *entry)
{
	d->entries = mem_realloc(d->entries, d->count + 1, sizeof(*d->entries));
	d->entries[d->count++] = *entry;
}

static int days_until(int64_t then_s)
{
	int64_t left = then_s - (int64_t)time(NULL);

	return (int)(left >= 0 ? left / 86400 : -1 - (-left - 1) / 86400);
}

/* "SERIAL NAME ROLE NOT-AFTER REVOKED" */
static bool parse_line(char *line, struct pki_info *entry)
{
	char *rest = NULL;
	const char *serial = strtok_r(line, " ", &rest);
	const char *name = strtok_r(NULL, " ", &rest);
	const char *role = strtok_r(NULL, " ", &rest);
	const char *until = strtok_r(NULL, " ", &rest);
	const char *revoked = strtok_r(NULL, " ", &rest);

	memset(entry, 0, sizeof(*entry));
	if (!revoked || strlen(serial) != PKI_SERIAL_HEX - 1 || !str_is_name(name, WIRE_NAME_MAX))
		return false;
	str_copy(entry->serial, sizeof(entry->serial), serial);
	str_copy(entry->name, sizeof(entry->name), name);
	if (net_role_parse(role, &entry->role, NULL) ||
	    str_to_int(until, "until", 0, INT64_MAX, &entry->not_after_s, NULL) ||
	    str_to_int(revoked, "revoked", 0, INT64_MAX, &entry->revoked_s, NULL))
		return false;
	entry->days_left = days_until(entry->not_after_s);
	return true;
}

static int parse_index(struct pki_dir *d, char *text, struct err *e)
{
	char *rest = NULL;
	struct pki_info entry;
	size_t number = 0;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		number++;
		if (!parse_line(line, &entry))
			return err_set(e, E_CORRUPT, "%s/index, line %zu: not an entry", d->path, number);
		X509_NAME_get_text_by_NID(X509_get_subject_name(d->ca.cert), NID_commonName, entry.issuer,
		                          sizeof(entry.issuer));
		pki_dir_add(d, &entry);
	}
	return 0;
}

static int read_index(struct pki_dir *d, struct err *e)
{
	char path[PKI_PATH_MAX];
	struct buf b = BUF_INIT;
	int rc = pki_dir_file(path, d->path, "index", e);

	if (rc == 0)
		rc = file_read(path, PKI_INDEX_MAX, &b, e);
	if (rc == 0)
		rc = parse_index(d, buf_cstr(&b), e);
	buf_release(&b);
	return rc;
}

static int lock_dir(struct pki_dir *d, struct err *e)
{
	d->lock = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->lock < 0)
		return err_errno(e, "%s: cannot open folder", d->path);
	while (flock(d->lock, LOCK_EX))
		if (errno != EINTR)
			return err_errno(e, "%s: cannot lock", d->path);
	return 0;
}

int pki_dir_open(struct pki_dir *d, const char *path, bool writing, struct err *e)
{
	char cert[PKI_PATH_MAX], key[PKI_PATH_MAX];
	int rc;

	memset(d, 0, sizeof(*d));
	d->lock = -1;
	if (!str_copy(d->path, sizeof(d->path), path))
		return err_set(e, E_LIMIT, "path too long: %.60s...", path);
	rc = pki_dir_file(cert, path, "ca.crt", e);
	if (rc == 0)
		rc = pki_dir_file(key, path, "ca.key", e);
	if (rc == 0 && access(cert, F_OK) && errno != ENOENT && errno != ENOTDIR)
		rc = err_errno(e, "%s: cannot look into it", path);
	if (rc == 0 && !file_exists(cert))
		rc = err_set(e, E_NOT_FOUND, "%s: no certificate authority here (make one with pki init)", path);
	if (rc == 0 && writing)
		rc = lock_dir(d, e);
	if (rc == 0)
		rc = x509_read_cert(cert, &d->ca.cert, e);
	if (rc == 0 && writing)
		rc = x509_read_key(key, &d->ca.key, e);
	if (rc == 0 && writing && X509_check_private_key(d->ca.cert, d->ca.key) != 1)
		rc = ossl_err(e, E_AUTH, "%s does not belong to %s", key, cert);
	if (rc == 0)
		rc = read_index(d, e);
	if (rc)
		pki_dir_close(d);
	return rc;
}

void pki_dir_close(struct pki_dir *d)
{
	X509_free(d->ca.cert);
	EVP_PKEY_free(d->ca.key);
	free(d->entries);
	if (d->lock >= 0)
		close(d->lock);
	*d = (struct pki_dir){.lock = -1};
}

int pki_dir_save_index(const struct pki_dir *d, struct err *e)
{
	char path[PKI_PATH_MAX];
	struct buf b = BUF_INIT;
	int rc = pki_dir_file(path, d->path, "index", e);

	for (size_t i = 0; i < d->count; i++)
		buf_fmt(&b, "%s %s %s %" PRId64 " %" PRId64 "\n", d->entries[i].serial, d->entries[i].name,
		        net_role_name(d->entries[i].role), d->entries[i].not_after_s, d->entries[i].revoked_s);
	if (rc == 0)
		rc = file_write(path, b.data, b.len, 0644, e);
	buf_release(&b);
	return rc;
}

static bool add_revoked(X509_CRL *crl, const struct pki_info *entry)
{
	X509_REVOKED *r = X509_REVOKED_new();
	BIGNUM *bn = NULL;
	ASN1_INTEGER *serial = NULL;
	ASN1_TIME *when = ASN1_TIME_set(NULL, (time_t)entry->revoked_s);
	bool ok = BN_hex2bn(&bn, entry->serial) > 0 && (serial = BN_to_ASN1_INTEGER(bn, NULL)) != NULL &&
	          X509_REVOKED_set_serialNumber(r, serial) && X509_REVOKED_set_revocationDate(r, when) &&
	          X509_CRL_add0_revoked(crl, r);

	if (!ok)
		X509_REVOKED_free(r);
	BN_free(bn);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(when);
	return ok;
}

int pki_dir_save_crl(const struct pki_dir *d, struct err *e)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *now = ASN1_TIME_set(NULL, time(NULL) - 300);
	bool ok = X509_CRL_set_version(crl, X509_CRL_VERSION_2) &&
	          X509_CRL_set_issuer_name(crl, X509_get_subject_name(d->ca.cert)) &&
	          X509_CRL_set1_lastUpdate(crl, now) &&
	          X509_CRL_set1_nextUpdate(crl, X509_get0_notAfter(d->ca.cert));
	char path[PKI_PATH_MAX];
	int rc = pki_dir_file(path, d->path, "ca.crl", e);

	for (size_t i = 0; ok && i < d->count; i++)
		if (d->entries[i].revoked_s)
			ok = add_revoked(crl, &d->entries[i]);
	ok = ok && X509_CRL_sort(crl) && X509_CRL_sign(crl, d->ca.key, EVP_sha256()) > 0;
	if (!ok)
		rc = ossl_err(e, E_INTERNAL, "cannot make the revocation list");
	if (rc == 0)
		rc = x509_write_crl(path, crl, e);
	ASN1_TIME_free(now);
	X509_CRL_free(crl);
	return rc;
}
