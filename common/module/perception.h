/* Perception: a convolutional network from a 28x28 image to class probabilities and a 128-d embedding. */
#ifndef MODULE_PERCEPTION_H
#define MODULE_PERCEPTION_H

#include "common/module/module.h"

extern const struct module_kind module_perception;

/* "ankle boot" and so on, for labels below DATASET_CLASSES. */
const char *perception_class(int label);

/* For modules that build on the embedding: a network with these parameters (copied). */
struct embedder;

struct embedder *embedder_new(const float *params);
void embedder_free(struct embedder *m);
/* `count` images (each IMAGE_PIXELS bytes) to count x EMBEDDING_DIM floats and, unless NULL,
 * count x DATASET_CLASSES probabilities. */
void embedder_run(struct embedder *m, const uint8_t *const *images, size_t count, float *embeddings,
                  float *probabilities);

#endif
