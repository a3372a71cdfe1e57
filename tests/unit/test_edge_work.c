#include <string.h>

#include "tests/support/edge_rig.h"
#include "tests/support/suite.h"

static struct rig r;

static void begin(void)
{
	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_offer(1, 1));
	rig_forget(&r);
}

START_TEST(work_is_done_saved_and_then_told)
{
	struct msg task;
	const struct msg_update *u;

	begin();
	task = rig_task(&r, 40, 1, 1);
	rig_say(&r, task);
	u = &rig_last(&r, MSG_UPDATE)->update;
	ck_assert_uint_eq(u->task, 40);
	ck_assert_uint_eq(u->result_count, 1);
	ck_assert_uint_eq(u->result[0].samples, 310);
	ck_assert_uint_eq(r.saves, 2);
	ck_assert_uint_eq(r.sent_when_saved, 0);
	ck_assert_uint_eq(r.saved.done_count, 1);
	ck_assert_int_eq(r.saved.done[0].reward_micro, task.task.reward_micro);
	rig_release(&r);
}
END_TEST

START_TEST(a_repeated_task_is_answered_not_repeated)
{
	struct msg task;

	begin();
	task = rig_task(&r, 40, 1, 1);
	r.hold_training = true;
	rig_say(&r, task);
	rig_say(&r, task);
	ck_assert_uint_eq(r.sent_count, 0);
	rig_trained(&r);
	rig_say(&r, task);
	ck_assert_uint_eq(rig_count(&r, MSG_UPDATE), 2);
	ck_assert_mem_eq(&r.sent[0].update, &r.sent[1].update, sizeof(struct msg_update));
	rig_crash(&r);
	rig_connect(&r);
	rig_say(&r, task);
	ck_assert_uint_eq(rig_last(&r, MSG_UPDATE)->update.task, 40);
	ck_assert_uint_eq(r.trainings, 1);
	rig_release(&r);
}
END_TEST

START_TEST(one_task_a_period)
{
	begin();
	r.hold_training = true;
	rig_say(&r, rig_task(&r, 40, 1, 1));
	rig_say(&r, rig_task(&r, 41, 1, 1));
	ck_assert_str_eq(rig_last(&r, MSG_ERROR)->error.code, "exists");
	rig_trained(&r);
	rig_say(&r, rig_task(&r, 41, 1, 1));
	ck_assert_str_eq(rig_last(&r, MSG_ERROR)->error.code, "exists");
	ck_assert_uint_eq(r.trainings, 1);
	rig_release(&r);
}
END_TEST

START_TEST(a_failed_training_may_be_asked_for_again)
{
	begin();
	r.train_fails = 1;
	rig_say(&r, rig_task(&r, 40, 1, 1));
	ck_assert_str_eq(rig_last(&r, MSG_ERROR)->error.text, "task 40: the loss is not finite");
	r.save_fails = 1;
	rig_say(&r, rig_task(&r, 40, 1, 1));
	ck_assert_str_eq(rig_last(&r, MSG_ERROR)->error.code, "io");
	ck_assert_uint_eq(r.saved.done_count, 0);
	rig_say(&r, rig_task(&r, 40, 1, 1));
	(void)rig_last(&r, MSG_UPDATE);
	ck_assert_uint_eq(r.trainings, 3);
	rig_release(&r);
}
END_TEST

START_TEST(work_stops_when_the_round_moves_on)
{
	const struct msg on[] = {rig_signal_request(1, 2), rig_offer(1, 2), rig_signal_request(2, 1),
	                         rig_offer(2, 1)};

	for (size_t i = 0; i < ARRAY_LEN(on); i++) {
		begin();
		r.hold_training = true;
		rig_say(&r, rig_task(&r, 40, 1, 1));
		rig_say(&r, rig_offer(1, 1)); /* a repetition moves nothing */
		ck_assert_uint_eq(r.cancels, 0);
		rig_say(&r, on[i]);
		ck_assert_uint_eq(r.cancels, 1);
		rig_forget(&r);
		rig_trained(&r); /* too late */
		ck_assert_uint_eq(r.sent_count, 0);
		ck_assert_uint_eq(r.saved.done_count, 0);
		rig_release(&r);
	}
}
END_TEST

