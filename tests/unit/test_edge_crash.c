/* kill -9 after every step, and at every save: the cloud asks again from the start, and the edge must never
 * choose differently, nor train a task again once its update was saved. */
#include <string.h>

#include "tests/support/edge_rig.h"
#include "tests/support/suite.h"

enum { STEPS = 9 };

static struct rig r;

static struct msg step(int i)
{
	struct msg task;

	switch (i) {
	case 0:
		return rig_signal_request(1, 1);
	case 1:
		return rig_offer(1, 1);
	case 2:
		return rig_task(&r, 40, 1, 1);
	case 3:
		task = rig_task(&r, 40, 1, 1);
		return rig_receipt(&task);
	case 4:
		return rig_signal_request(1, 2);
	case 5:
		return rig_offer(1, 2);
	case 6:
		return rig_task(&r, 41, 1, 2);
	case 7:
		task = rig_task(&r, 41, 1, 2);
		return rig_receipt(&task);
	default:
		return rig_deploy(&r, 1, true);
	}
}

/* What the edge has told the cloud; the first answer to a question, once told, must stay. */
struct told {
	int item[2];
	bool chosen[2], updated[2];
	struct msg_update update[2];
};

static void note(struct told *t)
{
	for (size_t i = 0; i < r.sent_count; i++) {
		const struct msg *m = &r.sent[i];

		ck_assert_msg(m->kind != MSG_ERROR, "%s", m->error.text);
		if (m->kind == MSG_CHOICE) {
			uint32_t p = m->choice.period - 1;

			ck_assert(!t->chosen[p] || t->item[p] == m->choice.item);
			t->chosen[p] = true;
			t->item[p] = m->choice.item;
		} else if (m->kind == MSG_UPDATE) {
			uint64_t p = m->update.task - 40;

			ck_assert(!t->updated[p] || memcmp(&t->update[p], &m->update, sizeof(m->update)) == 0);
			t->updated[p] = true;
			t->update[p] = m->update;
		}
	}
	rig_forget(&r);
}

/* Asks for everything that is still owed, in order, as the cloud does after a reconnect. */
static void play(struct told *t, int from, int until)
{
	for (int i = from; i < until; i++) {
		if ((i == 1 && t->updated[0]) || (i == 5 && t->updated[1]))
			continue; /* closed phases are not asked for again */
		if (i == 2 && t->chosen[1])
			continue;
		rig_say(&r, step(i));
		note(t);
	}
}

START_TEST(after_every_step)
{
	for (int crash = 1; crash <= STEPS; crash++) {
		struct told t = {0};

		rig_init(&r);
		rig_connect(&r);
		play(&t, 0, crash);
		r.own[0] = r.own[1] = 0; /* whoever chose anew would choose differently */
		rig_crash(&r);
		rig_connect(&r);
		r.own[0] = r.own[1] = crash > 1 ? 0 : 1;
		if (crash <= 5)
			r.own[1] = 1;
		play(&t, crash - 1, STEPS);
		ck_assert_int_eq(t.item[0], 1);
		ck_assert_int_eq(t.item[1], 1);
		ck_assert(t.updated[0] && t.updated[1]);
		ck_assert_uint_eq(r.trainings, 2);
		ck_assert_uint_eq(r.receipts, 2);
		ck_assert_uint_eq(r.installs, 1);
		rig_release(&r);
	}
}
END_TEST

/* A crash while the k-th save is being written: whether or not it became durable, nothing was told yet. */
START_TEST(at_every_save)
{
	for (size_t k = 1; k <= 6; k++) {
		struct told t = {0};
		size_t trained;
		int i = 0;

		rig_init(&r);
		rig_connect(&r);
		for (; i < STEPS && r.saves < k; i++) {
			rig_say(&r, step(i));
			if (r.saves < k)
				note(&t); /* what followed the k-th save never left the process */
		}
		trained = r.trainings;
		rig_crash(&r);
		rig_connect(&r);
		rig_forget(&r);
		play(&t, i - 1, STEPS);
		ck_assert_int_eq(t.item[0], 1);
		ck_assert_int_eq(t.item[1], 1);
		ck_assert_uint_eq(r.trainings, 2);
		ck_assert_uint_le(trained, r.trainings);
		rig_release(&r);
	}
}
END_TEST

/* In mid training nothing is saved, so the same work is done again, with the same seed. */
START_TEST(in_mid_training)
{
	struct msg task;
	uint64_t seed;

	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_offer(1, 1));
	r.hold_training = true;
	task = rig_task(&r, 40, 1, 1);
	rig_say(&r, task);
	seed = r.training.seed;
	rig_crash(&r);
	rig_connect(&r);
	rig_say(&r, task);
	ck_assert_uint_eq(r.trainings, 2);
	ck_assert_uint_eq(r.training.seed, seed);
	rig_trained(&r);
	(void)rig_last(&r, MSG_UPDATE);
	rig_release(&r);
}
END_TEST

SUITE("edge/core/crash", after_every_step, at_every_save, in_mid_training)
