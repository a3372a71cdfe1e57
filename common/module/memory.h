/* Memory: one prototype per class in perception's embedding space, and what the user showed before.
 *
 * The parameters are `sum` [10,128], the sum of unit embeddings of each class, and `count` [10], how many
 * there were. A weighted average of both over the edges keeps sum/count the mean over all edges' samples, so
 * plain federated averaging is exact (weights equal) or a weighted mean. */
#ifndef MODULE_MEMORY_H
#define MODULE_MEMORY_H

#include "common/module/module.h"

extern const struct module_kind module_memory;

#endif