START_TEST(a_newer_task_takes_the_place_of_an_older)
{
	begin();
	rig_say(&r, rig_offer(1, 2));
	r.hold_training = true;
	rig_say(&r, rig_task(&r, 41, 1, 2));
	rig_say(&r, rig_task(&r, 42, 1, 3));
	ck_assert_uint_eq(r.cancels, 1);
	rig_trained(&r);
	ck_assert_uint_eq(rig_last(&r, MSG_UPDATE)->update.task, 42);
	rig_say(&r, rig_task(&r, 40, 1, 1));
	ck_assert_str_eq(rig_last(&r, MSG_ERROR)->error.text, "task: period 1 of round 1 is over");
	rig_release(&r);
}
END_TEST

START_TEST(training_outlives_the_link)
{
	struct msg task;

	begin();
	r.hold_training = true;
	task = rig_task(&r, 40, 1, 1);
	rig_say(&r, task);
	rig_cut(&r);
	rig_trained(&r);
	ck_assert_uint_eq(r.saved.done_count, 1);
	rig_connect(&r);
	rig_say(&r, task);
	(void)rig_last(&r, MSG_UPDATE);
	ck_assert_uint_eq(r.trainings, 1);
	rig_release(&r);
}
END_TEST

static struct msg welcome(void)
{
	return (struct msg){.kind = MSG_WELCOME,
	                    .welcome = {.protocol = 1, .cloud = "cloud", .heartbeat_ms = 100}};
}

START_TEST(missing_receipts_are_asked_for)
{
	struct msg task;

	begin();
	task = rig_task(&r, 40, 1, 1);
	rig_say(&r, task);
	rig_forget(&r);
	rig_say(&r, rig_signal_request(1, 1)); /* the work of this period is not over yet */
	ck_assert_uint_eq(rig_count(&r, MSG_UPDATE), 0);
	rig_say(&r, rig_signal_request(1, 2));
	ck_assert_uint_eq(rig_last(&r, MSG_UPDATE)->update.task, 40);
	rig_crash(&r);
	rig_dial(&r);
	rig_say(&r, welcome());
	ck_assert_uint_eq(rig_last(&r, MSG_UPDATE)->update.task, 40);
	rig_say(&r, rig_receipt(&task));
	rig_dial(&r);
	rig_say(&r, welcome());
	rig_say(&r, rig_signal_request(2, 1));
	ck_assert_uint_eq(rig_count(&r, MSG_UPDATE), 0);
	rig_release(&r);
}
END_TEST

START_TEST(receipts_are_recorded_once)
{
	struct msg task, receipt;

	begin();
	task = rig_task(&r, 40, 1, 1);
	rig_say(&r, task);
	receipt = rig_receipt(&task);
	rig_say(&r, receipt);
	rig_say(&r, receipt);
	ck_assert_uint_eq(r.receipts, 1);
	ck_assert(r.saved.done[0].receipted);
	ck_assert_int_eq(edge_get_stats(r.edge).paid_micro, task.task.reward_micro);
	rig_crash(&r);
	rig_connect(&r);
	rig_say(&r, receipt);
	ck_assert_uint_eq(r.receipts, 1);
	rig_release(&r);
}
END_TEST

START_TEST(a_receipt_closes_work_under_way)
{
	struct msg task, receipt;

	begin();
	r.hold_training = true;
	task = rig_task(&r, 40, 1, 1);
	rig_say(&r, task);
	receipt = (struct msg){.kind = MSG_RECEIPT, .receipt = {.task = 40, .reason = "late"}};
	rig_say(&r, receipt);
	ck_assert_uint_eq(r.cancels, 1);
	ck_assert_uint_eq(r.receipts, 1);
	ck_assert_uint_eq(edge_get_stats(r.edge).rejected, 1);
	rig_say(&r, receipt);
	ck_assert_uint_eq(r.receipts, 1);
	rig_say(&r, task);
	ck_assert_str_eq(rig_last(&r, MSG_ERROR)->error.code, "state");
	ck_assert_uint_eq(r.trainings, 1);
	rig_release(&r);
}
END_TEST

