/* Whether an offer's terms are sound, and whether a menu is still the same. */
#include <math.h>
#include <string.h>

#include "edge/core/internal.h"

int market_sound(const struct market *m, struct err *e)
{
	double sum = 0;
	int rc = terms_check(&m->terms, e);

	if (rc)
		return err_wrap(e, "market");
	if (!(m->samples_per_effort > 0 && m->samples_per_effort <= CONTRACT_NUMBER_MAX))
		return err_set(e, E_INVALID, "market: samples_per_effort %g is not above 0 and up to %g",
		               m->samples_per_effort, CONTRACT_NUMBER_MAX);
	for (int k = 0; k < m->terms.types; k++) {
		if (!(m->prior[k] >= 0))
			return err_set(e, E_INVALID, "market: prior of type %d is negative", k + 1);
		sum += m->prior[k];
	}
	if (!(fabs(sum - 1) <= CONTRACT_SUM_TOLERANCE))
		return err_set(e, E_INVALID, "market: the prior sums to %.9g, not 1", sum);
	return 0;
}

bool menu_equal(const struct menu *a, const struct menu *b)
{
	size_t row = (size_t)a->types * sizeof(double);

	if (a->types != b->types || memcmp(a->q1, b->q1, row) != 0 || memcmp(a->r1, b->r1, row) != 0)
		return false;
	for (int k = 0; k < a->types; k++)
		if (memcmp(a->q2[k], b->q2[k], row) != 0 || memcmp(a->r2[k], b->r2[k], row) != 0)
			return false;
	return true;
}
