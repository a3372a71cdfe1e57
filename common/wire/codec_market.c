/* The public terms and the menu: lists of K numbers, and tables of K*K as one list row by row. */
#include <math.h>
#include <string.h>

#include "common/wire/codec_field.h"

typedef double matrix[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];

static double *pack_row(const double *v, size_t k, size_t *n, struct arena *a)
{
	double *to = arena_take(a, k * sizeof(*to) + 1);

	memcpy(to, v, k * sizeof(*to));
	*n = k;
	return to;
}

static double *pack_matrix(const matrix v, size_t k, size_t *n, struct arena *a)
{
	double *to = arena_take(a, k * k * sizeof(*to) + 1);

	for (size_t i = 0; i < k; i++)
		memcpy(to + i * k, v[i], k * sizeof(*to));
	*n = k * k;
	return to;
}

static int take_row(double *to, size_t k, const double *from, size_t n, struct place at, const char *field,
                    struct err *e)
{
	if (n != k)
		return place_err(at, field, e, E_PROTOCOL, "%zu numbers (accepted: %zu)", n, k);
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(from[i]))
			return place_err(at, field, e, E_PROTOCOL, "element %zu is not a finite number", i + 1);
		to[i] = from[i];
	}
	return 0;
}

static int take_matrix(matrix to, size_t k, const double *from, size_t n, struct place at, const char *field,
                       struct err *e)
{
	int rc = 0;

	if (n != k * k)
		return place_err(at, field, e, E_PROTOCOL, "%zu numbers (accepted: %zu)", n, k * k);
	for (size_t i = 0; rc == 0 && i < k; i++)
		rc = take_row(to[i], k, from + i * k, k, at, field, e);
	return rc;
}

static int take_types(size_t n, struct place at, const char *field, int *types, struct err *e)
{
	if (n < 1 || n > CONTRACT_TYPES_MAX)
		return place_err(at, field, e, E_LIMIT, "%zu types (accepted: 1 to %d)", n, CONTRACT_TYPES_MAX);
	*types = (int)n;
	return 0;
}

Foedus__V1__Market *market_pack(const struct market *m, struct arena *a)
{
	Foedus__V1__Market *to = arena_take(a, sizeof(*to));
	size_t k = (size_t)m->terms.types;

	foedus__v1__market__init(to);
	to->types = pack_row(m->terms.theta, k, &to->n_types, a);
	to->prior = pack_row(m->prior, k, &to->n_prior, a);
	to->transition = pack_matrix(m->terms.transition, k, &to->n_transition, a);
	to->e1 = m->terms.e1;
	to->e3 = m->terms.e3;
	to->delta = m->terms.delta;
	to->q_max = m->terms.q_max;
	to->samples_per_effort = m->samples_per_effort;
	return to;
}

int market_take(struct market *m, const Foedus__V1__Market *from, struct place at, struct err *e)
{
	size_t k;
	int rc;

	*m = (struct market){0};
	if (!from)
		return place_err(at, "market", e, E_PROTOCOL, "missing");
	k = from->n_types;
	rc = take_types(k, at, "market.types", &m->terms.types, e);
	if (rc == 0)
		rc = take_row(m->terms.theta, k, from->types, k, at, "market.types", e);
	if (rc == 0)
		rc = take_row(m->prior, k, from->prior, from->n_prior, at, "market.prior", e);
	if (rc == 0)
		rc = take_matrix(m->terms.transition, k, from->transition, from->n_transition, at,
		                 "market.transition", e);
	m->terms.e1 = from->e1;
	m->terms.e3 = from->e3;
	m->terms.delta = from->delta;
	m->terms.q_max = from->q_max;
	m->samples_per_effort = from->samples_per_effort;
	return rc;
}

int market_check(const struct market *m, struct place at, struct err *e)
{
	struct err why = ERR_INIT;

	if (terms_check(&m->terms, &why))
		return place_err(at, "market", e, E_PROTOCOL, "%s", why.text);
	for (int i = 0; i < m->terms.types; i++)
		if (!(m->prior[i] >= 0 && m->prior[i] <= 1 + CONTRACT_SUM_TOLERANCE))
			return place_err(at, "market.prior", e, E_PROTOCOL, "element %d is %g, not a probability", i + 1,
			                 m->prior[i]);
	if (!(m->samples_per_effort > 0 && m->samples_per_effort <= 1e12))
		return place_err(at, "market.samples_per_effort", e, E_PROTOCOL,
		                 "%g (accepted: above 0, at most 1e12)", m->samples_per_effort);
	return 0;
}

Foedus__V1__Menu *menu_pack(const struct menu *m, struct arena *a)
{
	Foedus__V1__Menu *to = arena_take(a, sizeof(*to));
	size_t k = (size_t)m->types;

	foedus__v1__menu__init(to);
	to->q1 = pack_row(m->q1, k, &to->n_q1, a);
	to->r1 = pack_row(m->r1, k, &to->n_r1, a);
	to->q2 = pack_matrix(m->q2, k, &to->n_q2, a);
	to->r2 = pack_matrix(m->r2, k, &to->n_r2, a);
	return to;
}

int menu_take(struct menu *m, const Foedus__V1__Menu *from, struct place at, struct err *e)
{
	size_t k;
	int rc;

	*m = (struct menu){0};
	if (!from)
		return place_err(at, "menu", e, E_PROTOCOL, "missing");
	k = from->n_q1;
	rc = take_types(k, at, "menu.q1", &m->types, e);
	if (rc == 0)
		rc = take_row(m->q1, k, from->q1, k, at, "menu.q1", e);
	if (rc == 0)
		rc = take_row(m->r1, k, from->r1, from->n_r1, at, "menu.r1", e);
	if (rc == 0)
		rc = take_matrix(m->q2, k, from->q2, from->n_q2, at, "menu.q2", e);
	if (rc == 0)
		rc = take_matrix(m->r2, k, from->r2, from->n_r2, at, "menu.r2", e);
	return rc;
}
