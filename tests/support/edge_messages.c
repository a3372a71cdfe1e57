/* What the rig's cloud says. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "common/contract/rewards.h"
#include "tests/support/edge_rig.h"
#include "tests/support/suite.h"

const char rig_blob[4096] = "the module that every deployment of the rig consists of";

struct market rig_market(void)
{
	return (struct market){.terms = {.types = RIG_TYPES,
	                                 .theta = {0.8, 1.7},
	                                 .transition = {{0.7, 0.3}, {0.2, 0.8}},
	                                 .delta = 0.9,
	                                 .e1 = 0.3,
	                                 .e3 = 0.01,
	                                 .q_max = 10},
	                       .prior = {0.4, 0.6},
	                       .samples_per_effort = 100};
}

struct menu rig_menu(void)
{
	struct market m = rig_market();
	struct instance in = {.id = "rig", .terms = m.terms, .prior = {0.4, 0.6}, .alpha = 8, .beta = 1};
	struct menu menu = {.types = RIG_TYPES, .q1 = {1.3, 3.1}, .q2 = {{1.1, 2.2}, {2.5, 3.7}}};
	struct err e = ERR_INIT;

	ck_ok(menu_least_rewards(&menu, &in, &e), &e);
	return menu;
}

struct msg rig_signal_request(uint64_t round, uint32_t period)
{
	return (struct msg){.kind = MSG_SIGNAL_REQUEST,
	                    .signal_request = {.round = round, .period = period, .market = rig_market()}};
}

struct msg rig_offer(uint64_t round, uint32_t period)
{
	return (struct msg){
	    .kind = MSG_OFFER,
	    .offer = {.round = round, .period = period, .market = rig_market(), .menu = rig_menu()}};
}

struct msg rig_task(struct rig *r, uint64_t task, uint64_t round, uint32_t period)
{
	struct menu menu = rig_menu();
	double effort = period == 1 ? menu.q1[1] : menu.q2[1][1];
	double reward = period == 1 ? menu.r1[1] : menu.r2[1][1];
	struct msg m = {.kind = MSG_TASK,
	                .task = {.task = task, .round = round, .period = period, .seed = 7, .work_count = 1}};
	struct msg_work *w = &m.task.work[0];
	struct err e = ERR_INIT;

	str_copy(w->kind, sizeof(w->kind), period == 3 ? "memory" : "perception");
	ck_ok(blobs_put(r->blobs, "start", 5, &w->start, &e), &e);
	if (period == 3) {
		w->samples = 500;
		return m;
	}
	m.task.effort = effort;
	m.task.reward_micro = llround(reward * 1e6);
	w->samples = (uint64_t)llround(effort * rig_market().samples_per_effort);
	return m;
}

struct msg rig_receipt(const struct msg *task)
{
	return (struct msg){.kind = MSG_RECEIPT,
	                    .receipt = {.task = task->task.task,
	                                .accepted = true,
	                                .paid_micro = task->task.reward_micro,
	                                .ledger_entry = 3}};
}

struct msg rig_deploy(struct rig *r, uint64_t version, bool held)
{
	static char manifest[32];
	struct err e = ERR_INIT;

	snprintf(manifest, sizeof(manifest), "agent %d", (int)version);
	if (held)
		ck_ok(blobs_put(r->blobs, rig_blob, sizeof(rig_blob), NULL, &e), &e);
	return (struct msg){.kind = MSG_DEPLOY,
	                    .deploy = {.round = 1,
	                               .version = version,
	                               .manifest = (const uint8_t *)manifest,
	                               .manifest_len = strlen(manifest)}};
}
