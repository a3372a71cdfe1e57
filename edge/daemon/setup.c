#include "edge/daemon/setup.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/data/shard.h"

int setup_tls(const struct edge_options *o, struct tls_ctx **out, struct err *e)
{
	struct tls_files files = {o->cert, o->key, o->ca, o->crl};

	return tls_ctx_new(out, &files, NET_ROLE_EDGE, NET_ROLE_CLOUD, e);
}

static int open_identity(const struct edge_options *o, struct edge_setup *s, struct err *e)
{
	int rc = address_parse(o->cloud, "--cloud", 1, s->host, &s->port, e);

	if (!rc && !str_is_name(o->agent_id, WIRE_NAME_MAX))
		rc = err_set(e, E_INVALID,
		             "--agent-id: '%.80s' is not a name of 1 to %d letters, digits, '.', '_', '-'",
		             o->agent_id, WIRE_NAME_MAX);
	if (!rc)
		rc = setup_tls(o, &s->tls, e);
	if (!rc && !str_copy(s->name, sizeof(s->name), tls_ctx_name(s->tls)))
		rc = err_set(e, E_LIMIT, "--cert: the name in it is longer than %d characters", WIRE_NAME_MAX);
	if (!rc)
		log_edge(s->name);
	if (!rc)
		rc = agent_key_public_load(o->agent_key, &s->agent_key, e);
	return rc;
}

/* Only our own part stays in memory, in the order of the split. */
static void keep_shard(struct edge_setup *s, const struct dataset *all, const struct shard *shard)
{
	size_t n = shard->count;

	s->data.images = mem_array(n, IMAGE_PIXELS);
	s->data.labels = mem_array(n, 1);
	s->data.count = n;
	s->items = mem_array(n, sizeof(*s->items));
	for (size_t i = 0; i < n; i++) {
		memcpy(s->data.images + i * IMAGE_PIXELS, dataset_image(all, shard->items[i]), IMAGE_PIXELS);
		s->data.labels[i] = all->labels[shard->items[i]];
		s->items[i] = (uint32_t)i;
	}
	s->train.data = &s->data;
	s->train.shard.items = s->items;
	s->train.shard.count = n;
}

static int open_data(const struct edge_options *o, struct edge_setup *s, struct err *e)
{
	struct dataset all = {0};
	struct shards shards = {0};
	int rc;

	if (o->shard >= o->shards)
		return err_set(e, E_INVALID, "--shard: %lld is not below --shards, %lld", (long long)o->shard,
		               (long long)o->shards);
	rc = dataset_load(o->data, DATASET_TRAIN, (size_t)o->max_samples, &all, e);
	if (rc)
		return err_wrap(e, "--data");
	rc = shard_split(all.labels, all.count, (size_t)o->shards, o->alpha, (uint64_t)o->data_seed, &shards, e);
	if (rc == 0)
		keep_shard(s, &all, &shards.list[o->shard]);
	else
		err_wrap(e, "--shards");
	shards_release(&shards);
	dataset_release(&all);
	return rc;
}

static int open_will(const struct edge_options *o, struct edge_setup *s, struct err *e)
{
	enum will_source source;
	int rc = will_source_parse(o->willingness, &source, e);

	if (!rc && o->price_table) {
		rc = price_table_load(o->price_table, &s->prices, e);
		s->has_prices = rc == 0;
	}
	if (!rc)
		will_init(&s->will, source, (uint64_t)o->will_seed, s->name);
	return rc;
}

static int open_store(struct edge_setup *s, struct err *e)
{
	char path[RECORDS_PATH_MAX];
	int rc = records_load_state(&s->records, &s->state, &s->has_state, e);

	if (!rc)
		rc = nature_open(&s->nature, &s->records, e);
	return rc ? rc : blobs_open(&s->blobs, records_path(&s->records, "store", path), NULL, e);
}

int setup_open(const struct edge_options *o, struct edge_setup *s, struct err *e)
{
	int rc;

	s->records.lock = -1;
	rc = open_identity(o, s, e);
	if (!rc)
		rc = open_will(o, s, e);
	if (!rc)
		rc = records_open(&s->records, o->state, e);
	if (!rc)
		rc = records_claim(&s->records, tls_ctx_name(s->tls), e);
	if (!rc)
		rc = open_store(s, e);
	return rc ? rc : open_data(o, s, e);
}

void setup_close(struct edge_setup *s)
{
	dataset_release(&s->data);
	free(s->items);
	if (s->blobs)
		blobs_close(s->blobs);
	records_close(&s->records);
	agent_key_free(s->agent_key);
	tls_ctx_unref(s->tls);
}
