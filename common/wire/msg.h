/* The messages as the program sees them. wire/codec.h turns them into envelopes and back; every
 * count, index and text in a decoded message is within wire/limits.h, every number is finite. */
#ifndef WIRE_MSG_H
#define WIRE_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/digest.h"
#include "common/blob/ref.h"
#include "common/contract/menu.h"
#include "common/contract/telemetry.h"
#include "common/wire/limits.h"

/* Kinds, in the order of the protocol: enum, struct member and printable name. */
#define MSG_LIST(X)                                                                                          \
	X(MSG_HELLO, hello)                                                                                      \
	X(MSG_WELCOME, welcome)                                                                                  \
	X(MSG_SIGNAL_REQUEST, signal_request)                                                                    \
	X(MSG_SIGNAL, signal)                                                                                    \
	X(MSG_OFFER, offer)                                                                                      \
	X(MSG_CHOICE, choice)                                                                                    \
	X(MSG_CHOICE_RECORDED, choice_recorded)                                                                  \
	X(MSG_TASK, task)                                                                                        \
	X(MSG_UPDATE, update)                                                                                    \
	X(MSG_RECEIPT, receipt)                                                                                  \
	X(MSG_DEPLOY, deploy)                                                                                    \
	X(MSG_DEPLOY_STATUS, deploy_status)                                                                      \
	X(MSG_BLOB_GET, blob_get)                                                                                \
	X(MSG_BLOB_ACK, blob_ack)                                                                                \
	X(MSG_BLOB_END, blob_end)                                                                                \
	X(MSG_PING, ping)                                                                                        \
	X(MSG_PONG, pong)                                                                                        \
	X(MSG_ERROR, error)                                                                                      \
	X(MSG_GOODBYE, goodbye)                                                                                  \
	X(MSG_SERVICE_REPORT, service_report)

enum msg_kind {
	MSG_NONE,
#define X(kind, member) kind,
	MSG_LIST(X)
#undef X
};

struct msg_hello {
	uint32_t protocol_min, protocol_max;
	char program[WIRE_NAME_MAX + 1];
	char module_kinds[WIRE_KINDS_MAX][WIRE_NAME_MAX + 1];
	size_t module_kind_count;
	uint64_t agent_version; /* served now; 0 = none */
	uint64_t samples;
};

struct msg_welcome {
	uint32_t protocol;
	char cloud[WIRE_NAME_MAX + 1];
	uint32_t heartbeat_ms;
	uint32_t blob_window;   /* bytes */
	uint64_t agent_version; /* newest; 0 = none */
};

/* The public terms of a round, as the edges need them to choose. */
struct market {
	struct terms terms;
	double prior[CONTRACT_TYPES_MAX]; /* of the types in period 1 */
	double samples_per_effort;        /* training samples in one unit of effort */
};

struct msg_signal_request {
	uint64_t round;
	uint32_t period; /* 1 or 2 */
	uint64_t deadline_ms;
	struct market market;
};

struct msg_signal {
	uint64_t round;
	uint32_t period;
	struct telemetry telemetry;
};

struct msg_offer {
	uint64_t round;
	uint32_t period;
	uint64_t deadline_ms;
	struct market market;
	struct menu menu;
	char policy[WIRE_NAME_MAX + 1];
};

/* Choice and ChoiceRecorded; item -1 = declined. */
struct msg_choice {
	uint64_t round;
	uint32_t period;
	int32_t item;
};

struct msg_work {
	char kind[WIRE_NAME_MAX + 1];
	struct blob_ref start;
	struct blob_ref needs;
	uint64_t samples;    /* training samples to process, exactly */
	uint32_t generation; /* aggregations behind the starting parameters */
};

struct msg_task {
	uint64_t task, round;
	uint32_t period; /* 1, 2; 3 = derive */
	uint64_t deadline_ms;
	uint64_t seed;
	double effort;
	int64_t reward_micro;
	struct msg_work work[WIRE_KINDS_MAX];
	size_t work_count;
};

struct msg_result {
	char kind[WIRE_NAME_MAX + 1];
	struct blob_ref blob;
	uint64_t samples;
	double loss;
};

struct msg_update {
	uint64_t task;
	struct msg_result result[WIRE_KINDS_MAX];
	size_t result_count;
	uint64_t duration_ms;
};

struct msg_receipt {
	uint64_t task;
	bool accepted;
	char reason[WIRE_TEXT_MAX + 1];
	int64_t paid_micro;
	uint64_t ledger_entry; /* 0 = none */
	struct digest ledger_hash;
};

struct msg_deploy {
	uint64_t round, version;
	const uint8_t *manifest; /* signed form, borrowed: in a decoded message it lives until msg_release() */
	size_t manifest_len;
	uint64_t deadline_ms;
};

struct msg_deploy_status {
	uint64_t version;
	bool installed;
	char reason[WIRE_TEXT_MAX + 1];
};

struct msg_blob_get {
	uint32_t transfer;
	struct blob_ref blob;
	uint64_t offset;
};

struct msg_blob_ack {
	uint32_t transfer;
	uint64_t offset;
};

struct msg_blob_end {
	uint32_t transfer;
	char reason[WIRE_TEXT_MAX + 1]; /* empty = complete and verified */
	bool by_sender;                 /* who ends it: each direction numbers its own transfers */
};

struct msg_nonce {
	uint64_t nonce;
};

struct msg_error {
	char code[WIRE_NAME_MAX + 1];
	char text[WIRE_TEXT_MAX + 1];
	bool fatal;
};

struct msg_goodbye {
	char reason[WIRE_TEXT_MAX + 1];
	uint64_t retry_after_ms;
};

struct msg_service_report {
	uint64_t agent_version, requests, failed, p50_us, p99_us;
};

struct msg {
	enum msg_kind kind;
	uint64_t seq;      /* set by the sending link */
	uint64_t reply_to; /* 0 = none */
	void *owned;       /* what a decoded message holds on to; see msg_release() */
	union {
		struct msg_hello hello;
		struct msg_welcome welcome;
		struct msg_signal_request signal_request;
		struct msg_signal signal;
		struct msg_offer offer;
		struct msg_choice choice, choice_recorded;
		struct msg_task task;
		struct msg_update update;
		struct msg_receipt receipt;
		struct msg_deploy deploy;
		struct msg_deploy_status deploy_status;
		struct msg_blob_get blob_get;
		struct msg_blob_ack blob_ack;
		struct msg_blob_end blob_end;
		struct msg_nonce ping, pong;
		struct msg_error error;
		struct msg_goodbye goodbye;
		struct msg_service_report service_report;
	};
};

const char *msg_name(enum msg_kind kind); /* "hello", ...; "none" */
void msg_release(struct msg *m);          /* frees what a decoded message owns */

#endif
