/* What an edge reports before an offer. It goes with the edge's type but never states it. */
#ifndef CONTRACT_TELEMETRY_H
#define CONTRACT_TELEMETRY_H

#include <stdbool.h>

#define TELEMETRY_FIELDS 5

struct telemetry {
	double cpu_free;     /* share of the processor that is idle, 0 to 1 */
	double energy_price; /* credits per kWh */
	double link_mbps;    /* rate of the link to the cloud */
	double queue_length; /* jobs waiting at the edge */
	double samples;      /* training samples at hand */
};

/* Ranges that any honest report lies in; a peer's numbers must pass before they are used. */
static inline bool telemetry_is_sound(const struct telemetry *t)
{
	return t->cpu_free >= 0 && t->cpu_free <= 1 && t->energy_price >= 0 && t->energy_price <= 1e6 &&
	       t->link_mbps >= 0 && t->link_mbps <= 1e9 && t->queue_length >= 0 && t->queue_length <= 1e9 &&
	       t->samples >= 0 && t->samples <= 1e12;
}

#endif
