#include "common/net/pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/str.h"
#include "common/net/pki_dir.h"

enum { CLOCK_SLACK_S = 300, DAY_S = 86400 };

static int check_name(const char *name, struct err *e)
{
	if (str_is_name(name, WIRE_NAME_MAX))
		return 0;
	return err_set(
	    e, E_INVALID,
	    "name '%.80s' (accepted: 1 to %d letters, digits, '.', '_', '-', not beginning with '.' or '-')",
	    name, WIRE_NAME_MAX);
}

static int check_days(int days, struct err *e)
{
	if (days >= 1 && days <= PKI_DAYS_MAX)
		return 0;
	return err_set(e, E_INVALID, "validity of %d days (accepted: 1 to %d)", days, PKI_DAYS_MAX);
}

/* --- the authority ----------------------------------------------------------------------------- */

static int make_authority(struct pki_dir *d, const char *name, int days, struct err *e)
{
	int64_t now = (int64_t)time(NULL);
	char cert[PKI_PATH_MAX], key[PKI_PATH_MAX];
	int rc = pki_dir_file(cert, d->path, "ca.crt", e);

	if (rc == 0)
		rc = pki_dir_file(key, d->path, "ca.key", e);
	if (rc)
		return rc;
	if (file_exists(cert))
		return err_set(e, E_EXISTS, "%s: there already; an authority is never overwritten", cert);
	d->ca.key = x509_new_key();
	if (!d->ca.key)
		return ossl_err(e, E_INTERNAL, "cannot make a key");
	d->ca.cert = x509_make_authority(name, d->ca.key, now - CLOCK_SLACK_S, now + (int64_t)days * DAY_S, e);
	if (!d->ca.cert)
		return E_INTERNAL;
	rc = x509_write_key(key, d->ca.key, e);
	if (rc == 0)
		rc = pki_dir_save_index(d, e);
	if (rc == 0)
		rc = pki_dir_save_crl(d, e);
	return rc ? rc : x509_write_cert(cert, d->ca.cert, e); /* last: its presence makes the authority */
}

int pki_init(const char *dir, const char *name, int days, struct err *e)
{
	struct pki_dir d = {.lock = -1};
	int rc = check_name(name, e);

	if (rc == 0)
		rc = check_days(days, e);
	if (rc == 0 && !str_copy(d.path, sizeof(d.path), dir))
		rc = err_set(e, E_LIMIT, "path too long: %.60s...", dir);
	if (rc == 0)
		rc = dir_make(dir, 0700, e);
	if (rc == 0)
		rc = make_authority(&d, name, days, e);
	pki_dir_close(&d);
	return rc;
}

/* --- requests ---------------------------------------------------------------------------------- */

static X509_REQ *make_request(const char *name, enum net_role role, EVP_PKEY *key)
{
	X509_REQ *csr = X509_REQ_new();
	X509_NAME *subject = x509_subject(name, &role);
	bool ok = csr && X509_REQ_set_version(csr, X509_REQ_VERSION_1) &&
	          X509_REQ_set_subject_name(csr, subject) && X509_REQ_set_pubkey(csr, key) &&
	          X509_REQ_sign(csr, key, EVP_sha256()) > 0;

	X509_NAME_free(subject);
	if (ok)
		return csr;
	X509_REQ_free(csr);
	return NULL;
}

int pki_request(const char *key_file, const char *csr_file, const char *name, enum net_role role,
                struct err *e)
{
	int rc = check_name(name, e);
	EVP_PKEY *key;
	X509_REQ *csr;

	if (rc)
		return rc;
	key = x509_new_key();
	csr = key ? make_request(name, role, key) : NULL;
	if (!csr)
		rc = ossl_err(e, E_INTERNAL, "cannot make a key and a request for it");
	if (rc == 0)
		rc = x509_write_key(key_file, key, e);
	if (rc == 0) {
		rc = x509_write_csr(csr_file, csr, e);
		if (rc)
			unlink(key_file); /* made a moment ago, known to nobody */
	}
	X509_REQ_free(csr);
	EVP_PKEY_free(key);
	return rc;
}

