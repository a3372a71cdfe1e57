#include "common/base/address.h"

#include <string.h>

#include "common/base/str.h"

static int split(const char *text, uint16_t least, char host[ADDRESS_HOST_MAX], uint16_t *port, struct err *e)
{
	const char *colon = strrchr(text, ':'), *from = text;
	size_t n = colon ? (size_t)(colon - text) : 0;
	int64_t number;

	if (!colon || colon == text || str_to_int(colon + 1, "port", least, UINT16_MAX, &number, NULL))
		return err_set(e, E_INVALID, "'%.80s' is not HOST:PORT or [IPV6]:PORT with a port from %u to 65535",
		               text, least);
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
		from++;
		n -= 2;
	} else if (memchr(text, ':', n)) {
		return err_set(e, E_INVALID, "'%.80s': write an IPv6 address in brackets, [IPV6]:PORT", text);
	}
	if (n == 0 || n >= ADDRESS_HOST_MAX)
		return err_set(e, E_INVALID, "'%.80s': the host has 1 to %d characters", text, ADDRESS_HOST_MAX - 1);
	memcpy(host, from, n);
	host[n] = 0;
	*port = (uint16_t)number;
	return 0;
}

int address_parse(const char *text, const char *what, uint16_t least, char host[ADDRESS_HOST_MAX],
                  uint16_t *port, struct err *e)
{
	int rc = split(text, least, host, port, e);

	return rc && what ? err_wrap(e, "%s", what) : rc;
}