/* The edge fetches blobs in chunks and hands out only what the cloud may still want. */
START_TEST(blobs_are_fetched_and_handed_out)
{
	static const char start[] = "parameters to start from";
	struct msg task, get;
	const struct msg *m;

	begin();
	task = rig_task(&r, 40, 1, 1);
	task.task.work[0].start.digest = digest_of(start, sizeof(start));
	task.task.work[0].start.size = sizeof(start);
	rig_say(&r, task);
	ck_assert_uint_eq(r.trainings, 0);
	m = rig_last(&r, MSG_BLOB_GET);
	ck_assert(digest_equal(&m->blob_get.blob.digest, &task.task.work[0].start.digest));
	rig_chunk(&r, m->blob_get.transfer, 0, start, sizeof(start));
	ck_assert_uint_eq(r.trainings, 1);
	m = rig_last(&r, MSG_UPDATE);

	get = (struct msg){.kind = MSG_BLOB_GET, .blob_get = {.transfer = 9}};
	get.blob_get.blob = m->update.result[0].blob;
	rig_forget(&r);
	rig_say(&r, get);
	ck_assert_uint_eq(rig_count(&r, MSG_BLOB_END), 0);
	rig_say(&r, (struct msg){.kind = MSG_BLOB_END, .blob_end = {.transfer = 9}});

	rig_say(&r, rig_receipt(&task));
	rig_say(&r, get);
	(void)rig_last(&r, MSG_BLOB_END);
	get.blob_get.blob = task.task.work[0].start;
	get.blob_get.transfer = 10;
	rig_say(&r, get);
	(void)rig_last(&r, MSG_BLOB_END);
	rig_release(&r);
}
END_TEST

START_TEST(a_blob_that_does_not_come_ends_the_work)
{
	static const char start[] = "parameters to start from";
	struct msg task;
	uint32_t transfer;

	begin();
	task = rig_task(&r, 40, 1, 1);
	task.task.work[0].start.digest = digest_of(start, sizeof(start));
	task.task.work[0].start.size = sizeof(start);
	rig_say(&r, task);
	transfer = rig_last(&r, MSG_BLOB_GET)->blob_get.transfer;
	rig_say(&r,
	        (struct msg){.kind = MSG_BLOB_END,
	                     .blob_end = {.transfer = transfer, .by_sender = true, .reason = "no such blob"}});
	ck_assert_ptr_nonnull(strstr(rig_last(&r, MSG_ERROR)->error.text, "no such blob"));

	rig_say(&r, task); /* asked again, and then the link goes */
	transfer = rig_last(&r, MSG_BLOB_GET)->blob_get.transfer;
	rig_connect(&r);
	ck_assert_uint_eq(r.sent_count, 0);
	rig_say(&r, task);
	transfer = rig_last(&r, MSG_BLOB_GET)->blob_get.transfer;
	rig_chunk(&r, transfer, 0, start, sizeof(start));
	(void)rig_last(&r, MSG_UPDATE);
	ck_assert_uint_eq(r.trainings, 1);
	rig_release(&r);
}
END_TEST

START_TEST(old_blobs_are_swept_when_a_round_begins)
{
	struct msg task;
	struct blob_ref result;

	begin();
	task = rig_task(&r, 40, 1, 1);
	rig_say(&r, task);
	result = rig_last(&r, MSG_UPDATE)->update.result[0].blob;
	rig_say(&r, rig_offer(2, 1));
	ck_assert(!blobs_has(r.blobs, &task.task.work[0].start.digest, NULL));
	ck_assert_msg(blobs_has(r.blobs, &result.digest, NULL), "the cloud has not closed this task");
	rig_say(&r, rig_receipt(&task));
	rig_say(&r, rig_offer(3, 1));
	ck_assert(!blobs_has(r.blobs, &result.digest, NULL));
	rig_release(&r);
}
END_TEST

SUITE("edge/core/work", work_is_done_saved_and_then_told, a_repeated_task_is_answered_not_repeated,
      one_task_a_period, a_failed_training_may_be_asked_for_again, work_stops_when_the_round_moves_on,
      a_newer_task_takes_the_place_of_an_older, training_outlives_the_link, missing_receipts_are_asked_for,
      receipts_are_recorded_once, a_receipt_closes_work_under_way, blobs_are_fetched_and_handed_out,
      a_blob_that_does_not_come_ends_the_work, old_blobs_are_swept_when_a_round_begins)
