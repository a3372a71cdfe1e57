#include "ctl/stop.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

static volatile sig_atomic_t number_seen;

static void on_signal(int number)
{
	number_seen = number;
}

void stop_install(void)
{
	struct sigaction a = {.sa_handler = on_signal};

	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGHUP, &a, NULL);
}

bool stop_asked(void)
{
	return number_seen != 0;
}

int stop_signal(void)
{
	return number_seen;
}

void stop_sleep(int ms)
{
	const struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};

	if (!stop_asked())
		nanosleep(&pause, NULL);
}
