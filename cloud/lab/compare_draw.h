/* Figures as gnuplot scripts beside their data, and as SVG by them. */
#ifndef LAB_COMPARE_DRAW_H
#define LAB_COMPARE_DRAW_H

#include "cloud/lab/compare.h"

/* Writes style.gp and NAME.gp. */
int draw_script(const struct study *s, const struct figure *f, struct err *e) MUST_CHECK;
/* Runs gnuplot on NAME.gp. E_NOT_FOUND when there is no gnuplot. */
int draw_figure(const struct study *s, const struct figure *f, struct err *e) MUST_CHECK;

#endif
