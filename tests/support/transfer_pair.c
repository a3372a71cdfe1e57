#include "tests/support/transfer_pair.h"

#include <stdio.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/rng.h"
#include "tests/support/suite.h"

static void violated(struct side *s, int rc, const struct err *e)
{
	if (rc == 0)
		return;
	s->violations++;
	s->why = *e;
}

static void on_message(void *ctx, struct link *l, const struct msg *m)
{
	struct side *s = ctx;
	struct err e = ERR_INIT;

	(void)l;
	violated(s, transfers_on_message(s->t, m, &e), &e);
}

static void on_chunk(void *ctx, struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data,
                     size_t n)
{
	struct side *s = ctx;
	struct err e = ERR_INIT;

	(void)l;
	violated(s, transfers_on_chunk(s->t, transfer, offset, data, n, &e), &e);
}

static void on_room(void *ctx, struct link *l)
{
	struct side *s = ctx;

	(void)l;
	transfers_on_room(s->t);
}

static const struct link_events link_events = {on_message, on_chunk, on_room, NULL};

static bool allowed(void *ctx, const struct digest *d)
{
	struct side *s = ctx;

	return !digest_equal(d, &s->hidden);
}

static void got(void *ctx, const struct blob_ref *ref)
{
	struct side *s = ctx;

	ck_assert(blobs_has(s->blobs, &ref->digest, NULL));
	s->got++;
}

static void failed(void *ctx, const struct blob_ref *ref, const struct err *why)
{
	struct side *s = ctx;

	(void)ref;
	s->failed++;
	s->why = *why;
}

static void progress(void *ctx, const struct blob_ref *ref, uint64_t held)
{
	struct side *s = ctx;

	ck_assert_uint_le(held, ref->size);
	s->progress = held;
}

const struct transfers_events pair_events = {allowed, got, failed, progress};

void side_link(struct side *s)
{
	s->pipe.link.on = &link_events;
	s->pipe.link.ctx = s;
	s->t = transfers_new(&s->pipe.link, s->blobs, NULL, &pair_events, s);
}

static void side_open(struct side *s, const char *name)
{
	struct err e = ERR_INIT;
	struct blobs_options o = {.no_sync = true};
	char path[512];

	memset(s, 0, sizeof(*s));
	snprintf(path, sizeof(path), "%s/%s", suite_tmp(), name);
	ck_ok(dir_remove(path, &e), &e);
	ck_ok(blobs_open(&s->blobs, path, &o, &e), &e);
}

void pair_open(struct side *a, struct side *b, size_t room)
{
	side_open(a, "a");
	side_open(b, "b");
	pipe_init(&a->pipe, &b->pipe, room);
	side_link(a);
	side_link(b);
}

void pair_close(struct side *a, struct side *b)
{
	transfers_free(a->t);
	transfers_free(b->t);
	pipe_release(&a->pipe, &b->pipe);
	blobs_close(a->blobs);
	blobs_close(b->blobs);
}

struct blob_ref make_blob(struct side *s, size_t n, uint64_t seed)
{
	uint8_t *p = mem_alloc(n + 8);
	struct err e = ERR_INIT;
	struct blob_ref ref;
	struct rng r;

	rng_seed(&r, seed, 1);
	for (size_t i = 0; i < n; i += 8) {
		uint64_t v = rng_u64(&r);

		memcpy(p + i, &v, 8);
	}
	ck_ok(blobs_put(s->blobs, p, n, &ref, &e), &e);
	free(p);
	return ref;
}

void want(struct side *s, const struct blob_ref *ref, int answer)
{
	struct err e = ERR_INIT;
	int rc = transfers_get(s->t, ref, WIRE_BLOB_MAX, &e);

	ck_assert_msg(rc == answer, "%d: %s", rc, e.text);
}
