/* Edges that want to be paid for nothing, and one message that no store can hold, against the real cloud. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "common/wire/frame.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define WAIT_MS 30000

static struct farm *f;

static void begin(int edges_min)
{
	/* as long as we may wait for each of its answers */
	f = farm_new(
	    (struct farm_options){.edges_min = edges_min, .cloud = {"--signal-ms=60000", "--choice-ms=60000"}});
	farm_start_cloud(f);
}

static void end(void)
{
	ck_assert_int_eq(farm_stop(&f->process[0]), 0);
	farm_free(f);
}

static struct raw connect_as(const char *name)
{
	struct raw_identity who = farm_identity(f, name);
	struct err e = ERR_INIT;
	struct raw r;

	ck_ok(raw_connect(&r, f->listen, &who, &e), &e);
	return r;
}

static struct msg await(struct raw *r, enum msg_kind kind)
{
	struct err e = ERR_INIT;
	struct msg m;

	ck_assert_msg(raw_until(r, kind, &m, WAIT_MS, &e) == 1, "no %s: %s", msg_name(kind), e.text);
	return m;
}

/* Signals, takes the largest item of period 1, and answers the task. */
static struct msg_task contract(struct raw *r)
{
	struct msg signal = {.kind = MSG_SIGNAL, .signal = {.period = 1}};
	struct msg choice = {.kind = MSG_CHOICE, .choice = {.period = 1}};
	struct msg m = await(r, MSG_SIGNAL_REQUEST);

	signal.signal.round = choice.choice.round = m.signal_request.round;
	signal.signal.telemetry.cpu_free = 0.5;
	ck_assert(raw_send(r, &signal));
	m = await(r, MSG_OFFER);
	choice.choice.item = m.offer.menu.types - 1;
	ck_assert(raw_send(r, &choice));
	m = await(r, MSG_TASK);
	ck_assert_int_gt(m.task.reward_micro, 0);
	ck_assert_uint_ge(m.task.work_count, 1);
	return m.task;
}

static struct msg_receipt claim(struct raw *r, const struct msg_task *t, const struct blob_ref *blob)
{
	struct msg m = {.kind = MSG_UPDATE, .update = {.task = t->task, .result_count = t->work_count}};

	for (size_t i = 0; i < t->work_count; i++) {
		memcpy(m.update.result[i].kind, t->work[i].kind, sizeof(t->work[i].kind));
		m.update.result[i].samples = t->work[i].samples;
		m.update.result[i].blob = *blob;
	}
	ck_assert(raw_send(r, &m));
	return await(r, MSG_RECEIPT).receipt;
}

static void ck_unpaid(const struct msg_receipt *receipt, const char *why)
{
	ck_assert(!receipt->accepted);
	ck_assert_int_eq(receipt->paid_micro, 0);
	ck_assert_uint_eq(receipt->ledger_entry, 0);
	ck_assert_msg(strstr(receipt->reason, why), "refused with '%s', not '%s'", receipt->reason, why);
}

START_TEST(doing_nothing_is_not_paid)
{
	struct msg_receipt receipt;
	struct err e = ERR_INIT;
	struct msg_task task;
	struct raw r;

	begin(1);
	r = connect_as("edge-1");
	ck_ok(raw_join(&r, &e), &e);
	task = contract(&r);
	receipt = claim(&r, &task, &task.work[0].start);
	ck_unpaid(&receipt, "unchanged");
	receipt = claim(&r, &task, &task.work[0].start); /* again after the receipt: the same answer */
	ck_unpaid(&receipt, "unchanged");
	raw_close(&r);
	end();
}
END_TEST

/* No transfer can bring it, and the cloud may not stumble over a file without bytes. */
START_TEST(an_update_of_no_bytes_is_rejected)
{
	struct blob_ref nothing = {.digest = digest_of("", 0)};
	struct msg_receipt receipt;
	struct err e = ERR_INIT;
	struct msg_task task;
	struct raw r;

	begin(1);
	r = connect_as("edge-1");
	ck_ok(raw_join(&r, &e), &e);
	task = contract(&r);
	receipt = claim(&r, &task, &nothing);
	ck_unpaid(&receipt, "0 bytes are too few");
	raw_close(&r);
	end();
}
END_TEST

