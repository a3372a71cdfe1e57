#include "common/contract/isotonic.h"

#include "common/contract/limits.h"

void isotonic_decreasing(double *y, const double *weight, int n)
{
	double mean[CONTRACT_TYPES_MAX], mass[CONTRACT_TYPES_MAX];
	int count[CONTRACT_TYPES_MAX];
	int blocks = 0, at = 0;

	for (int i = 0; i < n; i++) {
		mean[blocks] = y[i];
		mass[blocks] = weight[i];
		count[blocks] = 1;
		while (blocks > 0 && mean[blocks] > mean[blocks - 1]) {
			double both = mass[blocks - 1] + mass[blocks];

			mean[blocks - 1] = (mean[blocks - 1] * mass[blocks - 1] + mean[blocks] * mass[blocks]) / both;
			mass[blocks - 1] = both;
			count[blocks - 1] += count[blocks];
			blocks--;
		}
		blocks++;
	}
	for (int b = 0; b < blocks; b++)
		for (int c = 0; c < count[b]; c++)
			y[at++] = mean[b];
}