/* --- certificates ------------------------------------------------------------------------------ */

static int validity(const struct pki_dir *d, const struct pki_terms *t, int64_t *from_s, int64_t *until_s,
                    struct err *e)
{
	int64_t end = x509_seconds(X509_get0_notAfter(d->ca.cert));
	int rc = check_days(t->days, e);

	if (rc)
		return rc;
	*from_s = t->start_s ? t->start_s : (int64_t)time(NULL) - CLOCK_SLACK_S;
	*until_s = (t->start_s ? t->start_s : (int64_t)time(NULL)) + (int64_t)t->days * DAY_S;
	if (*until_s > end)
		*until_s = end;
	if (*until_s <= *from_s)
		return err_set(e, E_INVALID, "the authority itself ends before this certificate would begin");
	return 0;
}

/* Signs, enters it in the index, then writes the file: what is not in the index could not be revoked. */
static int certify(struct pki_dir *d, EVP_PKEY *public_key, const char *name, const struct pki_terms *t,
                   const char *cert_file, struct pki_info *out, struct err *e)
{
	struct pki_info info;
	int64_t from_s, until_s;
	int rc = validity(d, t, &from_s, &until_s, e);
	X509 *cert;

	if (rc)
		return rc;
	cert = x509_make(&d->ca, public_key, name, t, from_s, until_s, e);
	if (!cert)
		return e && e->code ? e->code : E_INVALID;
	rc = x509_info(cert, &info, e);
	if (rc == 0) {
		pki_dir_add(d, &info);
		rc = pki_dir_save_index(d, e);
	}
	if (rc == 0)
		rc = x509_write_cert(cert_file, cert, e);
	if (rc == 0 && out)
		*out = info;
	X509_free(cert);
	return rc;
}

static int check_request(X509_REQ *csr, const char *path, const struct pki_terms *t, char *name,
                         struct err *e)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(csr);
	enum net_role role;

	if (!key || X509_REQ_verify(csr, key) != 1)
		return ossl_err(e, E_AUTH, "%s: the request is not signed by its own key", path);
	if (x509_subject_read(X509_REQ_get_subject_name(csr), name, &role, e))
		return err_wrap(e, "%s", path);
	if (role != t->role)
		return err_set(e, E_AUTH, "%s: asks for the role %s, not %s", path, net_role_name(role),
		               net_role_name(t->role));
	if (t->only && strcmp(name, t->only) != 0)
		return err_set(e, E_AUTH, "%s: is for the name %s, not %s", path, name, t->only);
	return 0;
}

int pki_sign(const char *dir, const char *csr_file, const struct pki_terms *t, const char *cert_file,
             struct pki_info *out, struct err *e)
{
	struct err local = ERR_INIT;
	char name[WIRE_NAME_MAX + 1];
	struct pki_dir d;
	X509_REQ *csr = NULL;
	int rc = pki_dir_open(&d, dir, true, e);

	if (rc)
		return rc;
	e = e ? e : &local;
	rc = x509_read_csr(csr_file, &csr, e);
	if (rc == 0)
		rc = check_request(csr, csr_file, t, name, e);
	if (rc == 0)
		rc = certify(&d, X509_REQ_get0_pubkey(csr), name, t, cert_file, out, e);
	X509_REQ_free(csr);
	pki_dir_close(&d);
	return rc;
}

static int issue(struct pki_dir *d, const char *name, const struct pki_terms *t, const char *out_dir,
                 struct pki_info *out, struct err *e)
{
	char file[WIRE_NAME_MAX + 8], key_file[PKI_PATH_MAX], cert_file[PKI_PATH_MAX];
	EVP_PKEY *key;
	int rc;

