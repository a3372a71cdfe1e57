/* Progress on a terminal (one bar that is redrawn, in place) or in a file or pipe (plain lines only). */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <stdbool.h>

/* A line for a finished step: "  round 1    train       4 of 4 updates accepted        12.3 s". `seconds`
 * below 0 leaves the time out. */
void show_step(const char *group, const char *step, double seconds, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A plain line. */
void show_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Redraws the bar; nothing unless standard output is a terminal. `share` from 0 to 1. */
void show_bar(const char *group, const char *step, double share, const char *text);
/* Takes the bar away; every other call here does it too. */
void show_clear(void);
/* "ok" or "FAILED" before a sentence. */
void show_verdict(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
