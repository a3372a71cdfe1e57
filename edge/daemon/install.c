#include "edge/daemon/install.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

int install_inspect(const struct installer *x, const uint8_t *manifest, size_t n, struct edge_agent *out,
                    struct err *e)
{
	struct manifest m = {0};
	int rc = manifest_open(manifest, n, x->key, &m, e);

	if (rc)
		return rc;
	rc = manifest_acceptable(&m, x->agent_id, 0, e);
	memset(out, 0, sizeof(*out));
	out->version = m.version;
	for (size_t i = 0; i < m.module_count && i < EDGE_AGENT_BLOBS_MAX; i++) {
		out->blobs[i].digest = m.modules[i].digest;
		out->blobs[i].size = m.modules[i].size;
		out->blob_count = i + 1;
	}
	manifest_release(&m);
	return rc;
}

/* One installation, on its way to a worker and back. The blobs are mapped on the loop's thread, which owns
 * the store; the worker only reads the maps. */
struct job {
	const struct installer *x;
	struct buf bytes; /* the signed form */
	struct manifest manifest;
	struct blob_map map[MANIFEST_MODULES_MAX];
	struct agent *agent;
	struct err why;
};

static int get_blob(void *ctx, const struct digest *d, struct buf *out, struct err *e)
{
	const struct job *j = ctx;

	for (size_t i = 0; i < j->manifest.module_count; i++)
		if (digest_equal(&j->manifest.modules[i].digest, d)) {
			buf_append(out, j->map[i].data, j->map[i].size);
			return 0;
		}
	return err_set(e, E_NOT_FOUND, "the manifest names no such blob");
}

static int map_blobs(struct job *j)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < j->manifest.module_count; i++)
		rc = blobs_map(j->x->blobs, &j->manifest.modules[i].digest, (size_t)MODULE_BLOB_MAX, &j->map[i],
		               &j->why);
	return rc;
}

static struct job *job_new(const struct installer *x, const uint8_t *manifest, size_t n)
{
	struct job *j = mem_zalloc(sizeof(*j));

	j->x = x;
	buf_append(&j->bytes, manifest, n);
	return j;
}

static void job_free(struct job *j)
{
	for (size_t i = 0; i < MANIFEST_MODULES_MAX; i++)
		blob_unmap(&j->map[i]);
	agent_unref(j->agent);
	manifest_release(&j->manifest);
	buf_release(&j->bytes);
	free(j);
}

static int open_manifest(struct job *j)
{
	int rc = manifest_open(j->bytes.data, j->bytes.len, j->x->key, &j->manifest, &j->why);

	return rc ? rc : map_blobs(j);
}

static void load(void *job)
{
	struct job *j = job;

	if (j->why.code == 0 && agent_load(&j->manifest, get_blob, j, &j->agent, &j->why) == 0)
		j->why.code = 0;
}

static void loaded(void *job)
{
	struct job *j = job;
	const struct installer *x = j->x;

	/* Saved before it is used: after a crash the same agent answers. */
	if (j->why.code == 0 && records_save_agent(x->records, j->bytes.data, j->bytes.len, &j->why) == 0) {
		j->why.code = 0;
		x->swap(x->ctx, j->agent);
	}
	x->done(x->ctx, j->manifest.version, &j->why);
	job_free(j);
}

void install_start(const struct installer *x, uint64_t version, const uint8_t *manifest, size_t n)
{
	struct job *j = job_new(x, manifest, n);

	if (open_manifest(j)) {
		x->done(x->ctx, version, &j->why);
		job_free(j);
		return;
	}
	executor_run(x->executor, load, loaded, j);
}

int install_saved(const struct installer *x, struct edge_agent *out, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct job *j;
	int rc = records_load_agent(x->records, &bytes, e);

	if (rc == 0)
		rc = install_inspect(x, bytes.data, bytes.len, out, e);
	if (rc) {
		buf_release(&bytes);
		return rc;
	}
	j = job_new(x, bytes.data, bytes.len);
	buf_release(&bytes);
	rc = open_manifest(j);
	load(j);
	if (j->why.code == 0)
		x->swap(x->ctx, j->agent);
	else
		rc = j->why.code;
	if (rc && e)
		*e = j->why;
	job_free(j);
	return rc;
}
