/* What training runs find out; each row of their parts:
 *
 *   curve, worst          x = environment steps: mean and least ratio to the exact optimum, one contract each
 *   one, best, feasible   x = 0: at the end, one contract each, the best of 16 by modelled profit, and the
 *                         share of the former that is feasible
 *   hidden1, hidden2, parameters  x = 0
 *   types, persistence, delta     x = the value: mean profit, best of 16 (compare_sweep.h)
 *   observed              x = witnesses: mean ratio to the optimum of who knows the truth
 *   q1, r1, q2, r2        x = index: the first held-out instance's menu
 *   profit, kept          x = round (compare_retention.c) */
#ifndef LAB_COMPARE_RUN_H
#define LAB_COMPARE_RUN_H

#include "cloud/lab/compare.h"

int run_work(const struct study *s, const struct study_job *job, struct part *out, struct err *e) MUST_CHECK;

#endif
