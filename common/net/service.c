#include "common/net/service.h"

#include "common/base/log.h"

static void on_beat(uv_timer_t *t)
{
	const struct service *s = t->data;

	notify_send(&s->notify, "WATCHDOG=1");
}

void service_open(struct service *s, uv_loop_t *loop)
{
	struct err e = ERR_INIT;

	if (notify_open(&s->notify, &e))
		log_warn("the service manager is not told how we are: %s", e.text);
	uv_timer_init(loop, &s->beat);
	s->beat.data = s;
}

void service_ready(struct service *s, const char *status)
{
	uint64_t every = (uint64_t)s->notify.watchdog_ms;

	notify_send(&s->notify, "READY=1\nSTATUS=%.512s", status);
	if (every && s->notify.fd >= 0) {
		uv_timer_start(&s->beat, on_beat, every, every);
		uv_unref((uv_handle_t *)&s->beat);
	}
}

void service_reloading(struct service *s)
{
	notify_reloading(&s->notify);
}

void service_reloaded(struct service *s, const char *status)
{
	notify_send(&s->notify, "READY=1\nSTATUS=%.512s", status);
}

void service_stopping(struct service *s, const char *status)
{
	notify_send(&s->notify, "STOPPING=1\nSTATUS=%.512s", status);
}

void service_close(struct service *s)
{
	notify_close(&s->notify);
	if (!uv_is_closing((uv_handle_t *)&s->beat))
		uv_close((uv_handle_t *)&s->beat, NULL);
}
