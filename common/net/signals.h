/* The signals that a daemon answers: SIGTERM and SIGINT (stop), SIGHUP (read the configuration again). From
 * signals_open() on none of them is answered by the system's default, which ends the process: not while files
 * are read at the start, not once the loop has been closed at the end, and not in a thread of some library
 * that was there before (OpenBLAS has such). */
#ifndef NET_SIGNALS_H
#define NET_SIGNALS_H

#include <stdbool.h>
#include <uv.h>

typedef void (*signals_fn)(void *ctx, int number);

struct signals {
	uv_poll_t poll;
	bool open;
	signals_fn on;
	void *ctx;
};

/* One at a time in a process. A signal that comes before the loop runs is told once it does. Where the system
 * gives no pipe, a warning says so and the default stays. `s` keeps its address until the loop is empty. */
void signals_open(struct signals *s, uv_loop_t *loop, signals_fn on, void *ctx);
/* What comes from now on changes nothing; again is fine. */
void signals_close(struct signals *s);

#endif
