/* Gates that an update passes before it may be paid and averaged: shape, finiteness, norm, validation. The
 * first one that refuses gives its reason for the receipt: "norm: 12.3 is above 8.1 (4 times the median)".
 *
 * An update is one safetensors file of a module kind's layout. Nothing here keeps state: the median of the
 * norms accepted so far is the caller's. */
#ifndef AGGREGATE_SCREEN_H
#define AGGREGATE_SCREEN_H

#include "common/module/module.h"
#include "common/wire/limits.h"

struct screen_limits {
	double norm_factor; /* times the median of the norms accepted so far in this stage */
	double norm_max;    /* for any update, also the first of a stage */
	double metric_drop; /* below the starting parameters' metric; local data may be skewed */
	double metric_min;  /* whatever the start was: below it an update is worse than guessing */
};

/* Efforts of one menu differ up to tenfold, and norms with them; a poisoned update that scales its
 * difference to outvote the others differs by more. */
#define SCREEN_LIMITS_DEFAULT ((struct screen_limits){10, 1e3, 0.5, 0.05})

/* E_INVALID names the limit that is not a positive number (the metrics' may be 0). */
int screen_limits_check(const struct screen_limits *l, struct err *e) MUST_CHECK;

enum screen_gate { SCREEN_PASSED, SCREEN_SHAPE, SCREEN_FINITE, SCREEN_NORM, SCREEN_VALIDATION };

struct screening {
	enum screen_gate gate; /* the one that refused */
	double norm;           /* of the difference to the starting parameters; NAN until it is measured */
	double metric;         /* on the validation data; NAN until it is measured */
	char reason[WIRE_TEXT_MAX + 1]; /* empty when passed */
};

struct screen_subject {
	const struct module_kind *kind;
	const uint8_t *bytes; /* the update */
	size_t size;
	const float *start;        /* what it was trained from, layout floats */
	double start_metric;       /* NAN = not known */
	double norm_median;        /* of the norms accepted so far in this stage; 0 = none yet */
	const float *needs_params; /* of the kind it builds on, or NULL */
	const struct dataset *validation;
	size_t validation_max; /* samples of it to use; 0 = all */
};

/* Every gate in turn. The answer is in *out; an error only when the evaluation itself could not be done. */
int screen_update(const struct screen_subject *s, const struct screen_limits *l, struct screening *out,
                  struct err *e) MUST_CHECK;

/* The gates by themselves; false with gate and reason set. Blocks as in fedavg.h. */
bool screen_shape(const uint8_t *bytes, size_t size, const struct tensor_layout *layout,
                  const uint8_t **block, struct screening *out);
bool screen_finite(const uint8_t *block, const struct tensor_layout *layout, struct screening *out);
bool screen_norm(const uint8_t *block, const float *start, size_t floats, double median,
                 const struct screen_limits *l, struct screening *out);
/* Refuses an update that is its start but for rounding, however its file is written. */
bool screen_moved(const uint8_t *block, const float *start, size_t floats, struct screening *out);
/* `start_metric` NAN: only metric_min counts. */
bool screen_metric(const char *name, double metric, double start_metric, const struct screen_limits *l,
                   struct screening *out);

/* Euclidean norm of block - start, the same bits on every machine. */
double block_distance(const void *block, const void *start, size_t floats);
/* Index of the first element that is not finite; `floats` if all are. */
size_t block_first_bad(const void *block, size_t floats);

#endif
