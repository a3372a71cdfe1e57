/* A bounded ring of the latest events, and those who listen.
 *
 * An event's id is "EPOCH-NUMBER". A client that comes back with the last id it saw gets what followed, as
 * long as all of it is still kept; the first event it gets, "hello", says whether that was so. */
#ifndef ADMIN_RING_H
#define ADMIN_RING_H

#include "cloud/admin/api.h"

#define RING_ID_MAX        48
#define LISTENER_TYPES_MAX 128

/* Answers the request with a stream; `types` (NULL = all) and `last_id` (NULL = none) are the client's. */
void ring_listen(struct ring *x, struct http_request *r, const char *types, const char *last_id);
size_t ring_listening(const struct ring *x); /* how many */

#endif
