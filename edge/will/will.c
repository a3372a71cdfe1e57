#include "edge/will/will.h"

#include <math.h>
#include <string.h>

#include "common/base/rng.h"

/* The chain starts afresh after this many periods, so that any round's type is found in bounded time. */
#define CHAIN_LENGTH 4096
/* How far an edge's own taste moves its willingness in load mode, as a share of the grid: what it reports
 * cannot tell its type exactly. */
#define TASTE 0.08

/* Streams of one edge: each purpose draws from its own, so that asking one never moves another. */
enum purpose { PURPOSE_TYPE, PURPOSE_TASTE, PURPOSE_TELEMETRY, PURPOSES };

static void seed_period(struct rng *r, const struct will *w, uint64_t index, enum purpose purpose)
{
	rng_seed(r, w->seed, w->edge + index * PURPOSES + (uint64_t)purpose);
}

struct will_readings will_no_readings(void)
{
	return (struct will_readings){NAN, NAN, true, NAN, NAN, NAN, NAN, NAN, NAN};
}

int will_source_parse(const char *text, enum will_source *out, struct err *e)
{
	if (strcmp(text, "markov") == 0)
		*out = WILL_MARKOV;
	else if (strcmp(text, "load") == 0)
		*out = WILL_LOAD;
	else
		return err_set(e, E_INVALID, "willingness '%.32s' is not one of markov, load", text);
	return 0;
}

void will_init(struct will *w, enum will_source source, uint64_t seed, const char *edge)
{
	*w = (struct will){
	    .source = source, .seed = seed, .edge = rng_stream(edge), .readings = will_no_readings()};
}

void will_read(struct will *w, const struct will_readings *r)
{
	w->readings = *r;
}

/* Periods are counted from 0 through all rounds; rounds from 1. */
static uint64_t period_index(uint64_t round, uint32_t period)
{
	return 2 * (round > 0 ? round - 1 : 0) + (period == 2);
}

static int chain_type(const struct will *w, const struct terms *t, const double *prior, uint64_t index)
{
	uint64_t start = index - index % CHAIN_LENGTH;
	size_t type = 0;

	for (uint64_t i = start; i <= index; i++) {
		struct rng r;

		seed_period(&r, w, i, PURPOSE_TYPE);
		type = rng_pick(&r, i == start ? prior : t->transition[type], (size_t)t->types);
	}
	return (int)type;
}

double will_spare(const struct will_readings *r)
{
	double sum = 0, weight = 0;

	if (isfinite(r->cpu_free)) {
		sum += 0.5 * fmin(1, fmax(0, r->cpu_free));
		weight += 0.5;
	}
	if (isfinite(r->price) && r->price_high > r->price_low) {
		sum += 0.3 * fmin(1, fmax(0, (r->price_high - r->price) / (r->price_high - r->price_low)));
		weight += 0.3;
	}
	if (isfinite(r->battery)) {
		sum += 0.2 * (r->on_mains ? 1 : fmin(1, fmax(0, r->battery)));
		weight += 0.2;
	}
	return weight > 0 ? sum / weight : 0.5;
}

int will_nearest(const struct terms *t, double spare)
{
	double lo = t->theta[0];
	double want = lo + fmin(1, fmax(0, spare)) * (t->theta[t->types - 1] - lo);
	int best = 0;

	for (int k = 1; k < t->types; k++)
		if (fabs(t->theta[k] - want) < fabs(t->theta[best] - want))
			best = k;
	return best;
}

int will_type(const struct will *w, const struct terms *t, const double *prior, uint64_t round,
              uint32_t period)
{
	uint64_t index = period_index(round, period);
	struct rng r;

	if (w->source == WILL_MARKOV)
		return chain_type(w, t, prior, index);
	seed_period(&r, w, index, PURPOSE_TASTE);
	return will_nearest(t, will_spare(&w->readings) + TASTE * rng_normal(&r));
}

static double known(double reading, double instead)
{
	return isfinite(reading) && reading >= 0 ? reading : instead;
}

/* Markov mode has no machine behind it: each field's mean follows the type, its spread is wide enough that
 * neighbouring types overlap. `s` is the type's place on the grid, 0 to 1. */
static void invent(struct rng *r, double s, double samples, struct telemetry *out)
{
	out->cpu_free = 0.30 + 0.40 * s + 0.15 * rng_normal(r);
	out->energy_price = (0.36 - 0.18 * s) * exp(0.25 * rng_normal(r));
	out->link_mbps = 20 * exp(s + 0.6 * rng_normal(r));
	out->queue_length = floor((6 - 4.5 * s) * rng_gamma(r, 2) / 2);
	out->samples = floor(known(samples, 1000) * (0.8 + 0.2 * s) * exp(0.1 * rng_normal(r)));
}

/* Load mode reports what it read, blurred: the machine's exact state is its own affair. */
static void blur(struct rng *r, const struct will_readings *m, struct telemetry *out)
{
	out->cpu_free = known(m->cpu_free, 0.5) + 0.08 * rng_normal(r);
	out->energy_price = known(m->price, 0.25) * exp(0.1 * rng_normal(r));
	out->link_mbps = known(m->link_mbps, 20) * exp(0.2 * rng_normal(r));
	out->queue_length = floor(known(m->queue_length, 1) + rng_gamma(r, 1));
	out->samples = floor(known(m->samples, 1000) * exp(0.05 * rng_normal(r)));
}

void will_telemetry(const struct will *w, const struct terms *t, const double *prior, uint64_t round,
                    uint32_t period, struct telemetry *out)
{
	struct rng r;

	seed_period(&r, w, period_index(round, period), PURPOSE_TELEMETRY);
	if (w->source == WILL_MARKOV)
		invent(&r, (will_type(w, t, prior, round, period) + 0.5) / t->types, w->readings.samples, out);
	else
		blur(&r, &w->readings, out);
	out->cpu_free = fmin(1, fmax(0, out->cpu_free));
	out->energy_price = fmin(1e6, out->energy_price);
	out->link_mbps = fmin(1e9, out->link_mbps);
	out->queue_length = fmin(1e9, out->queue_length);
	out->samples = fmin(1e12, out->samples);
}
