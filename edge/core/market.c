/* Whether an offer's terms are sound. */
#include <math.h>

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
