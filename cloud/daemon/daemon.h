/* foedus-cloud: puts the cloud's core, its store, the network and the administration on one loop. */
#ifndef CLOUD_DAEMON_DAEMON_H
#define CLOUD_DAEMON_DAEMON_H

#include "cloud/daemon/options.h"

/* Runs until SIGTERM or SIGINT or a fatal error; returns the exit code. Ending takes at most ten seconds:
 * edges are told, the job under way is finished; a second signal ends at once, with 1. SIGHUP reads
 * configuration, certificates and the revocation list again (reload.h). The service manager is told of all of
 * it. */
int cloud_daemon(struct cloud_options *o);

#endif
