/* What an agent consists of, in one signed JSON text.
 *
 * The manifest's bytes are canonical: sorted keys, no white space. Its signed form is
 *   {"manifest":M,"signature":"S"}
 * with M those bytes and S the base64 of the Ed25519 signature over MANIFEST_DOMAIN followed by M, so that
 * the signature is checked before any of it is parsed. */
#ifndef AGENT_MANIFEST_H
#define AGENT_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "common/agent/key.h"
#include "common/base/buf.h"
#include "common/base/digest.h"
#include "common/base/err.h"
#include "common/module/module.h"

#define MANIFEST_DOMAIN "foedus agent manifest 1\n"
#define MANIFEST_FORMAT 1
#define MANIFEST_BYTES_MAX                                                                                   \
	((size_t)64 << 10) /* signed form; the largest that the limits below allow fits                          \
	                    */
#define MANIFEST_MODULES_MAX 8
#define MANIFEST_EDGES_MAX   64 /* names listed per module; of more edges only the number is kept */
#define AGENT_ID_MAX         64 /* characters */
#define EDGE_ID_MAX          64 /* characters */
#define MODULE_BLOB_MAX      ((uint64_t)1 << 30)

struct manifest_module {
	const struct module_kind *kind;
	struct digest digest; /* of its safetensors blob */
	uint64_t size;        /* bytes of the blob */
	double metric;        /* kind->metric on the cloud's validation data */
	/* provenance */
	uint64_t round;      /* that last changed it */
	char rule[32];       /* how updates were aggregated: "fedavg" */
	char **edges;        /* owned; names of edges whose updates went in, the first MANIFEST_EDGES_MAX */
	size_t edge_count;   /* names listed */
	uint64_t edge_total; /* edges whose updates went in */
};

struct manifest {
	char agent[AGENT_ID_MAX + 1];                         /* a name (str_is_name) */
	uint64_t version;                                     /* from 1, each deployment higher */
	struct manifest_module modules[MANIFEST_MODULES_MAX]; /* in the order of module_table, each kind once */
	size_t module_count;
};

/* Adds a module; its provenance is the edges given here (names copied), not those in `module`; E_INVALID /
 * E_EXISTS / E_LIMIT when it does not fit. */
int manifest_add(struct manifest *m, const struct manifest_module *module, const char *const *edges,
                 size_t edge_count, struct err *e) MUST_CHECK;
/* The same for a list that may have been shortened already: `listed` names (at most MANIFEST_EDGES_MAX) of
 * `edge_total` edges. */
int manifest_add_listed(struct manifest *m, const struct manifest_module *module, const char *const *edges,
                        size_t listed, uint64_t edge_total, struct err *e) MUST_CHECK;
void manifest_copy(struct manifest *to, const struct manifest *from); /* `to` is taken as empty */
void manifest_release(struct manifest *m);
const struct manifest_module *manifest_find(const struct manifest *m, const char *kind); /* or NULL */

/* Canonical bytes, appended; and back (also refuses bytes that are not canonical). */
int manifest_encode(const struct manifest *m, struct buf *out, struct err *e) MUST_CHECK;
int manifest_parse(const uint8_t *bytes, size_t n, struct manifest *out, struct err *e) MUST_CHECK;

/* The signed form, appended. */
int manifest_sign(const struct manifest *m, const struct agent_key *key, struct buf *out,
                  struct err *e) MUST_CHECK;
/* E_AUTH for a wrong key or a changed byte, E_INVALID for a wrong form. */
int manifest_open(const uint8_t *bytes, size_t n, const struct agent_key *key, struct manifest *out,
                  struct err *e) MUST_CHECK;
/* What an edge asks before it fetches anything: the right agent (E_AUTH), newer than `current` (E_STATE). */
int manifest_acceptable(const struct manifest *m, const char *agent, uint64_t current,
                        struct err *e) MUST_CHECK;

#endif
