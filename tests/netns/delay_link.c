/* A wire with a delay between two network namespaces, for kernels with or without netem:
 *
 *   delay_link MS NS_A IF_A NS_B IF_B
 *
 * makes the Ethernet device IF_A in the namespace NS_A and IF_B in NS_B, and carries every frame from one to
 * the other MS milliseconds after it came, in order. Prints "ready" once both are there. Both go away with
 * the process, which ends on a signal or with its parent. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "common/base/err.h"
#include "common/base/mem.h"
#include "common/base/str.h"

enum {
	FRAME_MAX = 2048, /* an MTU of 1500, and its headers */
	QUEUE = 8192,     /* frames on the way; more are lost, as on a full wire */
	DELAY_MS_MAX = 10000,
};

struct frame {
	int64_t due_ns;
	size_t size;
	uint8_t bytes[FRAME_MAX];
};

/* One direction. */
struct wire {
	int from, to;
	struct frame *queue;
	size_t first, count;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Enters the namespace and makes the device there; its file descriptor works from everywhere. */
static int open_end(const char *ns, const char *device, int *out, struct err *e)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		return err_errno(e, "cannot enter the network namespace %s", path);
	close(fd);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_errno(e, "cannot open /dev/net/tun");
	if (!str_copy(request.ifr_name, sizeof(request.ifr_name), device))
		return err_set(e, E_LIMIT, "device '%.40s': the name is too long", device);
	if (ioctl(fd, TUNSETIFF, &request))
		return err_errno(e, "cannot make the device %s", device);
	*out = fd;
	return 0;
}

static void take(struct wire *w, int64_t delay_ns)
{
	for (;;) {
		struct frame *f = &w->queue[(w->first + w->count) % QUEUE];
		uint8_t lost[FRAME_MAX];
		bool full = w->count == QUEUE;
		ssize_t n = read(w->from, full ? lost : f->bytes, FRAME_MAX);

		if (n <= 0)
			return;
		if (full)
			continue;
		f->size = (size_t)n;
		f->due_ns = now_ns() + delay_ns;
		w->count++;
	}
}

/* Answers when the next one is due, INT64_MAX for none. */
static int64_t give(struct wire *w)
{
	int64_t now = now_ns();

	while (w->count && w->queue[w->first].due_ns <= now) {
		const struct frame *f = &w->queue[w->first];

		if (write(w->to, f->bytes, f->size) < 0 && errno == EINTR)
			continue; /* any other failure loses the frame: the far device is down */
		w->first = (w->first + 1) % QUEUE;
		w->count--;
	}
	return w->count ? w->queue[w->first].due_ns : INT64_MAX;
}

static void carry(struct wire wire[2], int64_t delay_ns)
{
	for (;;) {
		struct pollfd p[2] = {{.fd = wire[0].from, .events = POLLIN}, {.fd = wire[1].from, .events = POLLIN}};
		int64_t a = give(&wire[0]), b = give(&wire[1]), due = a < b ? a : b;
		int64_t wait = due == INT64_MAX ? 1000000000 : due - now_ns();
		struct timespec t = {.tv_sec = wait > 0 ? (time_t)(wait / 1000000000) : 0,
		                     .tv_nsec = wait > 0 ? (long)(wait % 1000000000) : 0};

		if (ppoll(p, 2, &t, NULL) < 0 && errno != EINTR)
			return;
		take(&wire[0], delay_ns);
		take(&wire[1], delay_ns);
	}
}

int main(int argc, char **argv)
{
	struct wire wire[2] = {0};
	struct err e = ERR_INIT;
	int64_t ms = 0;
	int rc;

	if (argc != 6) {
		fprintf(stderr, "usage: delay_link MS NS_A IF_A NS_B IF_B\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_TIMERSLACK, 50000UL);
	rc = str_to_int(argv[1], "MS", 0, DELAY_MS_MAX, &ms, &e);
	if (!rc)
		rc = open_end(argv[2], argv[3], &wire[0].from, &e);
	if (!rc)
		rc = open_end(argv[4], argv[5], &wire[1].from, &e);
	if (rc) {
		fprintf(stderr, "delay_link: %s\n", e.text);
		return err_exit_code(rc);
	}
	wire[0].to = wire[1].from;
	wire[1].to = wire[0].from;
	wire[0].queue = mem_array(QUEUE, sizeof(struct frame));
	wire[1].queue = mem_array(QUEUE, sizeof(struct frame));
	puts("ready");
	fflush(stdout);
	carry(wire, ms * 1000000);
	return 1;
}
