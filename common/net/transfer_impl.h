/* Inside the transfers: the two directions and what they share. */
#ifndef NET_TRANSFER_IMPL_H
#define NET_TRANSFER_IMPL_H

#include "common/net/transfer.h"
#include "common/wire/frame.h"

enum {
	TRANSFER_QUEUE_MAX = 64,             /* blobs asked for at once, those that wait included */
	TRANSFER_ENDED_MAX = 64,             /* numbers remembered of transfers that ended here */
	TRANSFER_ACK = WIRE_BLOB_WINDOW / 4, /* bytes between acknowledgements */
	/* With its header a chunk fills two TLS records. */
	TRANSFER_CHUNK = WIRE_CHUNK_MAX - FRAME_CHUNK_HEADER,
};

enum incoming_state {
	INCOMING_WAITING,    /* for one of the WIRE_TRANSFERS_MAX places; has no number yet */
	INCOMING_RUNNING,    /* chunks are coming */
	INCOMING_COMMITTING, /* verified; a job is writing it for good */
};

struct commit_job;

struct incoming {
	struct incoming *next;
	struct blob_ref ref;
	enum incoming_state state;
	uint32_t id;
	struct blob_receive *receive; /* RUNNING */
	struct commit_job *job;       /* COMMITTING */
	uint64_t acked;               /* bytes acknowledged */
	bool resumed;                 /* part of it is from an earlier receive */
};

struct outgoing {
	struct outgoing *next;
	uint32_t id;
	struct blob_reader *reader;
	uint64_t size, sent, acked;
};

struct transfers {
	struct link *link;
	struct blobs *blobs;
	struct executor *executor;
	const struct transfers_events *on;
	void *ctx;
	struct incoming *in;  /* in the order they were asked for */
	struct outgoing *out; /* the head is served next */
	uint32_t last_id;
	uint32_t ended[TRANSFER_ENDED_MAX]; /* ring, by count */
	size_t ended_count;
	uint64_t bytes_in, bytes_out;
};

void transfers_send_end(struct transfers *t, uint32_t id, bool by_sender, const char *reason);

int incoming_chunk(struct transfers *t, uint32_t id, uint64_t offset, const uint8_t *data, size_t n,
                   struct err *e) MUST_CHECK;
int incoming_end(struct transfers *t, const struct msg_blob_end *m, struct err *e) MUST_CHECK;
void incoming_free_all(struct transfers *t);

int outgoing_get(struct transfers *t, const struct msg_blob_get *m, struct err *e) MUST_CHECK;
int outgoing_ack(struct transfers *t, const struct msg_blob_ack *m, struct err *e) MUST_CHECK;
void outgoing_end(struct transfers *t, uint32_t id);
void outgoing_pump(struct transfers *t);
void outgoing_free_all(struct transfers *t);

#endif