/* A blob of the cloud that is neither of these: the update of the honest edge, once it is there. */
static bool find_other(const struct msg_task *t, struct blob_ref *out)
{
	char folder[FARM_PATH], path[FARM_PATH];
	bool found = false;

	for (unsigned fan = 0; fan < 256 && !found; fan++) {
		DIR *dir = opendir(farm_path(f, folder, "cloud/store/blobs/%02x", fan));
		struct dirent *x;
		struct stat st;

		while (dir && !found && (x = readdir(dir)))
			found = digest_parse(&out->digest, x->d_name, NULL) == 0 &&
			        !digest_equal(&out->digest, &t->work[0].start.digest) &&
			        stat(farm_path(f, path, "cloud/store/blobs/%02x/%s", fan, x->d_name), &st) == 0 &&
			        (uint64_t)st.st_size == t->work[0].start.size;
		if (found)
			out->size = (uint64_t)st.st_size;
		if (dir)
			closedir(dir);
	}
	return found;
}

START_TEST(another_edges_update_is_not_paid_again)
{
	int64_t until = clock_mono_ms() + WAIT_MS;
	struct msg_receipt receipt;
	struct blob_ref victim = {0};
	struct err e = ERR_INIT;
	struct msg_task task;
	struct raw r;

	begin(2);
	farm_start_edge(f, 0);
	farm_wait_connected(f, 1, WAIT_MS);
	r = connect_as("edge-2");
	ck_ok(raw_join(&r, &e), &e);
	task = contract(&r);
	while (!find_other(&task, &victim) && clock_mono_ms() < until) {
		ck_assert(raw_send(&r, &(struct msg){.kind = MSG_PING}));
		usleep(20000);
	}
	ck_assert_uint_gt(victim.size, 0);
	/* It may not even be fetched, */
	ck_assert(raw_send(&r, &(struct msg){.kind = MSG_BLOB_GET, .blob_get = {.transfer = 1, .blob = victim}}));
	ck_assert_str_eq(await(&r, MSG_BLOB_END).blob_end.reason, "this blob is not for you");
	/* and naming it earns nothing. */
	receipt = claim(&r, &task, &victim);
	ck_unpaid(&receipt, "another task's update");
	raw_close(&r);
	end();
}
END_TEST

/* Hello with agent_version 2^64 - 1, which our own codec would not write. */
START_TEST(a_number_no_store_can_hold)
{
	static const uint8_t hello[] = {0x08, 0x01,                                     /* seq */
	                                0x52, 18,                                       /* Hello */
	                                0x08, 0x01, 0x10, 0x01,                         /* protocols */
	                                0x1a, 0x01, 'x',                                /* program */
	                                0x28, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* agent_version */
	                                0xff, 0xff, 0x01};
	uint8_t frame[FRAME_HEADER];
	char code[WIRE_NAME_MAX + 1];
	struct err e = ERR_INIT;
	struct raw r;

	begin(5);
	frame_envelope_header(frame, sizeof(hello));
	r = connect_as("edge-1");
	ck_assert(raw_bytes(&r, frame, sizeof(frame)));
	ck_assert(raw_bytes(&r, hello, sizeof(hello)));
	ck_ok(raw_wait_closed(&r, WAIT_MS, code, &e), &e);
	ck_assert_str_eq(code, "protocol");
	raw_close(&r);
	r = connect_as("edge-1");
	ck_ok(raw_join(&r, &e), &e);
	raw_close(&r);
	end();
}
END_TEST

SUITE_TIMEOUT("integration/freerider", 400, doing_nothing_is_not_paid, an_update_of_no_bytes_is_rejected,
              another_edges_update_is_not_paid_again, a_number_no_store_can_hold)
