/* What users showed in each session, bounded: the session used longest ago gives way to a new one, and the
 * oldest item in a session to a new item. Items keep the image itself, so that they can be embedded again
 * after the agent was swapped. Called from one thread. */
#ifndef MODULE_SESSION_STORE_H
#define MODULE_SESSION_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "common/module/act.h"

#define SESSIONS_LIMIT      4096
#define SESSION_ITEMS_LIMIT 1000

struct session_limits {
	size_t sessions_max; /* 1 to SESSIONS_LIMIT; values outside are moved to the nearer end */
	size_t items_max;    /* per session, 1 to SESSION_ITEMS_LIMIT */
};
#define SESSION_LIMITS_DEFAULT ((struct session_limits){.sessions_max = 256, .items_max = 32})

struct session_item {
	uint64_t number; /* 1, 2, ... in the order shown in this session */
	uint8_t image[IMAGE_PIXELS];
	float embedding[EMBEDDING_DIM];
	uint64_t version; /* of the agent that embedded it */
	int label;        /* what that agent saw in it */
};

struct session_store;
struct session;

struct session_store *session_store_new(struct session_limits limits);
void session_store_free(struct session_store *s);
size_t session_store_count(const struct session_store *s);

/* The session of this name (1 to SESSION_NAME_MAX characters, as agent_act() checks), marked as used now.
 * session_find() answers NULL when there is none, session_open() then makes it. Valid until the next
 * session_open(). */
struct session *session_find(struct session_store *s, const char *name);
struct session *session_open(struct session_store *s, const char *name);

size_t session_items(const struct session *x);
struct session_item *session_item(struct session *x, size_t i); /* 0 = the oldest kept */
/* A new item with its number set; the caller fills in the rest. */
struct session_item *session_add(struct session *x);

#endif
