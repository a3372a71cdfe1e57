#include "common/agent/manifest.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define OPENING       "{\"manifest\":"
#define MIDDLE        ",\"signature\":\""
#define CLOSING       "\"}"
#define OPENING_BYTES (sizeof(OPENING) - 1)
#define MIDDLE_BYTES  (sizeof(MIDDLE) - 1)
#define CLOSING_BYTES (sizeof(CLOSING) - 1)
#define BASE64_BYTES  ((AGENT_SIGNATURE_BYTES + 2) / 3 * 4)
#define TAIL_BYTES    (MIDDLE_BYTES + BASE64_BYTES + CLOSING_BYTES)

/* The bytes under the signature: a domain, so that the key's signatures mean nothing elsewhere, then the
 * manifest. */
static void signed_bytes(const uint8_t *manifest, size_t n, struct buf *out)
{
	buf_str(out, MANIFEST_DOMAIN);
	buf_append(out, manifest, n);
}

int manifest_sign(const struct manifest *m, const struct agent_key *key, struct buf *out, struct err *e)
{
	struct buf text = BUF_INIT, under = BUF_INIT;
	uint8_t signature[AGENT_SIGNATURE_BYTES];
	char *base64;
	int rc = manifest_encode(m, &text, e);

	if (!rc && text.len + OPENING_BYTES + TAIL_BYTES > MANIFEST_BYTES_MAX)
		rc = err_set(e, E_LIMIT, "manifest of %zu bytes, at most %zu are accepted when signed", text.len,
		             MANIFEST_BYTES_MAX);
	if (!rc) {
		signed_bytes(text.data, text.len, &under);
		rc = agent_key_sign(key, under.data, under.len, signature, e);
	}
	if (!rc) {
		base64 = base64_encode(signature, sizeof(signature));
		buf_str(out, OPENING);
		buf_append(out, text.data, text.len);
		buf_fmt(out, MIDDLE "%s" CLOSING, base64);
		free(base64);
	}
	buf_release(&text);
	buf_release(&under);
	return rc;
}

/* Only the one canonical spelling of a signature is taken: base64 leaves spare bits that could be anything.
 */
static bool read_signature(const char *text, uint8_t signature[AGENT_SIGNATURE_BYTES])
{
	bool same =
	    base64_decode(text, BASE64_BYTES, signature, AGENT_SIGNATURE_BYTES, NULL) == AGENT_SIGNATURE_BYTES;
	char *again;

	if (!same)
		return false;
	again = base64_encode(signature, AGENT_SIGNATURE_BYTES);
	same = memcmp(again, text, BASE64_BYTES) == 0;
	free(again);
	return same;
}

/* Takes the signed form apart by position; nothing inside the manifest is looked at yet. */
static int take_apart(const uint8_t *bytes, size_t n, const uint8_t **manifest, size_t *manifest_len,
                      uint8_t signature[AGENT_SIGNATURE_BYTES], struct err *e)
{
	const uint8_t *tail;

	if (n > MANIFEST_BYTES_MAX)
		return err_set(e, E_LIMIT, "signed manifest of %zu bytes, at most %zu are accepted", n,
		               MANIFEST_BYTES_MAX);
	if (n < OPENING_BYTES + TAIL_BYTES || memcmp(bytes, OPENING, OPENING_BYTES) != 0)
		return err_set(e, E_INVALID, "not a signed manifest (accepted: " OPENING "...)");
	tail = bytes + n - TAIL_BYTES;
	if (memcmp(tail, MIDDLE, MIDDLE_BYTES) != 0 ||
	    memcmp(bytes + n - CLOSING_BYTES, CLOSING, CLOSING_BYTES) != 0 ||
	    !read_signature((const char *)tail + MIDDLE_BYTES, signature))
		return err_set(e, E_INVALID, "signed manifest does not end with a signature of %d base64 characters",
		               BASE64_BYTES);
	*manifest = bytes + OPENING_BYTES;
	*manifest_len = n - OPENING_BYTES - TAIL_BYTES;
	return 0;
}

int manifest_open(const uint8_t *bytes, size_t n, const struct agent_key *key, struct manifest *out,
                  struct err *e)
{
	struct buf under = BUF_INIT;
	uint8_t signature[AGENT_SIGNATURE_BYTES];
	const uint8_t *manifest = NULL;
	size_t len = 0;
	int rc;

	*out = (struct manifest){0};
	rc = take_apart(bytes, n, &manifest, &len, signature, e);
	if (rc)
		return rc;
	signed_bytes(manifest, len, &under);
	rc = agent_key_verify(key, under.data, under.len, signature, e);
	buf_release(&under);
	if (rc) {
		err_wrap(e, "manifest");
		return rc;
	}
	return manifest_parse(manifest, len, out, e);
}

int manifest_acceptable(const struct manifest *m, const char *agent, uint64_t current, struct err *e)
{
	if (strcmp(m->agent, agent) != 0)
		return err_set(e, E_AUTH, "manifest is of agent '%s', this edge runs '%s'", m->agent, agent);
	if (m->version <= current)
		return err_set(e, E_STATE,
		               "agent version %" PRIu64 " is not newer than the one running (%" PRIu64 ")",
		               m->version, current);
	return 0;
}
