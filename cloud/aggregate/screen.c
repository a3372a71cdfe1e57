#include "cloud/aggregate/screen.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/aggregate/kernels.h"
#include "common/agent/safetensors.h"
#include "common/base/mem.h"

#define CHUNK ((size_t)4096) /* floats tested at once before looking for the one that is bad */

static bool __attribute__((format(printf, 3, 4)))
refuse(struct screening *out, enum screen_gate gate, const char *fmt, ...)
{
	va_list ap;

	out->gate = gate;
	va_start(ap, fmt);
	vsnprintf(out->reason, sizeof(out->reason), fmt, ap);
	va_end(ap);
	return false;
}

int screen_limits_check(const struct screen_limits *l, struct err *e)
{
	if (!(l->norm_factor > 0) || !isfinite(l->norm_factor))
		return err_set(e, E_INVALID, "screening: the norm's factor %g is not a positive number",
		               l->norm_factor);
	if (!(l->norm_max > 0) || !isfinite(l->norm_max))
		return err_set(e, E_INVALID, "screening: the largest norm %g is not a positive number", l->norm_max);
	if (!(l->metric_drop >= 0 && l->metric_drop <= 1))
		return err_set(e, E_INVALID, "screening: the metric's drop %g is not from 0 to 1", l->metric_drop);
	if (!(l->metric_min >= 0 && l->metric_min <= 1))
		return err_set(e, E_INVALID, "screening: the least metric %g is not from 0 to 1", l->metric_min);
	return 0;
}

size_t block_first_bad(const void *block, size_t floats)
{
	const uint8_t *p = block;

	for (size_t at = 0; at < floats; at += CHUNK) {
		size_t n = floats - at < CHUNK ? floats - at : CHUNK;

		if (aggregate_kernels()->all_finite(p + at * sizeof(float), n))
			continue;
		while (aggregate_portable.all_finite(p + at * sizeof(float), 1))
			at++;
		return at;
	}
	return floats;
}

double block_distance(const void *block, const void *start, size_t floats)
{
	const size_t whole = floats - floats % SCAN_LANES;
	const size_t end = whole * sizeof(float);
	double lane[SCAN_LANES] = {0}, sum = 0;

	aggregate_kernels()->distance(lane, block, start, whole);
	aggregate_portable.distance(lane, (const uint8_t *)block + end, (const uint8_t *)start + end,
	                            floats - whole);
	for (size_t i = 0; i < SCAN_LANES; i++)
		sum += lane[i];
	return sqrt(sum);
}

bool screen_shape(const uint8_t *bytes, size_t size, const struct tensor_layout *layout,
                  const uint8_t **block, struct screening *out)
{
	struct err why = ERR_INIT;

	if (safetensors_view(bytes, size, layout, block, &why) == 0)
		return true;
	return refuse(out, SCREEN_SHAPE, "shape: %s", why.text);
}

static const struct tensor_spec *tensor_at(const struct tensor_layout *layout, size_t at)
{
	const struct tensor_spec *found = &layout->specs[0];

	for (size_t i = 0; i < layout->count; i++)
		if (layout->specs[i].offset <= at && layout->specs[i].offset >= found->offset)
			found = &layout->specs[i];
	return found;
}

bool screen_finite(const uint8_t *block, const struct tensor_layout *layout, struct screening *out)
{
	size_t at = block_first_bad(block, layout->floats);
	const struct tensor_spec *t;
	float v;

	if (at == layout->floats)
		return true;
	t = tensor_at(layout, at);
	memcpy(&v, block + at * sizeof(v), sizeof(v));
	return refuse(out, SCREEN_FINITE, "finite: element %zu of tensor '%s' is %s", at - t->offset, t->name,
	              isnan(v) ? "not a number" : "infinite");
}

bool screen_norm(const uint8_t *block, const float *start, size_t floats, double median,
                 const struct screen_limits *l, struct screening *out)
{
	double limit = l->norm_factor * median;

	out->norm = block_distance(block, start, floats);
	if (!(out->norm <= l->norm_max))
		return refuse(out, SCREEN_NORM, "norm: %.4g is above %.4g, the most for any update", out->norm,
		              l->norm_max);
	if (median > 0 && out->norm > limit)
		return refuse(out, SCREEN_NORM, "norm: %.4g is above %.4g (%.4g times the median)", out->norm, limit,
		              l->norm_factor);
	return true;
}

/* Training moves every layer by far more than this share; rounding, or one changed bit, by less. */
#define MOVED_LEAST 1e-6

bool screen_moved(const uint8_t *block, const float *start, size_t floats, struct screening *out)
{
	double norm = block_distance(block, start, floats), size = 0;

	for (size_t i = 0; i < floats; i++)
		size += (double)start[i] * (double)start[i];
	if (norm > MOVED_LEAST * sqrt(size))
		return true;
	return refuse(out, SCREEN_NORM, "norm: %.4g is no training: the parameters are those it began from",
	              norm);
}

bool screen_metric(const char *name, double metric, double start_metric, const struct screen_limits *l,
                   struct screening *out)
{
	out->metric = metric;
	if (!(metric >= l->metric_min))
		return refuse(out, SCREEN_VALIDATION, "validation: %s %.4f is below %.4f, the least for any update",
		              name, metric, l->metric_min);
	if (metric < start_metric - l->metric_drop)
		return refuse(out, SCREEN_VALIDATION, "validation: %s %.4f is more than %.4g below the start's %.4f",
		              name, metric, l->metric_drop, start_metric);
	return true;
}

static int validate(const struct screen_subject *s, const uint8_t *block, const struct screen_limits *l,
                    struct screening *out, struct err *e)
{
	const size_t floats = s->kind->layout()->floats;
	/* What is derived anew does not build on its start, so that one's metric says nothing about it. */
	double start = s->kind->stage == STAGE_DERIVED ? NAN : s->start_metric;
	float *params = mem_floats(floats); /* aligned, as the module's kernels want it */
	double metric = NAN;
	int rc;

	memcpy(params, block, floats * sizeof(*params));
	rc = s->kind->evaluate(params, s->needs_params, s->validation, s->validation_max, &metric, e);
	free(params);
	if (rc)
		return err_wrap(e, "validation of a %s update", s->kind->name);
	screen_metric(s->kind->metric, metric, start, l, out);
	return 0;
}

int screen_update(const struct screen_subject *s, const struct screen_limits *l, struct screening *out,
                  struct err *e)
{
	const struct tensor_layout *layout = s->kind->layout();
	const uint8_t *block;

	*out = (struct screening){.norm = NAN, .metric = NAN};
	if (!screen_shape(s->bytes, s->size, layout, &block, out) || !screen_finite(block, layout, out) ||
	    !screen_norm(block, s->start, layout->floats, s->norm_median, l, out))
		return 0;
	if (s->kind->stage == STAGE_TRAINED && !screen_moved(block, s->start, layout->floats, out))
		return 0;
	return validate(s, block, l, out, e);
}
