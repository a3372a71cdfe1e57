#include "cloud/policy/estimator.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define SHRINKAGE      4.0  /* observations that a type's mean counts the population's mean for */
#define REVEALED_LEAST 8.0  /* with fewer observations in all, telemetry says nothing yet */
#define DOUBT          0.02 /* probability that a signal says nothing of the type */
#define SPREAD_LEAST   1e-4 /* variance below which a field counts as constant */

/* Each field on a scale where its noise is about even: shares as they are, the rest as logarithms. */
static void signal_features(const struct telemetry *x, double *f)
{
	f[0] = x->cpu_free;
	f[1] = log(0.01 + x->energy_price);
	f[2] = log1p(x->link_mbps);
	f[3] = log1p(x->queue_length);
	f[4] = log1p(x->samples);
}

void estimator_init(struct estimator *s, const struct terms *t, const double *prior, double strength)
{
	assert(strength > 0);
	memset(s, 0, sizeof(*s));
	s->types = t->types;
	for (int k = 0; k < t->types; k++) {
		s->prior[k] = prior[k];
		/* A little of everything, so that no transition is ever held impossible. */
		for (int l = 0; l < t->types; l++)
			s->counts[k][l] = strength * (0.99 * t->transition[k][l] + 0.01 / t->types);
	}
}

static bool sound_count(double v)
{
	return v >= 0 && v <= 1e15;
}

int estimator_check(const struct estimator *s, struct err *e)
{
	double sum = 0;

	if (s->types < 1 || s->types > CONTRACT_TYPES_MAX)
		return err_set(e, E_INVALID, "estimator: %d types; accepted are 1 to %d", s->types,
		               CONTRACT_TYPES_MAX);
	for (int k = 0; k < s->types; k++) {
		sum += s->prior[k];
		if (!(s->prior[k] >= 0))
			return err_set(e, E_INVALID, "estimator: prior of type %d is %g", k + 1, s->prior[k]);
		for (int l = 0; l < s->types; l++)
			if (!(s->counts[k][l] > 0 && s->counts[k][l] <= 1e15))
				return err_set(e, E_INVALID, "estimator: transition count %d, %d is %g", k + 1, l + 1,
				               s->counts[k][l]);
		for (int f = 0; f < TELEMETRY_FIELDS; f++) {
			const struct signal_moments *m = &s->signal[k][f];

			if (!sound_count(m->n) || !sound_count(m->m2) || !isfinite(m->mean))
				return err_set(e, E_INVALID, "estimator: moments of type %d, signal %d", k + 1, f + 1);
		}
	}
	if (!(fabs(sum - 1) <= CONTRACT_SUM_TOLERANCE))
		return err_set(e, E_INVALID, "estimator: the prior sums to %g, not to 1", sum);
	return 0;
}

void belief_init(const struct estimator *s, double *belief)
{
	memcpy(belief, s->prior, sizeof(*belief) * (size_t)s->types);
}

void belief_predict(const struct estimator *s, double *belief)
{
	double p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], next[CONTRACT_TYPES_MAX] = {0};

	estimator_transition(s, p);
	for (int k = 0; k < s->types; k++)
		for (int l = 0; l < s->types; l++)
			next[l] += belief[k] * p[k][l];
	memcpy(belief, next, sizeof(*belief) * (size_t)s->types);
}

/* One field over all revealed types: its mean, and its variance within a type. False when too little is
 * known. */
static bool pooled(const struct estimator *s, int f, double *mean, double *variance)
{
	double n = 0, sum = 0, m2 = 0;

	for (int k = 0; k < s->types; k++) {
		n += s->signal[k][f].n;
		sum += s->signal[k][f].n * s->signal[k][f].mean;
		m2 += s->signal[k][f].m2;
	}
	if (n < REVEALED_LEAST)
		return false;
	*mean = sum / n;
	*variance = fmax(m2 / fmax(1, n - s->types), SPREAD_LEAST);
	return true;
}