	snprintf(file, sizeof(file), "%s.key", name);
	rc = pki_dir_file(key_file, out_dir, file, e);
	snprintf(file, sizeof(file), "%s.crt", name);
	if (rc == 0)
		rc = pki_dir_file(cert_file, out_dir, file, e);
	if (rc == 0)
		rc = dir_make(out_dir, 0700, e);
	if (rc)
		return rc;
	key = x509_new_key();
	rc = key ? x509_write_key(key_file, key, e) : ossl_err(e, E_INTERNAL, "cannot make a key");
	if (rc == 0) {
		rc = certify(d, key, name, t, cert_file, out, e);
		if (rc)
			unlink(key_file); /* made a moment ago, known to nobody */
	}
	EVP_PKEY_free(key);
	return rc;
}

int pki_issue(const char *dir, const char *name, const struct pki_terms *t, const char *out_dir,
              struct pki_info *out, struct err *e)
{
	struct err local = ERR_INIT;
	struct pki_dir d;
	int rc = check_name(name, e);

	if (rc == 0)
		rc = pki_dir_open(&d, dir, true, e);
	if (rc)
		return rc;
	rc = issue(&d, name, t, out_dir, out, e ? e : &local);
	pki_dir_close(&d);
	return rc;
}

/* --- revoking and asking ----------------------------------------------------------------------- */

int pki_revoke(const char *dir, const char *name_or_serial, size_t *count, struct err *e)
{
	struct pki_dir d;
	size_t found = 0, revoked = 0;
	int rc = pki_dir_open(&d, dir, true, e);

	if (rc)
		return rc;
	for (size_t i = 0; i < d.count; i++) {
		struct pki_info *entry = &d.entries[i];

		if (strcmp(entry->name, name_or_serial) != 0 && strcmp(entry->serial, name_or_serial) != 0)
			continue;
		found++;
		if (!entry->revoked_s) {
			entry->revoked_s = (int64_t)time(NULL);
			revoked++;
		}
	}
	if (!found)
		rc = err_set(e, E_NOT_FOUND, "%s: no certificate with the name or serial '%.80s'", dir,
		             name_or_serial);
	else if (!revoked)
		rc = err_set(e, E_STATE, "every certificate of '%.80s' is revoked already", name_or_serial);
	if (rc == 0)
		rc = pki_dir_save_index(&d, e);
	if (rc == 0)
		rc = pki_dir_save_crl(&d, e);
	if (rc == 0 && count)
		*count = revoked;
	pki_dir_close(&d);
	return rc;
}

int pki_list(const char *dir, struct pki_info **out, size_t *count, struct err *e)
{
	struct pki_dir d;
	int rc = pki_dir_open(&d, dir, false, e);

	*out = NULL;
	*count = 0;
	if (rc)
		return rc;
	*out = d.entries;
	*count = d.count;
	d.entries = NULL;
	pki_dir_close(&d);
	return 0;
}

static int look_up(X509 *cert, const char *crl_file, struct pki_info *out, struct err *e)
{
	X509_REVOKED *revoked = NULL;
	X509_CRL *crl;
	int rc = x509_read_crl(crl_file, &crl, e);

	if (rc)
		return rc;
	if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(cert)) != 0)
		rc = err_set(e, E_INVALID, "%s: the revocation list is another authority's", crl_file);
	else if (X509_CRL_get0_by_cert(crl, &revoked, cert) == 1)
		out->revoked_s = x509_seconds(X509_REVOKED_get0_revocationDate(revoked));
	X509_CRL_free(crl);
	return rc;
}

int pki_show(const char *cert_file, const char *crl_file, struct pki_info *out, struct err *e)
{
	X509 *cert;
	int rc = x509_read_cert(cert_file, &cert, e);

	if (rc)
		return rc;
	rc = x509_info(cert, out, e);
	if (rc)
		rc = err_wrap(e, "%s", cert_file);
	if (rc == 0 && crl_file)
		rc = look_up(cert, crl_file, out, e);
	X509_free(cert);
	return rc;
}
