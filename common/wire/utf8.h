/* UTF-8 (RFC 3629), so that a peer's text is safe in logs, JSON and the store. */
#ifndef WIRE_UTF8_H
#define WIRE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Well-formed UTF-8 without control characters (below U+0020, U+007F), overlong forms or surrogates. */
bool utf8_is_text(const char *p, size_t n);
/* Copies n bytes with '?' in place of every byte that is not part of such text. */
void utf8_clean(char *to, const char *from, size_t n);

#endif
