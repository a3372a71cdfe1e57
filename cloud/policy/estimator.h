/* What the cloud believes of the edges' types (contract-model: "type signals and the estimate").
 *
 * An edge's belief is its distribution over the K types, a hidden-Markov filter: predict with P, observe a
 * signal, collapse when a choice reveals the type. The estimator holds what the population taught:
 * transitions (Dirichlet counts) and what each type's telemetry looks like. Both learn only from types that
 * choices revealed, so the types cannot change places. Plain numbers throughout: copy it, store it, compare
 * it. */
#ifndef POLICY_ESTIMATOR_H
#define POLICY_ESTIMATOR_H

#include <stddef.h>

#include "common/contract/instance.h"
#include "common/contract/telemetry.h"

/* Count, mean and sum of squared deviations of one telemetry field (on its own scale, see signal_features).
 */
struct signal_moments {
	double n, mean, m2;
};

struct estimator {
	int types;
	double prior[CONTRACT_TYPES_MAX];                      /* of an edge that nothing is known of */
	double counts[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX]; /* Dirichlet: pseudo-counts and what was seen */
	struct signal_moments signal[CONTRACT_TYPES_MAX][TELEMETRY_FIELDS];
};

/* Starts from the terms' transition, worth `strength` > 0 observations a row, and from `prior`. */
void estimator_init(struct estimator *s, const struct terms *t, const double *prior, double strength);
/* For numbers that come from a disk: finite, in range, probabilities sum to 1. */
int estimator_check(const struct estimator *s, struct err *e) MUST_CHECK;

/* `belief` has s->types elements that sum to 1. */
void belief_init(const struct estimator *s, double *belief);
void belief_predict(const struct estimator *s, double *belief); /* a period passes */
/* Takes in a sound signal. One report moves a belief only so far: with a small probability it is taken to say
 * nothing, so an outlier or a lie cannot exclude a type. */
void belief_observe(const struct estimator *s, const struct telemetry *x, double *belief);
void belief_reveal(const struct estimator *s, int type, double *belief); /* a choice showed the type */

/* A revealed type taught what it reports, and what it became from one period to the next. */
void estimator_learn_signal(struct estimator *s, const struct telemetry *x, int type);
void estimator_learn_transition(struct estimator *s, int from, int to);

/* The mean of the counts, rows ordered by isotonic projection weighted by how much was seen of each. */
void estimator_transition(const struct estimator *s, double p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX]);
/* The population's distribution: the mean of n beliefs; the initial prior when there are none. */
void estimator_prior(const struct estimator *s, const double (*beliefs)[CONTRACT_TYPES_MAX], size_t n,
                     double *prior);
/* Both at once, put into an instance that has everything else: the problem as the cloud sees it, ready for a
 * policy. in->terms.types must be s->types. */
void estimator_instance(const struct estimator *s, const double (*beliefs)[CONTRACT_TYPES_MAX], size_t n,
                        struct instance *in);

#endif
