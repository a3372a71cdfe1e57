/* Perception: a convolutional network from a 28x28 image to class probabilities and a 128-d embedding. */
#ifndef MODULE_PERCEPTION_H
#define MODULE_PERCEPTION_H

#include "common/module/module.h"

#define PERCEPTION_PARAMS 80202
#define EMBEDDER_BATCH    64 /* images in one call at most */

extern const struct module_kind module_perception;

/* "ankle boot" and so on, for labels below DATASET_CLASSES. */
const char *perception_class(int label);

/* The network itself, for at most `batch_max` images at a time; its spec cannot be refused. */
struct net *perception_net(int batch_max);
/* What the network reads: pixels with the mean and deviation of the data taken out. */
void perception_input(const uint8_t *image, float *out);
int perception_train(const struct train_job *job, float *params, struct train_report *out,
                     struct err *e) MUST_CHECK;

/* Inference, also for modules that build on the embedding: a network with these parameters (copied). */
struct embedder;

struct embedder *embedder_new(const float *params);
void embedder_free(struct embedder *m); /* NULL is fine */
/* 1 to EMBEDDER_BATCH images to count x EMBEDDING_DIM floats and count x DATASET_CLASSES probabilities;
 * either may be NULL. E_CORRUPT when the parameters give numbers that are not finite. */
int embedder_run(struct embedder *m, const uint8_t *const *images, size_t count, float *embeddings,
                 float *probabilities, struct err *e) MUST_CHECK;

#endif
