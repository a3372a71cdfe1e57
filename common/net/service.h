/* What a daemon tells the service manager from its loop, and the watchdog's beat. Does nothing where the
 * manager does not listen (common/base/notify.h). */
#ifndef NET_SERVICE_H
#define NET_SERVICE_H

#include <uv.h>

#include "common/base/notify.h"

struct service {
	struct notify notify;
	uv_timer_t beat;
};

/* A manager that cannot be told is a warning in the log. `s` keeps its address until the loop is empty. */
void service_open(struct service *s, uv_loop_t *loop);
/* All listens; from now on the watchdog is told that the loop turns. `status` is a sentence for people. */
void service_ready(struct service *s, const char *status);
void service_reloading(struct service *s);
void service_reloaded(struct service *s, const char *status);
void service_stopping(struct service *s, const char *status);
void service_close(struct service *s); /* again is fine */

#endif
