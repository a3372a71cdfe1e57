#include <math.h>

#include "cloud/policy/gaussian.h"
#include "cloud/policy/ppo.h"

static double log_sd(float raw)
{
	return fmin((double)GAUSSIAN_LOG_SD_MAX, fmax((double)GAUSSIAN_LOG_SD_MIN, (double)raw));
}

void ppo_advantages(int n, int stride, const float *reward, const float *worth, const float *value,
                    const float *next_value, const bool *cut, float *advantage)
{
	double later = 0;

	for (int t = n - 1; t >= 0; t--) {
		int i = t * stride;
		double off = (double)reward[i] + (double)worth[i] * (double)next_value[i] - (double)value[i];

		later = off + (cut[i] ? 0 : (double)worth[i] * PPO_LAMBDA * later);
		advantage[i] = (float)later;
	}
}

double ppo_density(int n, const float *mean, const float *raw, const float *pre)
{
	double sum = 0;

	for (int i = 0; i < n; i++) {
		double z = ((double)pre[i] - (double)mean[i]) / exp(log_sd(raw[i]));

		sum -= 0.5 * z * z + log_sd(raw[i]) + 0.5 * log(2 * M_PI);
	}
	return sum;
}

double ppo_sample(int n, const float *mean, const float *raw, const float *pre, double logp_then,
                  double advantage, double bonus, double scale, float *dmean, float *draw)
{
	double ratio = exp(fmin(20, ppo_density(n, mean, raw, pre) - logp_then));
	bool clipped = advantage > 0 ? ratio > 1 + PPO_CLIP : ratio < 1 - PPO_CLIP;
	double dlogp = clipped ? 0 : -advantage * ratio;

	for (int i = 0; i < n; i++) {
		double sd = exp(log_sd(raw[i])), z = ((double)pre[i] - (double)mean[i]) / sd;
		bool moves = raw[i] > GAUSSIAN_LOG_SD_MIN && raw[i] < GAUSSIAN_LOG_SD_MAX;

		dmean[i] = (float)(scale * dlogp * z / sd);
		draw[i] = moves ? (float)(scale * (dlogp * (z * z - 1) - bonus)) : 0;
	}
	return ratio;
}
