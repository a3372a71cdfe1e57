#include "common/base/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

struct hasher {
	EVP_MD_CTX *ctx;
};

static void or_abort(int ok)
{
	if (ok != 1) /* SHA-256 and the generator cannot fail short of a broken OpenSSL */
		abort();
}

/* Fetched once: a fetch per digest costs more than hashing a small message. */
static const EVP_MD *sha256(void)
{
	static EVP_MD *md;
	EVP_MD *seen = __atomic_load_n(&md, __ATOMIC_ACQUIRE);

	if (!seen) {
		EVP_MD *none = NULL;

		seen = EVP_MD_fetch(NULL, "SHA256", NULL);
		or_abort(seen != NULL);
		if (!__atomic_compare_exchange_n(&md, &none, seen, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
			EVP_MD_free(seen);
			seen = none;
		}
	}
	return seen;
}

struct hasher *hasher_new(void)
{
	struct hasher *h = mem_alloc(sizeof(*h));

	h->ctx = EVP_MD_CTX_new();
	or_abort(h->ctx && EVP_DigestInit_ex(h->ctx, sha256(), NULL));
	return h;
}

void hasher_update(struct hasher *h, const void *p, size_t n)
{
	or_abort(EVP_DigestUpdate(h->ctx, p, n));
}

struct digest hasher_finish(struct hasher *h)
{
	struct digest d;

	or_abort(EVP_DigestFinal_ex(h->ctx, d.bytes, NULL));
	hasher_free(h);
	return d;
}

void hasher_free(struct hasher *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

struct digest digest_of(const void *p, size_t n)
{
	struct digest d;

	or_abort(EVP_Digest(p, n, d.bytes, NULL, sha256(), NULL));
	return d;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

bool digest_is_zero(const struct digest *d)
{
	static const struct digest zero;

	return digest_equal(d, &zero);
}

void digest_hex(const struct digest *d, char out[DIGEST_HEX])
{
	str_hex(d->bytes, DIGEST_BYTES, out);
}

int digest_parse(struct digest *d, const char *hex, struct err *e)
{
	if (strlen(hex) != 2 * DIGEST_BYTES || !str_unhex(hex, d->bytes, DIGEST_BYTES))
		return err_set(e, E_INVALID, "'%.80s' is not a SHA-256 digest (64 hexadecimal digits)", hex);
	return 0;
}

void random_bytes(void *p, size_t n)
{
	or_abort(RAND_bytes(p, (int)n));
}

char *base64_encode(const void *p, size_t n)
{
	char *out = mem_alloc((n + 2) / 3 * 4 + 1);

	EVP_EncodeBlock((unsigned char *)out, p, (int)n);
	return out;
}

/* Strict: EVP_DecodeBlock would forgive white space and count padding as data. */
long base64_decode(const char *text, size_t n, uint8_t *out, size_t cap, struct err *e)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t pad = n >= 1 && text[n - 1] == '=' ? (n >= 2 && text[n - 2] == '=' ? 2 : 1) : 0;
	size_t bytes = n / 4 * 3 - pad;
	size_t filled = 0;
	uint32_t group = 0;

	if (n % 4 != 0)
		return err_set(e, E_INVALID, "base64 text of %zu characters: not a multiple of 4", n);
	if (bytes > cap)
		return err_set(e, E_LIMIT, "base64 text holds %zu bytes, at most %zu are accepted", bytes, cap);
	for (size_t i = 0; i < n; i++) {
		const char *at = i < n - pad ? memchr(alphabet, text[i], 64) : alphabet;

		if (!at)
			return err_set(e, E_INVALID, "base64 text: character %zu is outside the alphabet", i + 1);
		group = group << 6 | (uint32_t)(at - alphabet);
		if (i % 4 != 3)
			continue;
		for (int shift = 16; shift >= 0 && filled < bytes; shift -= 8)
			out[filled++] = (uint8_t)(group >> shift);
		group = 0;
	}
	return (long)bytes;
}
