/* The variance-preserving noise schedule of diffusion actors (Xiao, Kreis and Vahdat 2022; as in
 * Diffusion-QL) and the coefficients of a denoising step that follow from it (Ho et al. 2020, eq. 7). */
#ifndef POLICY_SCHEDULE_H
#define POLICY_SCHEDULE_H

#define SCHEDULE_STEPS_MAX 64
#define SCHEDULE_B_MIN     0.1
#define SCHEDULE_B_MAX     10.0

/* Entry t - 1 belongs to step t = 1 ... steps; steps run down to 1. */
struct schedule {
	int steps;
	double beta[SCHEDULE_STEPS_MAX]; /* 1 - exp(-b_min/T - (b_max - b_min) (2t - 1) / (2 T^2)) */
	double abar[SCHEDULE_STEPS_MAX]; /* product of 1 - beta up to t */
	/* x0 = take * x_t - noise * eps; x_(t-1) = clean * x0 + keep * x_t + sd * z */
	float take[SCHEDULE_STEPS_MAX], noise[SCHEDULE_STEPS_MAX];
	float clean[SCHEDULE_STEPS_MAX], keep[SCHEDULE_STEPS_MAX], sd[SCHEDULE_STEPS_MAX];
};

/* 1 to SCHEDULE_STEPS_MAX steps. The last step, t = 1, adds no noise. */
struct schedule schedule_make(int steps);

#endif
