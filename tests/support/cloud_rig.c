#include "tests/support/cloud_rig.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "tests/support/suite.h"

struct cloud_rig cloud_rig;

static void op_send(struct link *l, const struct msg *m)
{
	struct cloud_end *x = (struct cloud_end *)l;

	ck_assert_msg(!x->closed, "%s is sent on a closed link", msg_name(m->kind));
	ck_assert_uint_lt(x->count, CLOUD_SENT_MAX);
	x->sent[x->count++] = *m;
}

static size_t op_room(const struct link *l)
{
	(void)l;
	return 0;
}

static void op_chunk(struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data, size_t n)
{
	(void)l, (void)transfer, (void)offset, (void)data, (void)n;
}

static void op_welcomed(struct link *l)
{
	((struct cloud_end *)l)->welcomed = true;
}

static void op_close(struct link *l)
{
	((struct cloud_end *)l)->closed = true;
}

static const struct link_ops ops = {op_send, op_room, op_chunk, op_welcomed, op_close};

static void job_run(void *ctx, struct job *job)
{
	(void)ctx;
	job->rc = err_set(&job->err, E_INTERNAL, "no job is expected here");
}

static int job_first(void *ctx, const char *kind, struct module_state *out, struct err *why)
{
	(void)ctx, (void)why;
	*out = (struct module_state){.metric = NAN};
	str_copy(out->kind, sizeof(out->kind), kind);
	out->blob.digest.bytes[0] = 1;
	out->blob.size = 10;
	return 0;
}

static int job_inspect(void *ctx, const uint8_t *manifest, size_t n, struct blob_ref out[WIRE_KINDS_MAX],
                       size_t *count, struct err *why)
{
	(void)ctx, (void)manifest, (void)n, (void)out, (void)why;
	*count = 0;
	return 0;
}

static int64_t wall_ms(void *ctx)
{
	(void)ctx;
	return cloud_rig.now;
}

static void fatal(void *ctx, const struct err *why)
{
	(void)ctx, (void)why;
	cloud_rig.fatals++;
}

static bool fails(void *ctx)
{
	(void)ctx;
	return cloud_rig.commits_fail;
}

static void market(struct instance *in)
{
	memset(in, 0, sizeof(*in));
	str_copy(in->id, sizeof(in->id), "market");
	in->terms =
	    (struct terms){.types = 2, .theta = {0.5, 1.5}, .delta = 0.9, .e1 = 0.4, .e3 = 0.006, .q_max = 10};
	for (int k = 0; k < 2; k++) {
		in->prior[k] = 0.5;
		for (int l = 0; l < 2; l++)
			in->terms.transition[k][l] = 0.5;
	}
	in->alpha = 8;
	in->beta = 0.8;
	instance_tidy(in);
}

void cloud_rig_start(void)
{
	static const struct job_ops jobs = {.run = job_run, .first = job_first, .inspect = job_inspect};
	struct cloud_env env = {.wall_ms = wall_ms, .fatal = fatal, .ops = &jobs};

	ck_ok(
	    cloud_new(&cloud_rig.config, &env, cloud_rig.store, cloud_rig.blobs, &cloud_rig.cloud, &cloud_rig.e),
	    &cloud_rig.e);
}

void cloud_rig_begin(void)
{
	static const struct round_module modules[] = {{"perception", false, -1}};
	static int folders;
	struct blobs_options o = {.no_sync = true};
	char folder[512];

	memset(cloud_rig.ends, 0, sizeof(cloud_rig.ends));
	cloud_rig.now = 1000000;
	cloud_rig.fatals = 0;
	cloud_rig.commits_fail = false;
	cloud_rig.config = (struct cloud_config){
	    .name = "cloud", .samples_per_effort = 100, .edges_min = 9, .heartbeat_ms = 100};
	cloud_rig.config.open_enrolment = true;
	cloud_rig.config.rules = (struct round_rules){.module = modules,
	                                              .module_count = 1,
	                                              .signal_ms = 1000,
	                                              .choice_ms = 1000,
	                                              .train_ms = 1000,
	                                              .deploy_ms = 700};
	market(&cloud_rig.config.market);
	snprintf(folder, sizeof(folder), "%s/blobs-%d", suite_tmp(), folders++);
	ck_ok(store_open(":memory:", &cloud_rig.store, &cloud_rig.e), &cloud_rig.e);
	ck_ok(blobs_open(&cloud_rig.blobs, folder, &o, &cloud_rig.e), &cloud_rig.e);
	store_plan_failures(cloud_rig.store, fails, NULL);
	cloud_rig_start();
}

void cloud_rig_done(void)
{
	cloud_abandon(cloud_rig.cloud);
	cloud_free(cloud_rig.cloud);
	blobs_close(cloud_rig.blobs);
	store_close(cloud_rig.store);
}

struct cloud_end *cloud_rig_dial(int i, const char *edge)
{
	struct cloud_end *x = &cloud_rig.ends[i];

	*x = (struct cloud_end){.link.ops = &ops};
	str_copy(x->link.peer, sizeof(x->link.peer), edge);
	cloud_accept(cloud_rig.cloud, &x->link);
	return x;
}

void cloud_rig_say(struct cloud_end *x, struct msg m)
{
	m.seq = ++x->seq;
	x->link.on->on_message(x->link.ctx, &x->link, &m);
}

/* What the implementation of a link does after close, or when the peer goes. */
void cloud_rig_gone(struct cloud_end *x)
{
	struct err why = {E_UNAVAILABLE, "gone"};

	x->closed = true;
	x->link.on->on_closed(x->link.ctx, &x->link, &why);
}

struct msg cloud_rig_hello(uint64_t agent)
{
	struct msg m = {.kind = MSG_HELLO};

	m.hello.protocol_min = m.hello.protocol_max = WIRE_PROTOCOL;
	str_copy(m.hello.program, sizeof(m.hello.program), "test");
	m.hello.agent_version = agent;
	return m;
}

struct cloud_end *cloud_rig_join(int i, const char *edge)
{
	struct cloud_end *x = cloud_rig_dial(i, edge);

	cloud_rig_say(x, cloud_rig_hello(0));
	ck_assert_uint_ge(x->count, 1);
	ck_assert_int_eq(x->sent[0].kind, MSG_WELCOME);
	return x;
}

const struct msg *cloud_rig_last(const struct cloud_end *x, enum msg_kind kind)
{
	ck_assert_uint_gt(x->count, 0);
	ck_assert_msg(x->sent[x->count - 1].kind == kind, "%s was sent", msg_name(x->sent[x->count - 1].kind));
	return &x->sent[x->count - 1];
}

void cloud_rig_is_refused(const struct cloud_end *x, const char *code, bool fatal_too)
{
	const struct msg *m = cloud_rig_last(x, MSG_ERROR);

	ck_assert_str_eq(m->error.code, code);
	ck_assert_int_eq(m->error.fatal, fatal_too);
	ck_assert_int_eq(x->closed, fatal_too);
	ck_assert_uint_eq(m->reply_to, x->seq);
}

void cloud_rig_save_agent(uint64_t version)
{
	static uint8_t manifest[] = "signed";
	struct agent_record a = {
	    .version = version, .round = 1, .made_ms = cloud_rig.now, .manifest = manifest, .manifest_len = 6};

	ck_ok(store_begin(cloud_rig.store, &cloud_rig.e), &cloud_rig.e);
	ck_ok(store_save_agent(cloud_rig.store, &a, &cloud_rig.e), &cloud_rig.e);
	ck_ok(store_commit(cloud_rig.store, &cloud_rig.e), &cloud_rig.e);
}
