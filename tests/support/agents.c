#include "tests/support/agents.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/agent/safetensors.h"
#include "common/base/mem.h"
#include "tests/support/images.h"

static void must(int rc, const struct err *e)
{
	if (rc == 0)
		return;
	fprintf(stderr, "made agent: %s\n", e->text);
	abort();
}

static void add(struct made_agent *m, const struct module_kind *kind, const float *params)
{
	static const char *const edges[] = {"edge-1", "edge-2"};
	struct manifest_module x = {.kind = kind, .metric = 0.5, .round = 3, .rule = "fedavg"};
	struct buf *blob = &m->blobs[m->manifest.module_count];
	struct err e = ERR_INIT;

	safetensors_write(kind->layout(), params, NULL, 0, blob);
	x.digest = digest_of(blob->data, blob->len);
	x.size = blob->len;
	must(manifest_add(&m->manifest, &x, edges, ARRAY_LEN(edges), &e), &e);
}

void made_agent_init(struct made_agent *m, uint64_t version, uint64_t seed)
{
	const struct module_kind *perception = module_find("perception"), *memory = module_find("memory");
	float *p = mem_floats(perception->layout()->floats), *q = mem_floats(memory->layout()->floats);
	struct dataset data = images_make(40, seed);
	uint32_t items[40];
	struct train_job job = {
	    .data = &data, .shard = {items, 40}, .samples = 40, .seed = seed, .needs_params = p};
	struct train_report report;
	struct err e = ERR_INIT;

	for (uint32_t i = 0; i < 40; i++)
		items[i] = i;
	*m = (struct made_agent){.manifest = {.agent = "scout", .version = version}};
	perception->init(p, seed);
	must(memory->train(&job, q, &report, &e), &e);
	add(m, perception, p);
	add(m, memory, q);
	dataset_release(&data);
	free(p);
	free(q);
}

void made_agent_release(struct made_agent *m)
{
	manifest_release(&m->manifest);
	for (size_t i = 0; i < ARRAY_LEN(m->blobs); i++)
		buf_release(&m->blobs[i]);
}

int made_agent_blob(void *ctx, const struct digest *digest, struct buf *out, struct err *e)
{
	struct made_agent *m = ctx;

	m->asked++;
	for (size_t i = 0; i < m->manifest.module_count; i++)
		if (digest_equal(digest, &m->manifest.modules[i].digest)) {
			buf_append(out, m->blobs[i].data, m->blobs[i].len);
			return 0;
		}
	return err_set(e, E_NOT_FOUND, "no such blob");
}
