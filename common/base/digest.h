/* SHA-256 digests (the address of every blob), random bytes and base64, all from OpenSSL. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define DIGEST_BYTES 32
#define DIGEST_HEX   (2 * DIGEST_BYTES + 1) /* with the final NUL */

struct digest {
	uint8_t bytes[DIGEST_BYTES];
};

struct hasher; /* opaque, streaming */

struct hasher *hasher_new(void);
void hasher_update(struct hasher *h, const void *p, size_t n);
struct digest hasher_finish(struct hasher *h); /* frees `h` */
void hasher_free(struct hasher *h);            /* gives up; NULL is fine */

struct digest digest_of(const void *p, size_t n);
bool digest_equal(const struct digest *a, const struct digest *b);
bool digest_is_zero(const struct digest *d);
void digest_hex(const struct digest *d, char out[DIGEST_HEX]);
int digest_parse(struct digest *d, const char *hex, struct err *e) MUST_CHECK;

void random_bytes(void *p, size_t n); /* unpredictable; for keys, sessions and tokens only */

/* Base64 (RFC 4648, with padding). Encoding returns owned text. Decoding returns the byte count
 * or E_INVALID / E_LIMIT (more than `cap`). */
char *base64_encode(const void *p, size_t n);
long base64_decode(const char *text, size_t n, uint8_t *out, size_t cap, struct err *e) MUST_CHECK;

#endif
