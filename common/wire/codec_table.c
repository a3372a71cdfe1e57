#include "common/wire/codec_table.h"

#include "common/base/mem.h"

#define PB(P) Foedus__V1__##P

/* S = our struct, P = the generated one, m = the member, which has the same name in both. */
#define RANGED(S, P, m, kind, lo, hi)                                                                        \
	{                                                                                                        \
#m, kind, offsetof(struct S, m), 0, offsetof(PB(P), m), 0, lo, hi, 0, NULL                           \
	}
#define PLAIN(S, P, m, kind) RANGED(S, P, m, kind, 0, 0)
#define TEXT(S, P, m, max)                                                                                   \
	{                                                                                                        \
#m, FIELD_TEXT, offsetof(struct S, m), 0, offsetof(PB(P), m), 0, 0, 0, max, NULL                     \
	}
#define NAME(S, P, m)                                                                                        \
	{                                                                                                        \
#m, FIELD_NAME, offsetof(struct S, m), 0, offsetof(PB(P), m), 0, 0, 0, WIRE_NAME_MAX, NULL           \
	}
#define LIST(S, P, m, ours, ours_count, kind, max, sub)                                                      \
	{                                                                                                        \
#m, kind, offsetof(struct S, ours), offsetof(struct S, ours_count), offsetof(PB(P), m),              \
		    offsetof(PB(P), n_##m), 0, 0, max, sub                                                           \
	}

static const struct field hello[] = {
    PLAIN(msg_hello, Hello, protocol_min, FIELD_U32),
    PLAIN(msg_hello, Hello, protocol_max, FIELD_U32),
    TEXT(msg_hello, Hello, program, WIRE_NAME_MAX),
    LIST(msg_hello, Hello, module_kinds, module_kinds, module_kind_count, FIELD_NAMES, WIRE_KINDS_MAX, NULL),
    PLAIN(msg_hello, Hello, agent_version, FIELD_U64),
    PLAIN(msg_hello, Hello, samples, FIELD_U64),
};

static const struct field welcome[] = {
    PLAIN(msg_welcome, Welcome, protocol, FIELD_U32),
    TEXT(msg_welcome, Welcome, cloud, WIRE_NAME_MAX),
    PLAIN(msg_welcome, Welcome, heartbeat_ms, FIELD_U32),
    PLAIN(msg_welcome, Welcome, blob_window, FIELD_U32),
    PLAIN(msg_welcome, Welcome, agent_version, FIELD_U64),
};

static const struct field signal_request[] = {
    PLAIN(msg_signal_request, SignalRequest, round, FIELD_U64),
    RANGED(msg_signal_request, SignalRequest, period, FIELD_U32, 1, 2),
    PLAIN(msg_signal_request, SignalRequest, deadline_ms, FIELD_U64),
    PLAIN(msg_signal_request, SignalRequest, market, FIELD_MARKET),
};

#define TELEMETRY(m, lo, hi)                                                                                 \
	{                                                                                                        \
#m, FIELD_F64, offsetof(struct msg_signal, telemetry.m), 0, offsetof(PB(Signal), m), 0, lo, hi, 0,   \
		    NULL                                                                                             \
	}
static const struct field signal_fields[] = {
    PLAIN(msg_signal, Signal, round, FIELD_U64),
    RANGED(msg_signal, Signal, period, FIELD_U32, 1, 2),
    TELEMETRY(cpu_free, 0, 1),
    TELEMETRY(energy_price, 0, 1e6),
    TELEMETRY(link_mbps, 0, 1e9),
    TELEMETRY(queue_length, 0, 1e9),
    TELEMETRY(samples, 0, 1e12),
};

static const struct field offer[] = {
    PLAIN(msg_offer, Offer, round, FIELD_U64),       RANGED(msg_offer, Offer, period, FIELD_U32, 1, 2),
    PLAIN(msg_offer, Offer, deadline_ms, FIELD_U64), PLAIN(msg_offer, Offer, market, FIELD_MARKET),
    PLAIN(msg_offer, Offer, menu, FIELD_MENU),       TEXT(msg_offer, Offer, policy, WIRE_NAME_MAX),
};

static const struct field choice[] = {
    PLAIN(msg_choice, Choice, round, FIELD_U64),
    RANGED(msg_choice, Choice, period, FIELD_U32, 1, 2),
    RANGED(msg_choice, Choice, item, FIELD_I32, -1, CONTRACT_TYPES_MAX - 1),
};

static const struct field work[] = {
    NAME(msg_work, Work, kind),
    PLAIN(msg_work, Work, start, FIELD_BLOB_OR_NONE),
    PLAIN(msg_work, Work, needs, FIELD_BLOB_OR_NONE),
    PLAIN(msg_work, Work, samples, FIELD_U64),
    PLAIN(msg_work, Work, generation, FIELD_U32),
};
static const struct table work_table = {&foedus__v1__work__descriptor, sizeof(struct msg_work), work,
                                        ARRAY_LEN(work)};

static const struct field task[] = {
    PLAIN(msg_task, Task, task, FIELD_U64),
    PLAIN(msg_task, Task, round, FIELD_U64),
    RANGED(msg_task, Task, period, FIELD_U32, 1, 3),
    PLAIN(msg_task, Task, deadline_ms, FIELD_U64),
    PLAIN(msg_task, Task, seed, FIELD_BITS),
    RANGED(msg_task, Task, effort, FIELD_F64, 0, CONTRACT_NUMBER_MAX),
    PLAIN(msg_task, Task, reward_micro, FIELD_I64),
    LIST(msg_task, Task, work, work, work_count, FIELD_LIST, WIRE_KINDS_MAX, &work_table),
};

static const struct field result[] = {
    NAME(msg_result, Result, kind),
    PLAIN(msg_result, Result, blob, FIELD_BLOB),
    PLAIN(msg_result, Result, samples, FIELD_U64),
    PLAIN(msg_result, Result, loss, FIELD_F64),
};
static const struct table result_table = {&foedus__v1__result__descriptor, sizeof(struct msg_result), result,
                                          ARRAY_LEN(result)};

static const struct field update[] = {
    PLAIN(msg_update, Update, task, FIELD_U64),
    LIST(msg_update, Update, result, result, result_count, FIELD_LIST, WIRE_KINDS_MAX, &result_table),
    PLAIN(msg_update, Update, duration_ms, FIELD_U64),
};

static const struct field receipt[] = {
    PLAIN(msg_receipt, Receipt, task, FIELD_U64),
    PLAIN(msg_receipt, Receipt, accepted, FIELD_BOOL),
    TEXT(msg_receipt, Receipt, reason, WIRE_TEXT_MAX),
    PLAIN(msg_receipt, Receipt, paid_micro, FIELD_I64),
    PLAIN(msg_receipt, Receipt, ledger_entry, FIELD_U64),
    PLAIN(msg_receipt, Receipt, ledger_hash, FIELD_DIGEST),
};

static const struct field deploy[] = {
    PLAIN(msg_deploy, Deploy, round, FIELD_U64),
    PLAIN(msg_deploy, Deploy, version, FIELD_U64),
    {"manifest", FIELD_BYTES, offsetof(struct msg_deploy, manifest),
     offsetof(struct msg_deploy, manifest_len), offsetof(PB(Deploy), manifest), 0, 0, 0, WIRE_MANIFEST_MAX,
     NULL},
    PLAIN(msg_deploy, Deploy, deadline_ms, FIELD_U64),
};

static const struct field deploy_status[] = {
    PLAIN(msg_deploy_status, DeployStatus, version, FIELD_U64),
    PLAIN(msg_deploy_status, DeployStatus, installed, FIELD_BOOL),
    TEXT(msg_deploy_status, DeployStatus, reason, WIRE_TEXT_MAX),
};

static const struct field blob_get[] = {
    PLAIN(msg_blob_get, BlobGet, transfer, FIELD_U32),
    PLAIN(msg_blob_get, BlobGet, blob, FIELD_BLOB),
    PLAIN(msg_blob_get, BlobGet, offset, FIELD_U64),
};

static const struct field blob_ack[] = {
    PLAIN(msg_blob_ack, BlobAck, transfer, FIELD_U32),
    PLAIN(msg_blob_ack, BlobAck, offset, FIELD_U64),
};

static const struct field blob_end[] = {
    PLAIN(msg_blob_end, BlobEnd, transfer, FIELD_U32),
    TEXT(msg_blob_end, BlobEnd, reason, WIRE_TEXT_MAX),
    PLAIN(msg_blob_end, BlobEnd, by_sender, FIELD_BOOL),
};

static const struct field nonce[] = {
    PLAIN(msg_nonce, Nonce, nonce, FIELD_BITS),
};

static const struct field error[] = {
    TEXT(msg_error, Error, code, WIRE_NAME_MAX),
    TEXT(msg_error, Error, text, WIRE_TEXT_MAX),
    PLAIN(msg_error, Error, fatal, FIELD_BOOL),
};

static const struct field goodbye[] = {
    TEXT(msg_goodbye, Goodbye, reason, WIRE_TEXT_MAX),
    PLAIN(msg_goodbye, Goodbye, retry_after_ms, FIELD_U64),
};

static const struct field service_report[] = {
    PLAIN(msg_service_report, ServiceReport, agent_version, FIELD_U64),
    PLAIN(msg_service_report, ServiceReport, requests, FIELD_U64),
    PLAIN(msg_service_report, ServiceReport, failed, FIELD_U64),
    PLAIN(msg_service_report, ServiceReport, p50_us, FIELD_U64),
    PLAIN(msg_service_report, ServiceReport, p99_us, FIELD_U64),
};

#define ROW(K, S, pb, fields)                                                                                \
	{                                                                                                        \
		MSG_##K, FOEDUS__V1__ENVELOPE__BODY_##K,                                                             \
		{                                                                                                    \
			&foedus__v1__##pb##__descriptor, sizeof(struct S), fields, ARRAY_LEN(fields)                     \
		}                                                                                                    \
	}

const struct codec_row codec_rows[] = {
    ROW(HELLO, msg_hello, hello, hello),
    ROW(WELCOME, msg_welcome, welcome, welcome),
    ROW(SIGNAL_REQUEST, msg_signal_request, signal_request, signal_request),
    ROW(SIGNAL, msg_signal, signal, signal_fields),
    ROW(OFFER, msg_offer, offer, offer),
    ROW(CHOICE, msg_choice, choice, choice),
    ROW(CHOICE_RECORDED, msg_choice, choice, choice),
    ROW(TASK, msg_task, task, task),
    ROW(UPDATE, msg_update, update, update),
    ROW(RECEIPT, msg_receipt, receipt, receipt),
    ROW(DEPLOY, msg_deploy, deploy, deploy),
    ROW(DEPLOY_STATUS, msg_deploy_status, deploy_status, deploy_status),
    ROW(BLOB_GET, msg_blob_get, blob_get, blob_get),
    ROW(BLOB_ACK, msg_blob_ack, blob_ack, blob_ack),
    ROW(BLOB_END, msg_blob_end, blob_end, blob_end),
    ROW(PING, msg_nonce, nonce, nonce),
    ROW(PONG, msg_nonce, nonce, nonce),
    ROW(ERROR, msg_error, error, error),
    ROW(GOODBYE, msg_goodbye, goodbye, goodbye),
    ROW(SERVICE_REPORT, msg_service_report, service_report, service_report),
};

const size_t codec_row_count = ARRAY_LEN(codec_rows);
