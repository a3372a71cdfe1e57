/* One user request on its way through an agent's modules.
 *
 * The service fills in the request; agent_act() passes it to every module in table order; each module adds
 * one key of its own to `answer` and may add a sentence to `reply`; later modules read what earlier ones
 * found. */
#ifndef MODULE_ACT_H
#define MODULE_ACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/data/dataset.h"

#define EMBEDDING_DIM    128 /* floats in perception's embedding */
#define SESSION_NAME_MAX 64

struct session_store;

struct act {
	/* request, filled in by the caller before agent_act() */
	const char *session;            /* a name (str_is_name), or NULL: nothing is remembered */
	const char *text;               /* UTF-8, or NULL */
	bool has_image;                 /* whether `image` is given */
	uint8_t image[IMAGE_PIXELS];    /* as in struct dataset */
	struct session_store *sessions; /* what users showed before, or NULL; not owned */

	/* set by agent_act() */
	uint64_t version; /* of the agent that answers */

	/* perception's findings, for the modules after it */
	bool has_perception;
	float probabilities[DATASET_CLASSES];
	float embedding[EMBEDDING_DIM];

	/* answer */
	json_t *answer;   /* owned object: one key per module kind that had something to say */
	struct buf reply; /* sentences for the user */
};

void act_init(struct act *a);
void act_release(struct act *a);

#endif
