/* Network addresses as people write them. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdint.h>

#include "common/base/err.h"

#define ADDRESS_HOST_MAX 256 /* bytes of a host's name with its final NUL */

/* "HOST:PORT" or "[IPV6]:PORT" into its parts; the port is `least` to 65535 (0 = any free one, where one
 * listens). The error begins with `what` (an option's name) unless that is NULL. */
int address_parse(const char *text, const char *what, uint16_t least, char host[ADDRESS_HOST_MAX],
                  uint16_t *port, struct err *e) MUST_CHECK;

#endif
