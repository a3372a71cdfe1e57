/* Time, read only by the shell; the core is told the time with each event. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_mono_ms(void); /* since some fixed moment, never goes back */
int64_t clock_mono_us(void);
int64_t clock_wall_ms(void); /* since 1970-01-01T00:00:00Z */
/* "2026-11-22T14:46:27.123Z"; `out` holds at least CLOCK_TEXT bytes. */
#define CLOCK_TEXT 32
void clock_text(int64_t wall_ms, char *out);

#endif
