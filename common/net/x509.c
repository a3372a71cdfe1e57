#include "common/net/x509.h"

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/mem.h"
#include "common/base/str.h"

EVP_PKEY *x509_new_key(void)
{
	return EVP_EC_gen("P-256");
}

/* --- asking ------------------------------------------------------------------------------------ */

int64_t x509_seconds(const ASN1_TIME *t)
{
	struct tm tm;

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm);
}

void x509_serial_hex(const ASN1_INTEGER *serial, char out[PKI_SERIAL_HEX])
{
	uint8_t bytes[16] = {0};
	BIGNUM *bn = ASN1_INTEGER_to_BN(serial, NULL);

	if (bn && BN_num_bytes(bn) <= 16)
		BN_bn2binpad(bn, bytes, 16);
	BN_free(bn);
	str_hex(bytes, 16, out);
}

static bool subject_part(const X509_NAME *subject, int nid, char *out, size_t cap)
{
	int at = X509_NAME_get_index_by_NID(subject, nid, -1);
	const ASN1_STRING *s;

	out[0] = 0;
	if (at < 0 || X509_NAME_get_index_by_NID(subject, nid, at) >= 0)
		return false; /* none, or two that could be told apart by nobody */
	s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
	if ((size_t)ASN1_STRING_length(s) >= cap)
		return false;
	memcpy(out, ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
	out[ASN1_STRING_length(s)] = 0;
	return strlen(out) == (size_t)ASN1_STRING_length(s) && str_is_name(out, WIRE_NAME_MAX);
}

int x509_subject_read(const X509_NAME *subject, char name[WIRE_NAME_MAX + 1], enum net_role *role,
                      struct err *e)
{
	char unit[WIRE_NAME_MAX + 1];

	if (!subject_part(subject, NID_commonName, name, WIRE_NAME_MAX + 1))
		return err_set(e, E_INVALID,
		               "the subject's common name is not a name (accepted: one of 1 to %d letters, digits, "
		               "'.', '_', '-')",
		               WIRE_NAME_MAX);
	if (!subject_part(subject, NID_organizationalUnitName, unit, sizeof(unit)))
		return err_set(e, E_INVALID, "certificate of %s: no role in the subject's organisational unit", name);
	if (net_role_parse(unit, role, e))
		return err_wrap(e, "certificate of %s", name);
	return 0;
}

static void list_hosts(X509 *cert, char *out, size_t cap)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	size_t used = 0;

	for (int i = 0; names && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
		char text[256] = "";

		if (g->type == GEN_DNS)
			snprintf(text, sizeof(text), "%.*s", ASN1_STRING_length(g->d.dNSName),
			         (const char *)ASN1_STRING_get0_data(g->d.dNSName));
		else if (g->type == GEN_IPADD)
			inet_ntop(ASN1_STRING_length(g->d.iPAddress) == 4 ? AF_INET : AF_INET6,
			          ASN1_STRING_get0_data(g->d.iPAddress), text, sizeof(text));
		if (text[0] && used + strlen(text) + 3 < cap)
			used += (size_t)snprintf(out + used, cap - used, "%s%s", used ? ", " : "", text);
	}
	GENERAL_NAMES_free(names);
}

static uint32_t usage_of(enum net_role role)
{
	return role == NET_ROLE_CLOUD ? XKU_SSL_SERVER : XKU_SSL_CLIENT;
}

int x509_info(X509 *cert, struct pki_info *out, struct err *e)
{
	int64_t left;
	int rc;

	memset(out, 0, sizeof(*out));
	if (!subject_part(X509_get_issuer_name(cert), NID_commonName, out->issuer, sizeof(out->issuer)))
		str_copy(out->issuer, sizeof(out->issuer), "unknown");
	x509_serial_hex(X509_get0_serialNumber(cert), out->serial);
	out->not_before_s = x509_seconds(X509_get0_notBefore(cert));
	out->not_after_s = x509_seconds(X509_get0_notAfter(cert));
	left = out->not_after_s - (int64_t)time(NULL);
	out->days_left = (int)(left >= 0 ? left / 86400 : -1 - (-left - 1) / 86400);
	list_hosts(cert, out->hosts, sizeof(out->hosts));
	out->is_authority = X509_check_ca(cert) == 1;
	if (out->is_authority) {
		subject_part(X509_get_subject_name(cert), NID_commonName, out->name, sizeof(out->name));
		return 0;
	}
	rc = x509_subject_read(X509_get_subject_name(cert), out->name, &out->role, e);
	if (rc == 0 && !(X509_get_extended_key_usage(cert) & usage_of(out->role)))
		rc = err_set(e, E_INVALID, "certificate of %s: its extended key usage does not allow the role %s",
		             out->name, net_role_name(out->role));
	return rc;
}

/* --- making ------------------------------------------------------------------------------------ */

