/* The configuration, the certificates and the revocation list, read again while the edge runs. */
#ifndef EDGE_DAEMON_RELOAD_H
#define EDGE_DAEMON_RELOAD_H

#include "common/net/tls_link.h"
#include "edge/daemon/options.h"

/* All of it or, when something is wrong, nothing: `o` takes what is marked as reloadable, and the log says
 * what changed and what waits for a restart. The next connection is made with the new certificates. */
int reload(struct edge_options *o, struct net_dialer *dialer, struct err *e) MUST_CHECK;

#endif
