/* A small EDMSAC that is far from done: there is something left to learn on the job. */
#ifndef TESTS_LEARNERS_H
#define TESTS_LEARNERS_H

#include "cloud/policy/learner.h"

/* Not pruned, after this many of 100,000 planned updates. The caller frees it. */
struct learner *small_learner(int types, int updates);

#endif
