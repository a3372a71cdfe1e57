/* The parameters of an agent's modules, as the edges get them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/admin/api.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/http/server.h"

#define PIECE_BYTES ((size_t)64 << 10)

struct download {
	struct blob_reader *blob;
	uint64_t at;
};

static int more(void *ctx, struct buf *out)
{
	struct download *d = ctx;
	uint64_t left = blob_reader_size(d->blob) - d->at;
	size_t n = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
	struct err e = ERR_INIT;
	uint8_t *to = buf_reserve(out, n);

	if (n == 0)
		return 0;
	if (blob_reader_at(d->blob, d->at, to, n, &e)) {
		log_error("a module cannot be read: %s", e.text);
		return e.code;
	}
	out->len += n;
	d->at += n;
	return 0;
}

static void done(void *ctx)
{
	struct download *d = ctx;

	blob_reader_close(d->blob);
	free(d);
}

/* The digest of the module of this kind, from the signed form; E_NOT_FOUND. */
static int find_digest(const struct agent_record *agent, const char *kind, struct digest *out, struct err *e)
{
	json_t *signed_form = NULL, *m;
	int rc = json_parse((const char *)agent->manifest, agent->manifest_len, &signed_form, e);
	bool found = false;
	size_t i;

	if (rc)
		return rc;
	json_array_foreach (json_object_get(json_object_get(signed_form, "manifest"), "modules"), i, m) {
		const char *name = json_string_value(json_object_get(m, "kind"));
		const char *hex = json_string_value(json_object_get(m, "digest"));

		if (name && hex && strcmp(name, kind) == 0)
			found = digest_parse(out, hex, NULL) == 0;
	}
	json_decref(signed_form);
	return found ? 0 : err_set(e, E_NOT_FOUND, "the agent has no module '%.64s'", kind);
}

void get_agent_module(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct agent_record agent = {0};
	struct blob_reader *blob = NULL;
	struct err e = ERR_INIT;
	struct digest digest;
	struct download *d;
	uint64_t version;
	int rc;

	if (!path_number(r, "version", &version))
		return;
	rc = store_load_agent(cloud_store(a->cloud), version, &agent, &e);
	if (!rc)
		rc = find_digest(&agent, http_param(r, "kind"), &digest, &e);
	agent_record_release(&agent);
	if (!rc)
		rc = blob_reader_open(&blob, a->config.blobs, &digest, &e);
	if (rc) {
		http_problem_err(r, &e);
		return;
	}
	d = mem_zalloc(sizeof(*d));
	d->blob = blob;
	http_reply_source(r, 200, "application/octet-stream", (struct http_source){d, more, done});
}
