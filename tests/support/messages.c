#include "tests/support/messages.h"

#include <stdio.h>
#include <string.h>

#include "common/base/str.h"

static struct blob_ref sample_blob(const char *text)
{
	return (struct blob_ref){digest_of(text, strlen(text)), 1000 + strlen(text)};
}

static void sample_market(struct market *m)
{
	struct terms *t = &m->terms;

	t->types = CONTRACT_TYPES_MAX;
	t->delta = 0.9;
	t->e1 = 0.125;
	t->e3 = 0.0625;
	t->q_max = 10;
	m->samples_per_effort = 640;
	for (int k = 0; k < t->types; k++) {
		t->theta[k] = 0.5 + 0.25 * k;
		m->prior[k] = 1.0 / t->types;
		for (int l = 0; l < t->types; l++)
			t->transition[k][l] = k == l;
	}
}

static void sample_menu(struct menu *m)
{
	m->types = CONTRACT_TYPES_MAX;
	for (int k = 0; k < m->types; k++) {
		m->q1[k] = 0.5 * k;
		m->r1[k] = -1.25 + k;
		for (int l = 0; l < m->types; l++) {
			m->q2[k][l] = 0.03125 * (10 * k + l);
			m->r2[k][l] = 0.0078125 * (10 * l - k);
		}
	}
}

static void sample_task(struct msg_task *t)
{
	*t = (struct msg_task){.task = 11,
	                       .round = 3,
	                       .period = 3,
	                       .deadline_ms = 60000,
	                       .seed = UINT64_MAX,
	                       .effort = 2.5,
	                       .reward_micro = -1250000,
	                       .work_count = WIRE_KINDS_MAX};
	for (size_t i = 0; i < t->work_count; i++) {
		snprintf(t->work[i].kind, sizeof(t->work[i].kind), "kind-%zu", i);
		t->work[i].start = sample_blob(t->work[i].kind);
		if (i % 2)
			t->work[i].needs = sample_blob("needs");
		t->work[i].samples = 100 + i;
		t->work[i].generation = (uint32_t)i;
	}
}

static void sample_update(struct msg_update *u)
{
	*u = (struct msg_update){.task = 11, .duration_ms = 1234, .result_count = WIRE_KINDS_MAX};
	for (size_t i = 0; i < u->result_count; i++) {
		snprintf(u->result[i].kind, sizeof(u->result[i].kind), "kind-%zu", i);
		u->result[i].blob = sample_blob(u->result[i].kind);
		u->result[i].samples = 7 * i;
		u->result[i].loss = 0.25 * (double)i;
	}
}

static void sample_session(struct msg *m)
{
	static const char manifest[] = "{\"agent\":1}";

	if (m->kind == MSG_HELLO) {
		m->hello = (struct msg_hello){1, 2, "foedus-edge 0.1.0", {"perception", "memory"}, 2, 9, 60000};
	} else if (m->kind == MSG_WELCOME) {
		m->welcome = (struct msg_welcome){1, "north", 2000, 1 << 20, 4};
	} else if (m->kind == MSG_DEPLOY) {
		m->deploy = (struct msg_deploy){3, 4, (const uint8_t *)manifest, sizeof(manifest) - 1, 5000};
	} else if (m->kind == MSG_DEPLOY_STATUS) {
		m->deploy_status = (struct msg_deploy_status){4, true, "als w\xc3\xa4r's gut"};
	} else if (m->kind == MSG_ERROR) {
		m->error = (struct msg_error){"protocol", "wrong period", true};
	} else if (m->kind == MSG_GOODBYE) {
		m->goodbye = (struct msg_goodbye){"restart", 1500};
	} else if (m->kind == MSG_SERVICE_REPORT) {
		m->service_report = (struct msg_service_report){4, 1000, 1, 350, 900};
	} else if (m->kind == MSG_PING || m->kind == MSG_PONG) {
		m->ping.nonce = 0xfeedfacecafebeefULL;
	}
}

static void sample_round(struct msg *m)
{
	if (m->kind == MSG_SIGNAL_REQUEST) {
		m->signal_request = (struct msg_signal_request){.round = 3, .period = 1, .deadline_ms = 500};
		sample_market(&m->signal_request.market);
	} else if (m->kind == MSG_SIGNAL) {
		m->signal = (struct msg_signal){3, 2, {0.5, 0.25, 100, 3, 60000}};
	} else if (m->kind == MSG_OFFER) {
		m->offer = (struct msg_offer){.round = 3, .period = 2, .deadline_ms = 500, .policy = "exact"};
		sample_market(&m->offer.market);
		sample_menu(&m->offer.menu);
	} else if (m->kind == MSG_CHOICE || m->kind == MSG_CHOICE_RECORDED) {
		m->choice = (struct msg_choice){3, 1, -1};
	} else if (m->kind == MSG_TASK) {
		sample_task(&m->task);
	} else if (m->kind == MSG_UPDATE) {
		sample_update(&m->update);
	} else if (m->kind == MSG_RECEIPT) {
		m->receipt = (struct msg_receipt){11, true, "", 2500000, 17, digest_of("entry", 5)};
	}
}

void message_sample(enum msg_kind kind, struct msg *m)
{
	memset(m, 0, sizeof(*m));
	m->kind = kind;
	m->seq = 1000 + (uint64_t)kind;
	m->reply_to = 5;
	sample_session(m);
	sample_round(m);
	if (kind == MSG_BLOB_GET)
		m->blob_get = (struct msg_blob_get){8, sample_blob("blob"), 1000};
	else if (kind == MSG_BLOB_ACK)
		m->blob_ack = (struct msg_blob_ack){8, 1 << 30};
	else if (kind == MSG_BLOB_END)
		m->blob_end = (struct msg_blob_end){8, "no such blob", true};
}
