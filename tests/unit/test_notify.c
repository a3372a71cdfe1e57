#include "common/base/notify.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/suite.h"

/* A service manager's socket under this name ('@...' = abstract), which NOTIFY_SOCKET then says. */
static int manager(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	unlink(name);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path, name, strlen(name));
	if (name[0] == '@')
		at.sun_path[0] = 0;
	ck_assert_int_eq(
	    bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
	    0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

/* The next datagram, as text; empty when there is none. */
static const char *told(int fd)
{
	static char text[4096];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = 0;
	return text;
}

static void set_watchdog(const char *usec, long pid)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", pid);
	setenv("WATCHDOG_USEC", usec, 1);
	setenv("WATCHDOG_PID", text, 1);
}

START_TEST(nothing_is_sent_where_nobody_listens)
{
	struct err e = ERR_INIT;
	struct notify n;

	unsetenv("NOTIFY_SOCKET");
	set_watchdog("2000000", getpid());
	ck_ok(notify_open(&n, &e), &e);
	ck_assert_int_eq(n.fd, -1);
	ck_assert_int_eq(n.watchdog_ms, 0);
	notify_send(&n, "READY=1");
	notify_close(&n);
}
END_TEST

START_TEST(a_path_is_told)
{
	char path[100];
	struct err e = ERR_INIT;
	struct notify n;
	int fd;

	snprintf(path, sizeof(path), "%s/notify", suite_tmp());
	fd = manager(path);
	ck_ok(notify_open(&n, &e), &e);
	notify_send(&n, "READY=1\nSTATUS=%d edges", 3);
	ck_assert_str_eq(told(fd), "READY=1\nSTATUS=3 edges");
	notify_reloading(&n);
	ck_assert_int_eq(strncmp(told(fd), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	notify_close(&n);
	notify_send(&n, "STOPPING=1"); /* after the end: nothing, and no harm */
	ck_assert_str_eq(told(fd), "");
	close(fd);
}
END_TEST

START_TEST(an_abstract_name_is_told)
{
	char name[64];
	struct err e = ERR_INIT;
	struct notify n;
	int fd;

	snprintf(name, sizeof(name), "@foedus-test-%ld", (long)getpid());
	fd = manager(name);
	ck_ok(notify_open(&n, &e), &e);
	notify_send(&n, "STOPPING=1");
	ck_assert_str_eq(told(fd), "STOPPING=1");
	close(fd);
	notify_send(&n, "WATCHDOG=1"); /* the manager went away: dropped */
	notify_close(&n);
}
END_TEST

START_TEST(what_does_not_fit_is_dropped)
{
	static char longer[1200];
	char path[100];
	struct err e = ERR_INIT;
	struct notify n;
	int fd;

	snprintf(path, sizeof(path), "%s/notify", suite_tmp());
	fd = manager(path);
	memset(longer, 'x', sizeof(longer) - 1);
	ck_ok(notify_open(&n, &e), &e);
	notify_send(&n, "STATUS=%s", longer);
	ck_assert_str_eq(told(fd), "");
	for (int i = 0; i < 2000; i++) /* a manager that does not read is not waited for */
		notify_send(&n, "WATCHDOG=1");
	notify_close(&n);
	close(fd);
}
END_TEST

START_TEST(the_watchdog_is_for_the_process_it_names)
{
	char path[100];
	struct err e = ERR_INIT;
	struct notify n;
	int fd;

	snprintf(path, sizeof(path), "%s/notify", suite_tmp());
	fd = manager(path);
	set_watchdog("30000000", getpid());
	ck_ok(notify_open(&n, &e), &e);
	ck_assert_int_eq(n.watchdog_ms, 15000);
	notify_close(&n);
	set_watchdog("500", getpid()); /* shorter than two milliseconds */
	ck_ok(notify_open(&n, &e), &e);
	ck_assert_int_eq(n.watchdog_ms, 1);
	notify_close(&n);
	set_watchdog("30000000", getppid());
	ck_ok(notify_open(&n, &e), &e);
	ck_assert_int_eq(n.watchdog_ms, 0);
	notify_close(&n);
	close(fd);
}
END_TEST

START_TEST(what_the_manager_says_wrong_is_named)
{
	char longer[200];
	struct err e = ERR_INIT;
	struct notify n;

	unsetenv("WATCHDOG_USEC");
	setenv("NOTIFY_SOCKET", "run/notify", 1);
	ck_fails(notify_open(&n, &e), E_INVALID, &e, "'run/notify' is neither a path");
	notify_send(&n, "READY=1");
	setenv("NOTIFY_SOCKET", "", 1);
	ck_fails(notify_open(&n, &e), E_INVALID, &e, "NOTIFY_SOCKET");
	memset(longer, 'a', sizeof(longer) - 1);
	longer[0] = '/';
	longer[sizeof(longer) - 1] = 0;
	setenv("NOTIFY_SOCKET", longer, 1);
	ck_fails(notify_open(&n, &e), E_LIMIT, &e, "longer than");
	setenv("NOTIFY_SOCKET", "/nowhere", 1);
	setenv("WATCHDOG_USEC", "soon", 1);
	ck_fails(notify_open(&n, &e), E_INVALID, &e, "WATCHDOG_USEC");
	ck_assert_int_eq(n.fd, -1);
}
END_TEST

SUITE("base/notify", nothing_is_sent_where_nobody_listens, a_path_is_told, an_abstract_name_is_told,
      what_does_not_fit_is_dropped, the_watchdog_is_for_the_process_it_names,
      what_the_manager_says_wrong_is_named)
