/* foedus-edge: puts the edge's core, its training, the network and the agent service on one loop. */
#ifndef EDGE_DAEMON_DAEMON_H
#define EDGE_DAEMON_DAEMON_H

#include "edge/daemon/options.h"

/* Runs until SIGTERM or SIGINT: says Goodbye, lets requests in hand finish, and ends with 0; a second signal
 * ends at once. SIGHUP reads the reloadable options, the certificates and the revocation list again. The
 * service manager is told of all of it. Returns the exit code: 2 when an option or a file is wrong, 1 when
 * something else keeps it from starting. */
int edge_daemon(struct edge_options *o);

#endif
