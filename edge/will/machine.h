/* Where load mode's readings come from: /proc, /sys and the price of this hour. */
#ifndef WILL_MACHINE_H
#define WILL_MACHINE_H

#include "edge/will/prices.h"
#include "edge/will/will.h"

/* Reads the load (PROC/loadavg) against `cpus` processors, and the first battery under
 * SYS/class/power_supply; `prices` may be NULL. What the machine does not tell stays NAN: that is no error.
 * `proc` and `sys` are "/proc" and "/sys" but for tests. The rate of the link and the samples are the
 * caller's to fill in. */
void machine_read(const char *proc, const char *sys, int cpus, const struct price_table *prices, int hour,
                  struct will_readings *out);
/* The same for this machine and hour. */
void machine_read_now(const struct price_table *prices, struct will_readings *out);

#endif
