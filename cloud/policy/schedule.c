#include "cloud/policy/schedule.h"

#include <assert.h>
#include <math.h>

struct schedule schedule_make(int steps)
{
	struct schedule s = {.steps = steps};
	double product = 1, before;

	assert(steps >= 1 && steps <= SCHEDULE_STEPS_MAX);
	for (int i = 0; i < steps; i++) {
		double rise = (SCHEDULE_B_MAX - SCHEDULE_B_MIN) * (2 * i + 1) / (2.0 * steps * steps);

		s.beta[i] = 1 - exp(-SCHEDULE_B_MIN / steps - rise);
		before = product;
		product *= 1 - s.beta[i];
		s.abar[i] = product;
		s.take[i] = (float)(1 / sqrt(product));
		s.noise[i] = (float)sqrt(1 / product - 1);
		s.clean[i] = (float)(s.beta[i] * sqrt(before) / (1 - product));
		s.keep[i] = (float)((1 - before) * sqrt(1 - s.beta[i]) / (1 - product));
		s.sd[i] = (float)sqrt(s.beta[i] * (1 - before) / (1 - product));
	}
	return s;
}