/* Adds the log-likelihood of field f at v: normal, each type's mean drawn towards the population's and its
 * variance widened by what is not known of that mean. */
static void add_field(const struct estimator *s, int f, double v, double *log_likelihood)
{
	double mean, variance;

	if (!pooled(s, f, &mean, &variance))
		return;
	for (int k = 0; k < s->types; k++) {
		const struct signal_moments *m = &s->signal[k][f];
		double expected = (m->n * m->mean + SHRINKAGE * mean) / (m->n + SHRINKAGE);
		double wide = variance * (1 + 1 / (m->n + SHRINKAGE));

		log_likelihood[k] -= 0.5 * ((v - expected) * (v - expected) / wide + log(wide));
	}
}

void belief_observe(const struct estimator *s, const struct telemetry *x, double *belief)
{
	double log_likelihood[CONTRACT_TYPES_MAX] = {0}, post[CONTRACT_TYPES_MAX], f[TELEMETRY_FIELDS];
	double top = -INFINITY, sum = 0;

	signal_features(x, f);
	for (int i = 0; i < TELEMETRY_FIELDS; i++)
		add_field(s, i, f[i], log_likelihood);
	for (int k = 0; k < s->types; k++)
		if (belief[k] > 0)
			top = fmax(top, log_likelihood[k]);
	for (int k = 0; k < s->types; k++) {
		post[k] = belief[k] > 0 ? belief[k] * exp(log_likelihood[k] - top) : 0;
		sum += post[k];
	}
	if (!(sum > 0))
		return;
	for (int k = 0; k < s->types; k++)
		belief[k] = (1 - DOUBT) * post[k] / sum + DOUBT * belief[k];
}

void belief_reveal(const struct estimator *s, int type, double *belief)
{
	assert(type >= 0 && type < s->types);
	for (int k = 0; k < s->types; k++)
		belief[k] = k == type;
}

void estimator_learn_signal(struct estimator *s, const struct telemetry *x, int type)
{
	double f[TELEMETRY_FIELDS];

	assert(type >= 0 && type < s->types);
	signal_features(x, f);
	for (int i = 0; i < TELEMETRY_FIELDS; i++) {
		struct signal_moments *m = &s->signal[type][i];
		double off = f[i] - m->mean;

		m->n += 1;
		m->mean += off / m->n;
		m->m2 += off * (f[i] - m->mean);
	}
}

void estimator_learn_transition(struct estimator *s, int from, int to)
{
	assert(from >= 0 && from < s->types && to >= 0 && to < s->types);
	s->counts[from][to] += 1;
}

void estimator_transition(const struct estimator *s, double p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX])
{
	double mass[CONTRACT_TYPES_MAX];
	int row;

	memset(p, 0, sizeof(s->counts));
	for (int k = 0; k < s->types; k++) {
		mass[k] = 0;
		for (int l = 0; l < s->types; l++)
			mass[k] += s->counts[k][l];
		for (int l = 0; l < s->types; l++)
			p[k][l] = s->counts[k][l] / mass[k];
	}
	if (fosd_breach(p, s->types, &row) > 0)
		fosd_project(p, s->types, mass);
}

void estimator_prior(const struct estimator *s, const double (*beliefs)[CONTRACT_TYPES_MAX], size_t n,
                     double *prior)
{
	memset(prior, 0, sizeof(*prior) * (size_t)s->types);
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < s->types; k++)
			prior[k] += beliefs[i][k] / (double)n;
	if (n == 0)
		belief_init(s, prior);
}

void estimator_instance(const struct estimator *s, const double (*beliefs)[CONTRACT_TYPES_MAX], size_t n,
                        struct instance *in)
{
	assert(in->terms.types == s->types);
	estimator_prior(s, beliefs, n, in->prior);
	estimator_transition(s, in->terms.transition);
	instance_tidy(in);
}
