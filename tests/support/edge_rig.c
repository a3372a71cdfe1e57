#include "tests/support/edge_rig.h"

#include <stdio.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/str.h"
#include "tests/support/suite.h"

/* --- the link ---------------------------------------------------------------------------------- */

struct rig_link {
	struct link link;
	struct rig *rig;
	bool closed;
};

static void link_say(struct link *l, const struct msg *m)
{
	struct rig *r = ((struct rig_link *)l)->rig;

	ck_assert_msg(!((struct rig_link *)l)->closed, "%s sent on a closed link", msg_name(m->kind));
	if (r->link != (struct rig_link *)l)
		return;
	ck_assert_uint_lt(r->sent_count, RIG_SENT_MAX);
	r->sent[r->sent_count++] = *m;
}

static size_t link_space(const struct link *l)
{
	(void)l;
	return 1 << 20;
}

static void link_data(struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data, size_t n)
{
	(void)l;
	(void)transfer;
	(void)offset;
	(void)data;
	(void)n;
}

static void link_known(struct link *l)
{
	(void)l;
}

static void link_end(struct link *l)
{
	((struct rig_link *)l)->closed = true;
}

static const struct link_ops ops = {link_say, link_space, link_data, link_known, link_end};

/* --- the environment --------------------------------------------------------------------------- */

static int64_t env_now(void *ctx)
{
	return ((struct rig *)ctx)->now_ms;
}

static int env_save(void *ctx, const struct edge_state *state, struct err *e)
{
	struct rig *r = ctx;

	if (r->save_fails > 0) {
		r->save_fails--;
		return err_set(e, E_IO, "the disk is full");
	}
	r->saved = *state;
	r->has_saved = true;
	r->saves++;
	r->sent_when_saved = r->sent_count;
	return 0;
}

static int env_telemetry(void *ctx, uint64_t round, uint32_t period, const struct market *m,
                         struct telemetry *out, struct err *e)
{
	struct rig *r = ctx;

	(void)m;
	(void)e;
	r->telemetries++;
	*out = (struct telemetry){.cpu_free = 0.5, .samples = (double)(round * 10 + period)};
	return 0;
}

static int env_own_type(void *ctx, uint64_t round, uint32_t period, const struct market *m)
{
	(void)round;
	(void)m;
	return ((struct rig *)ctx)->own[period - 1];
}

static void env_train(void *ctx, const struct msg_task *task)
{
	struct rig *r = ctx;

	r->training = *task;
	r->trainings++;
	if (!r->hold_training)
		rig_trained(r);
}

static void env_cancel(void *ctx, uint64_t task)
{
	(void)task;
	((struct rig *)ctx)->cancels++;
}

/* The rig's signed form: "agent VERSION". */
static int env_inspect(void *ctx, const uint8_t *manifest, size_t n, struct edge_agent *out, struct err *e)
{
	char text[32];
	int64_t version;

	(void)ctx;
	snprintf(text, sizeof(text), "%.*s", (int)n, (const char *)manifest);
	if (strncmp(text, "agent ", 6) != 0)
		return err_set(e, E_AUTH, "the signature is not our cloud's");
	ck_ok(str_to_int(text + 6, "version", 1, 1000, &version, e), e);
	out->version = (uint64_t)version;
	out->blobs[0].digest = digest_of(rig_blob, sizeof(rig_blob));
	out->blobs[0].size = sizeof(rig_blob);
	out->blob_count = 1;
	return 0;
}

static void env_install(void *ctx, uint64_t version, const uint8_t *manifest, size_t n)
{
	struct rig *r = ctx;
	struct err why = ERR_INIT;

	r->installs++;
	if (r->hold_install)
		return;
	if (r->install_fails > 0) {
		r->install_fails--;
		err_set(&why, E_CORRUPT, "the test request has no answer");
	} else {
		ck_ok(env_inspect(r, manifest, n, &r->agent, &why), &why);
	}
	edge_installed(r->edge, version, &why);
}

static void env_receipt(void *ctx, uint64_t round, const struct msg_receipt *receipt)
{
	struct rig *r = ctx;

	(void)round;
	r->receipt = *receipt;
	r->receipts++;
}

static bool env_service(void *ctx, struct msg_service_report *out)
{
	struct rig *r = ctx;

	r->reports++;
	*out = (struct msg_service_report){.agent_version = 1, .requests = 7};
	return r->used;
}

static void env_hold(void *ctx, uint64_t retry_after_ms)
{
	((struct rig *)ctx)->held_ms = retry_after_ms;
}

