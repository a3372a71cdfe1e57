/* OpenSSL's complaints in plain words. */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/net/tls_impl.h"
#include "common/net/x509.h"

int tls_explain_verify(int code, const char *name, const char *authority, struct err *e)
{
	switch (code) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return err_set(e, E_AUTH, "the certificate of %s has expired", name);
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return err_set(e, E_AUTH, "the certificate of %s is not valid yet (are the clocks right?)", name);
	case X509_V_ERR_CERT_REVOKED:
		return err_set(e, E_AUTH, "the certificate of %s is revoked", name);
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
		return err_set(e, E_AUTH, "the certificate of %s cannot be checked: %s", name,
		               X509_verify_cert_error_string(code));
	case X509_V_ERR_INVALID_PURPOSE:
		return err_set(e, E_AUTH, "the certificate of %s is not for this side of a connection (wrong role)",
		               name);
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		return err_set(e, E_AUTH, "the certificate of %s is not from the authority %s", name, authority);
	default:
		return err_set(e, E_AUTH, "the certificate of %s is refused: %s", name,
		               X509_verify_cert_error_string(code));
	}
}

/* What an alert or a failure means here. */
static const struct {
	int reason;
	int code;
	const char *text;
} reasons[] = {
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, E_AUTH, "the peer shows no certificate"},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, E_AUTH, "the peer wants a certificate from us"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, E_AUTH,
     "the peer refuses our certificate: not within its validity"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, E_AUTH, "the peer refuses our certificate: revoked"},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, E_AUTH, "the peer refuses our certificate: not from its authority"},
    {SSL_R_TLSV1_ALERT_DECRYPT_ERROR, E_AUTH, "the peer refuses our certificate: not from its authority"},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, E_AUTH, "the peer refuses our certificate: not valid yet, or bad"},
    {SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, E_AUTH, "the peer refuses our certificate: wrong role"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, E_AUTH, "the peer refuses our certificate"},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, E_AUTH, "the peer refuses our certificate: wrong role or name"},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, E_PROTOCOL, "the peer does not speak TLS 1.3"},
    {SSL_R_UNSUPPORTED_PROTOCOL, E_PROTOCOL, "the peer does not speak TLS 1.3"},
    {SSL_R_WRONG_VERSION_NUMBER, E_PROTOCOL, "the peer does not speak TLS"},
    {SSL_R_HTTP_REQUEST, E_PROTOCOL, "the peer speaks plain HTTP, not TLS"},
    {SSL_R_UNEXPECTED_MESSAGE, E_PROTOCOL, "the peer does not speak TLS properly"},
    {SSL_R_BAD_RECORD_TYPE, E_PROTOCOL, "the peer does not speak TLS"},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, E_CORRUPT, "what came was changed on the way"},
};

void tls_explain(struct tls_conn *c, int ssl_error, struct err *e)
{
	unsigned long last = ERR_peek_last_error();
	int reason = ERR_GET_REASON(last);

	if (c->refusal.code) {
		*e = c->refusal;
		ERR_clear_error();
		return;
	}
	if (ssl_error == SSL_ERROR_ZERO_RETURN) {
		err_set(e, E_UNAVAILABLE, "the peer closed the connection");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (ERR_GET_LIB(last) == ERR_LIB_SSL && reason == reasons[i].reason) {
			err_set(e, reasons[i].code, "%s", reasons[i].text);
			ERR_clear_error();
			return;
		}
	}
	ossl_err(e, E_PROTOCOL, "TLS failed");
}
