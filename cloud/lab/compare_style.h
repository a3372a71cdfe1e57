/* The look that all figures share, as a gnuplot script. */
#ifndef LAB_COMPARE_STYLE_H
#define LAB_COMPARE_STYLE_H

extern const char compare_style[];

#endif