static void start(struct rig *r)
{
	struct edge_env env = {.ctx = r,
	                       .now_ms = env_now,
	                       .save = env_save,
	                       .telemetry = env_telemetry,
	                       .own_type = env_own_type,
	                       .train = env_train,
	                       .cancel = env_cancel,
	                       .inspect = env_inspect,
	                       .install = env_install,
	                       .receipt = env_receipt,
	                       .service = env_service,
	                       .hold = env_hold};
	struct edge_about about = {.name = "edge-1",
	                           .program = "foedus-edge test",
	                           .kinds = {"perception", "memory"},
	                           .kind_count = 2,
	                           .samples = 600,
	                           .blob_bytes_max = 1 << 20};

	r->edge = edge_new(&env, &about, r->blobs, r->has_saved ? &r->saved : NULL, &r->agent);
}

/* --- the test's hand --------------------------------------------------------------------------- */

void rig_init(struct rig *r)
{
	struct err e = ERR_INIT;
	char folder[4096];

	memset(r, 0, sizeof(*r));
	r->own[0] = r->own[1] = 1;
	ck_ok(path_join(folder, sizeof(folder), suite_tmp(), "edge-rig", &e), &e);
	ck_ok(dir_remove(folder, &e), &e);
	ck_ok(blobs_open(&r->blobs, folder, &(struct blobs_options){.no_sync = true}, &e), &e);
	start(r);
}

static void drop_link(struct rig *r)
{
	free(r->link);
	r->link = NULL;
}

void rig_cut(struct rig *r)
{
	struct err why = {E_UNAVAILABLE, "the test cut the link"};

	if (!r->link)
		return;
	r->link->closed = true;
	r->link->link.on->on_closed(r->link->link.ctx, &r->link->link, &why);
	drop_link(r);
}

void rig_release(struct rig *r)
{
	rig_cut(r);
	edge_free(r->edge);
	blobs_close(r->blobs);
}

void rig_dial(struct rig *r)
{
	struct rig_link *l = mem_zalloc(sizeof(*l));

	rig_cut(r);
	l->link.ops = &ops;
	l->rig = r;
	r->link = l;
	rig_forget(r);
	edge_connected(r->edge, &l->link);
}

void rig_connect(struct rig *r)
{
	rig_dial(r);
	ck_assert_ptr_nonnull(rig_last(r, MSG_HELLO));
	rig_say(r, (struct msg){.kind = MSG_WELCOME,
	                        .welcome = {.protocol = 1, .cloud = "cloud", .heartbeat_ms = 100}});
	ck_assert(edge_is_open(r->edge));
	rig_forget(r);
}

bool rig_closed(const struct rig *r)
{
	return r->link->closed;
}

void rig_crash(struct rig *r)
{
	r->link->closed = true;
	edge_free(r->edge);
	drop_link(r);
	start(r);
}

void rig_say(struct rig *r, struct msg m)
{
	m.seq = ++r->seq;
	r->link->link.on->on_message(r->link->link.ctx, &r->link->link, &m);
}

void rig_chunk(struct rig *r, uint32_t transfer, uint64_t offset, const void *p, size_t n)
{
	r->link->link.on->on_chunk(r->link->link.ctx, &r->link->link, transfer, offset, p, n);
}

void rig_forget(struct rig *r)
{
	r->sent_count = r->sent_when_saved = 0;
}

const struct msg *rig_last(const struct rig *r, enum msg_kind kind)
{
	ck_assert_msg(r->sent_count > 0, "nothing was sent, expected %s", msg_name(kind));
	ck_assert_msg(r->sent[r->sent_count - 1].kind == kind, "%s was sent, expected %s: %s",
	              msg_name(r->sent[r->sent_count - 1].kind), msg_name(kind),
	              r->sent[r->sent_count - 1].kind == MSG_ERROR ? r->sent[r->sent_count - 1].error.text : "");
	return &r->sent[r->sent_count - 1];
}

size_t rig_count(const struct rig *r, enum msg_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < r->sent_count; i++)
		n += r->sent[i].kind == kind;
	return n;
}

void rig_trained(struct rig *r)
{
	const struct msg_task *t = &r->training;
	struct msg_update u = {.task = t->task, .result_count = t->work_count, .duration_ms = 5};
	struct err e = ERR_INIT;

	if (r->train_fails > 0) {
		r->train_fails--;
		err_set(&e, E_INTERNAL, "the loss is not finite");
		edge_trained(r->edge, t->task, NULL, &e);
		return;
	}
	for (size_t i = 0; i < t->work_count; i++) {
		char text[64];

		snprintf(text, sizeof(text), "result %d of seed %d", (int)i, (int)t->seed);
		ck_ok(blobs_put(r->blobs, text, strlen(text), &u.result[i].blob, &e), &e);
		str_copy(u.result[i].kind, sizeof(u.result[i].kind), t->work[i].kind);
		u.result[i].samples = t->work[i].samples;
		u.result[i].loss = 0.25;
	}
	edge_trained(r->edge, t->task, &u, NULL);
}
