/* The configuration, the certificates and the revocation list, read again while the cloud runs. */
#ifndef CLOUD_DAEMON_RELOAD_H
#define CLOUD_DAEMON_RELOAD_H

#include "cloud/daemon/setup.h"
#include "common/net/tls_link.h"

/* All of it or, when something is wrong, nothing: `o` takes what is marked as reloadable, the log says what
 * changed and what waits for a restart, and edges connect again, by the new rules. */
int reload(struct cloud_options *o, struct cloud *c, struct net_server *server, struct err *e) MUST_CHECK;

#endif
