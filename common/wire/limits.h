/* Every limit of the protocol, in one place. A length that a peer states is compared with one of
 * these before a byte is allocated for it. */
#ifndef WIRE_LIMITS_H
#define WIRE_LIMITS_H

enum {
	WIRE_PROTOCOL = 1,            /* the version spoken */
	WIRE_FRAME_UNAUTH_MAX = 4096, /* envelope bytes until the peer is welcomed */
	WIRE_FRAME_MAX = 128 * 1024,  /* envelope bytes afterwards */
	WIRE_CHUNK_MAX = 32 * 1024,   /* data bytes of one blob chunk */
	WIRE_UNPACK_FACTOR = 8,       /* unpacking may use this many times the envelope's bytes ... */
	WIRE_UNPACK_FLOOR = 4096,     /* ... plus this much */

	WIRE_NAME_MAX = 64,  /* edge, module kind, policy, cloud */
	WIRE_TEXT_MAX = 512, /* reasons and error texts */
	WIRE_KINDS_MAX = 8,  /* module kinds in one message */
	WIRE_MANIFEST_MAX = 64 * 1024,

	WIRE_BLOB_WINDOW = 1024 * 1024,      /* unacknowledged bytes of one transfer */
	WIRE_TRANSFERS_MAX = 8,              /* transfers under way on one connection, each direction */
	WIRE_CONTROL_QUEUE_MAX = 256 * 1024, /* envelope bytes waiting for one peer before it is cut off */

	WIRE_HEARTBEAT_MS = 2000, /* default interval of pings */
	WIRE_SILENCE_FACTOR = 4,  /* a peer silent this many intervals is gone */
	WIRE_HANDSHAKE_MS = 5000, /* from accept to Hello */
};

#define WIRE_BLOB_MAX ((uint64_t)1 << 30) /* bytes of one blob */

#endif