X509_NAME *x509_subject(const char *name, const enum net_role *role)
{
	X509_NAME *n = X509_NAME_new();

	X509_NAME_add_entry_by_txt(n, "O", MBSTRING_ASC, (const unsigned char *)"Foedus", -1, -1, 0);
	if (role)
		X509_NAME_add_entry_by_txt(n, "OU", MBSTRING_ASC, (const unsigned char *)net_role_name(*role), -1, -1,
		                           0);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	return n;
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *x;
	bool ok;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = x && X509_add_ext(cert, x, -1) == 1;
	X509_EXTENSION_free(x);
	return ok;
}

/* 127 random bits: positive, and never the same twice. */
static bool set_serial(X509 *cert)
{
	uint8_t bytes[16];
	BIGNUM *bn;
	bool ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40);
	bn = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = bn && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert));
	BN_free(bn);
	return ok;
}

static X509 *begin(X509_NAME *subject, X509_NAME *issuer, EVP_PKEY *key, int64_t from_s, int64_t until_s)
{
	X509 *c = X509_new();
	bool ok = c && X509_set_version(c, X509_VERSION_3) && set_serial(c) &&
	          X509_set_subject_name(c, subject) && X509_set_issuer_name(c, issuer) &&
	          X509_set_pubkey(c, key) && ASN1_TIME_set(X509_getm_notBefore(c), (time_t)from_s) &&
	          ASN1_TIME_set(X509_getm_notAfter(c), (time_t)until_s);

	if (ok)
		return c;
	X509_free(c);
	return NULL;
}

X509 *x509_make_authority(const char *name, EVP_PKEY *key, int64_t from_s, int64_t until_s, struct err *e)
{
	X509_NAME *subject = x509_subject(name, NULL);
	X509 *c = begin(subject, subject, key, from_s, until_s);
	bool ok = c && add_extension(c, c, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	          add_extension(c, c, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	          add_extension(c, c, NID_subject_key_identifier, "hash") && X509_sign(c, key, EVP_sha256()) > 0;

	X509_NAME_free(subject);
	if (ok)
		return c;
	X509_free(c);
	ossl_err(e, E_INTERNAL, "cannot make the authority's certificate");
	return NULL;
}

static bool is_host(const char *text)
{
	size_t n = strlen(text);

	if (n == 0 || n > 253)
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.*") == n;
}

/* "a.example, 10.0.0.1" into an extension; false with `e` set when one is neither a name nor an address. */
static bool add_hosts(X509 *cert, const char *hosts, struct err *e)
{
	char *copy = mem_strdup(hosts);
	char *rest = NULL;
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	bool ok = true;

	for (char *h = strtok_r(copy, ", ", &rest); ok && h; h = strtok_r(NULL, ", ", &rest)) {
		ASN1_OCTET_STRING *ip = a2i_IPADDRESS(h);
		GENERAL_NAME *g = GENERAL_NAME_new();

		if (ip) {
			GENERAL_NAME_set0_value(g, GEN_IPADD, ip);
		} else {
			ASN1_IA5STRING *dns = ASN1_IA5STRING_new();

			ok = is_host(h) && ASN1_STRING_set(dns, h, -1);
			GENERAL_NAME_set0_value(g, GEN_DNS, dns);
		}
		sk_GENERAL_NAME_push(names, g);
		if (!ok)
			err_set(e, E_INVALID, "host '%.100s' (accepted: DNS names and IP addresses, separated by commas)",
			        h);
	}
	if (ok && sk_GENERAL_NAME_num(names) > 0 &&
	    X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) != 1) {
		ossl_err(e, E_INTERNAL, "cannot add the hosts");
		ok = false;
	}
	GENERAL_NAMES_free(names);
	free(copy);
	return ok;
}

X509 *x509_make(const struct x509_issuer *ca, EVP_PKEY *public_key, const char *name,
                const struct pki_terms *t, int64_t from_s, int64_t until_s, struct err *e)
{
	X509_NAME *subject = x509_subject(name, &t->role);
	X509 *c = begin(subject, X509_get_subject_name(ca->cert), public_key, from_s, until_s);
	const char *usage = t->role == NET_ROLE_CLOUD ? "serverAuth" : "clientAuth";
	bool ok = c && add_extension(c, ca->cert, NID_basic_constraints, "critical,CA:FALSE") &&
	          add_extension(c, ca->cert, NID_key_usage, "critical,digitalSignature") &&
	          add_extension(c, ca->cert, NID_ext_key_usage, usage) &&
	          add_extension(c, ca->cert, NID_subject_key_identifier, "hash") &&
	          add_extension(c, ca->cert, NID_authority_key_identifier, "keyid:always");

	X509_NAME_free(subject);
	if (!ok)
		ossl_err(e, E_INTERNAL, "cannot make the certificate of %s", name);
	if (ok && t->hosts)
		ok = add_hosts(c, t->hosts, e);
	if (ok && X509_sign(c, ca->key, EVP_sha256()) <= 0) {
		ossl_err(e, E_INTERNAL, "cannot sign the certificate of %s", name);
		ok = false;
	}
	if (ok)
		return c;
	X509_free(c);
	return NULL;
}
