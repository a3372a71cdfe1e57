#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/module/memory.h"
#include "common/module/perception.h"
#include "common/module/session_store.h"
#include "common/nn/loss.h"

#define RESEMBLES_MAX 3
#define RESEMBLES     0.8f /* cosine similarity from which an earlier thing is worth a sentence */

struct memory {
	struct prototypes prototypes;
	struct embedder *embedder; /* for things that an earlier version embedded */
};

/* An earlier item of the session and how like the present image it is. */
struct match {
	const struct session_item *item;
	float similarity;
};

int memory_open(const float *params, const float *needs_params, void **state, struct err *e)
{
	struct memory *m;

	if (!needs_params)
		return err_set(e, E_INVALID, "memory needs perception in the same agent");
	m = mem_zalloc(sizeof(*m));
	prototypes_init(&m->prototypes, params);
	m->embedder = embedder_new(needs_params);
	*state = m;
	return 0;
}

void memory_close(void *state)
{
	struct memory *m = state;

	if (!m)
		return;
	embedder_free(m->embedder);
	free(m);
}

/* Embeddings of another version lie in another space: embeds such an item again, and sees it anew. */
static int refresh(struct memory *m, struct session_item *item, uint64_t version, struct err *e)
{
	const uint8_t *image = item->image;
	float p[DATASET_CLASSES];
	int rc;

	if (item->version == version)
		return 0;
	rc = embedder_run(m->embedder, &image, 1, item->embedding, p, e);
	if (rc)
		return rc;
	embedding_unit(item->embedding);
	item->label = argmax(p, DATASET_CLASSES);
	item->version = version;
	return 0;
}

/* Keeps `best` sorted, most similar first. */
static void consider(struct match best[RESEMBLES_MAX], size_t *count, struct match x)
{
	size_t at = *count;

	while (at > 0 && best[at - 1].similarity < x.similarity)
		at--;
	if (at == RESEMBLES_MAX)
		return;
	*count += *count < RESEMBLES_MAX;
	memmove(best + at + 1, best + at, (*count - 1 - at) * sizeof(*best));
	best[at] = x;
}

static int find_matches(struct memory *m, struct session *session, const float *unit, uint64_t version,
                        struct match best[RESEMBLES_MAX], size_t *count, struct err *e)
{
	*count = 0;
	for (size_t i = 0; session && i < session_items(session); i++) {
		struct session_item *item = session_item(session, i);
		int rc = refresh(m, item, version, e);

		if (rc)
			return rc;
		consider(best, count, (struct match){item, embedding_dot(item->embedding, unit)});
	}
	return 0;
}

static void tell_prototype(const struct memory *m, const float *unit, json_t *list)
{
	float similarity[DATASET_CLASSES];
	int nearest = prototypes_compare(&m->prototypes, unit, similarity);

	if (nearest >= 0)
		json_array_append_new(list, json_pack("{s:s, s:s, s:f}", "source", "prototype", "label",
		                                      perception_class(nearest), "similarity",
		                                      (double)similarity[nearest]));
}

static void tell_matches(const struct match *best, size_t count, json_t *list, struct buf *reply)
{
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:f}", "source", "session", "number",
		                                      (json_int_t)best[i].item->number, "label",
		                                      perception_class(best[i].item->label), "similarity",
		                                      (double)best[i].similarity));
	if (count == 0)
		return;
	if (best[0].similarity < RESEMBLES) {
		buf_str(reply, " It resembles nothing that you showed me before.");
		return;
	}
	for (size_t i = 0; i < count && best[i].similarity >= RESEMBLES; i++)
		buf_fmt(reply, "%s image %llu (%s)", i ? "," : " It resembles",
		        (unsigned long long)best[i].item->number, perception_class(best[i].item->label));
	buf_str(reply, ".");
}

static void remember(struct session *session, const struct act *a, const float *unit)
{
	struct session_item *item = session_add(session);

	memcpy(item->image, a->image, sizeof(item->image));
	memcpy(item->embedding, unit, sizeof(item->embedding));
	item->version = a->version;
	item->label = argmax(a->probabilities, DATASET_CLASSES);
}

/* Without an image: what there is to remember, latest first. */
static int recall_session(struct memory *m, struct session *session, struct act *a, struct err *e)
{
	json_t *list = json_array();
	size_t n = session ? session_items(session) : 0;

	json_object_set_new(a->answer, "memory", list);
	if (n == 0) {
		buf_str(&a->reply, "You have not shown me anything yet.");
		return 0;
	}
	buf_str(&a->reply, "You showed me");
	for (size_t i = 0; i < n && i < RESEMBLES_MAX; i++) {
		struct session_item *item = session_item(session, n - 1 - i);
		int rc = refresh(m, item, a->version, e);

		if (rc)
			return rc;
		json_array_append_new(list,
		                      json_pack("{s:s, s:I, s:s}", "source", "session", "number",
		                                (json_int_t)item->number, "label", perception_class(item->label)));
		buf_fmt(&a->reply, "%s image %llu (%s)", i ? "," : "", (unsigned long long)item->number,
		        perception_class(item->label));
	}
	buf_str(&a->reply, n > RESEMBLES_MAX ? ", and more before." : ".");
	return 0;
}

int memory_act(void *state, struct act *a, struct err *e)
{
	struct memory *m = state;
	bool keeps = a->session && a->sessions;
	struct session *session = keeps ? session_find(a->sessions, a->session) : NULL;
	struct match best[RESEMBLES_MAX];
	float unit[EMBEDDING_DIM];
	size_t count;
	json_t *list;
	int rc;

	if (!a->has_perception)
		return recall_session(m, session, a, e);
	memcpy(unit, a->embedding, sizeof(unit));
	embedding_unit(unit);
	rc = find_matches(m, session, unit, a->version, best, &count, e);
	if (rc)
		return rc;
	list = json_array();
	tell_prototype(m, unit, list);
	tell_matches(best, count, list, &a->reply);
	json_object_set_new(a->answer, "memory", list);
	if (keeps)
		remember(session ? session : session_open(a->sessions, a->session), a, unit);
	return 0;
}
