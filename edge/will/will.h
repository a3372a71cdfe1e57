/* An edge's private willingness: its type, and the telemetry that goes with the type without stating it.
 *
 * Two sources. `markov`: a seeded chain, drawn from a prior and moved by a transition every period (in the
 * daemon those of its nature, see edge/daemon/nature.h). `load`: what the machine can spare now (idle
 * processor, battery, price of energy), put on the grid of types. Pure: the same seed, edge, round, period
 * and readings give the same type and telemetry, so an edge that restarts in the middle of a round is the
 * same edge. The type never leaves this process; the choice is made with choose_period1() and
 * choose_period2() of common/contract. */
#ifndef WILL_WILL_H
#define WILL_WILL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/contract/instance.h"
#include "common/contract/telemetry.h"

enum will_source { WILL_MARKOV, WILL_LOAD };

/* What the machine says of itself. Numbers that it cannot tell are NAN and left out of account. */
struct will_readings {
	double cpu_free;              /* idle share of the processor, 0 to 1 */
	double battery;               /* charge, 0 to 1; NAN without a battery */
	bool on_mains;                /* the battery is not being drained */
	double price;                 /* of energy now, credits per kWh */
	double price_low, price_high; /* the day's range, which says whether `price` is much */
	double link_mbps;
	double queue_length; /* processes waiting for the processor */
	double samples;      /* training samples at hand */
};
/* Nothing known. */
struct will_readings will_no_readings(void);

struct will {
	enum will_source source;
	uint64_t seed;
	uint64_t edge; /* stream of this edge's name */
	struct will_readings readings;
};

int will_source_parse(const char *text, enum will_source *out,
                      struct err *e) MUST_CHECK; /* "markov", "load" */
void will_init(struct will *w, enum will_source source, uint64_t seed, const char *edge);
/* The latest readings; take them once before a period's signal, so that signal and type agree. In markov mode
 * only `samples` counts. */
void will_read(struct will *w, const struct will_readings *r);

/* The edge's type (from 0) in this period (1 or 2) of this round. */
int will_type(const struct will *w, const struct terms *t, const double *prior, uint64_t round,
              uint32_t period);
/* What it reports then. Sound by telemetry_is_sound(). */
void will_telemetry(const struct will *w, const struct terms *t, const double *prior, uint64_t round,
                    uint32_t period, struct telemetry *out);

/* Load mode's mapping by itself: how much the machine can spare, 0 (nothing) to 1, and the type nearest to
 * that share of the way from the lowest to the highest. */
double will_spare(const struct will_readings *r);
int will_nearest(const struct terms *t, double spare);

#endif
