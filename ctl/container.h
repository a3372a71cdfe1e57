/* What containers start with that have no shell: an authority that signs by itself, and edges that take a
 * place, get a certificate for it and become foedus-edge. They meet in folders:
 *
 *   DIR/       the authority's own (see common/net/pki.h); nobody else has it
 *   KEYS/      the cloud's: cloud.key, cloud.crt, ca.crt, ca.crl, agent-key.pem
 *   TRUST/     for edges to read: ca.crt, agent-pub.pem, and NAME.crt for each that was signed
 *   REQUESTS/  for edges to write: NAME.csr */
#ifndef CTL_CONTAINER_H
#define CTL_CONTAINER_H

#include "common/base/err.h"

enum { CONTAINER_PATH = 512, CONTAINER_POLL_MS = 100, CONTAINER_PLACES_MAX = 4096 };

/* The verbs of `foedus container`. */
int container_authority(int argc, char **argv);
int container_edge(int argc, char **argv);

/* "FOLDER/NAME" and what follows it. Too long: cut, and found missing. */
const char *container_path(char out[CONTAINER_PATH], const char *folder, const char *name,
                           const char *suffix);

#endif
