/* foedus-cloud: puts the cloud's core, its store, the network and the administration on one loop. */
#ifndef CLOUD_DAEMON_DAEMON_H
#define CLOUD_DAEMON_DAEMON_H

#include "cloud/daemon/options.h"

/* Runs until SIGTERM or SIGINT (drain; a second one waits only for the job under way) or a fatal error.
 * SIGHUP reads the log's options, the certificates and the revocation list again and has the edges connect
 * again. Returns the exit code.
 */
int cloud_daemon(const struct cloud_options *o);

#endif
