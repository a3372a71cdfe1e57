/* Memory: one prototype per class in perception's embedding space, and what the user showed before.
 *
 * The parameters are `sum` [10,128], per class the sum of unit embeddings, and `count` [10], how many there
 * were, both divided by the number of samples embedded. So an average over the edges weighted by their
 * samples is exactly what one pass over all their data would give, and sum / count is the class's mean
 * embedding. Training replaces the parameters: prototypes belong to one perception. */
#ifndef MODULE_MEMORY_H
#define MODULE_MEMORY_H

#include "common/module/module.h"

extern const struct module_kind module_memory;

/* Directions of the classes' mean embeddings. */
struct prototypes {
	float unit[DATASET_CLASSES][EMBEDDING_DIM];
	bool known[DATASET_CLASSES]; /* false for a class of which nothing was seen */
};

void prototypes_init(struct prototypes *p, const float *params);
/* Cosine similarity to each class, -2 for those not known; returns the nearest class or -1 if none is known.
 */
int prototypes_compare(const struct prototypes *p, const float *unit, float similarity[DATASET_CLASSES]);

/* Length 1 in place; zeros stay zeros. */
void embedding_unit(float v[EMBEDDING_DIM]);
float embedding_dot(const float *a, const float *b);

/* The part that answers requests (memory_act.c). */
int memory_open(const float *params, const float *needs_params, void **state, struct err *e) MUST_CHECK;
int memory_act(void *state, struct act *a, struct err *e) MUST_CHECK;
void memory_close(void *state);

#endif
