/* `foedus` against a cloud that means its user ill: nothing of what it says moves the terminal's cursor, and
 * no list of it is without end. */
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/file.h"
#include "tests/support/command.h"
#include "tests/support/suite.h"

/* ESC [ 2 J in JSON's way of writing it, and the same as U+009B, which is two bytes. */
#define CLEAR                                                                                                \
	"\\u001b[2J\xc2\x9b"                                                                                     \
	"2J\\u202e"

static const struct {
	const char *path, *status, *body;
} answers[] = {
    {"/api/v1/status", "200 OK",
     "{\"name\":\"" CLEAR "\",\"program\":\"" CLEAR "\",\"mode\":\"" CLEAR "\",\"policy\":\"" CLEAR
     "\",\"last_round\":1,\"uptime_seconds\":1e300,\"events\":{\"last_id\":\"1-2\"}}"},
    {"/api/v1/rounds/latest", "200 OK", "{\"round\":1,\"phase\":\"" CLEAR "\",\"deadline\":\"" CLEAR "\"}"},
    {"/api/v1/edges", "200 OK", "{\"items\":[{\"edge\":\"" CLEAR "\"}],\"next\":null}"},
    {"/api/v1/agents", "200 OK", "{\"items\":[],\"next\":\"1\"}"},
    {"/api/v1/ledger", "200 OK", "{\"entries\":1,\"head\":\"" CLEAR "\",\"items\":[]}"},
    {"/api/v1/rounds", "409 Conflict", "{\"detail\":\"" CLEAR "\"}"},
    {"/api/v1/events", "200 OK",
     "id: 1-1\nevent: hello\ndata: {\"resumed\":true}\n\n"
     "id: 1-2\nevent: \033[2J\ndata: {\"\\u001b[2J\":\"" CLEAR "\",\"reason\":\"" CLEAR "\"}\n\n"},
    {"/healthz", "200 OK", "\033[2J"},
    {"/readyz", "200 OK", "\033[2J"},
};

/* The longest path that the request's begins with. */
static void answer(int fd)
{
	char request[4096] = "", head[256];
	ssize_t n = read(fd, request, sizeof(request) - 1);
	const char *path = n > 0 ? strchr(request, ' ') : NULL;
	size_t best = ARRAY_LEN(answers), length = 0;

	for (size_t i = 0; path && i < ARRAY_LEN(answers); i++) {
		size_t own = strlen(answers[i].path);

		if (own > length && strncmp(path + 1, answers[i].path, own) == 0) {
			best = i;
			length = own;
		}
	}
	if (best == ARRAY_LEN(answers))
		return;
	snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
	         answers[best].status, strlen(answers[best].body));
	if (write(fd, head, strlen(head)) < 0 || write(fd, answers[best].body, strlen(answers[best].body)) < 0)
		_exit(1);
}

static pid_t cloud;
static char address[32];

static void cloud_start(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, n), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	snprintf(address, sizeof(address), "127.0.0.1:%d", ntohs(at.sin_port));
	cloud = fork();
	ck_assert_int_ge(cloud, 0);
	if (cloud == 0)
		alarm(60); /* a test that fails stops nobody */
	while (cloud == 0) {
		int peer = accept(fd, NULL, NULL);

		answer(peer);
		close(peer);
	}
	close(fd);
}

static void cloud_stop(void)
{
	kill(cloud, SIGKILL);
	waitpid(cloud, NULL, 0);
}

#define ck_harmless(...)                                                                                     \
	do {                                                                                                     \
		(void)command_run("foedus", __VA_ARGS__, (char *)NULL);                                              \
		ck_assert_msg(strstr(command_output(), "[2J") != NULL, "nothing shown: %s", command_output());       \
		ck_assert_msg(!strchr(command_output(), '\033'), "an escape: %s", command_output());                 \
		ck_assert_msg(!strstr(command_output(), "\xc2\x9b"), "a control: %s", command_output());             \
		ck_assert_msg(!strstr(command_output(), "\xe2\x80\xae"), "turned round: %s", command_output());      \
	} while (0)

START_TEST(its_words_do_not_move_the_cursor)
{
	cloud_start();
	ck_harmless("status", "--cloud", address);
	ck_harmless("top", "--count", "1", "--cloud", address);
	ck_harmless("edge", "list", "--cloud", address);
	ck_harmless("logs", "--cloud", address);
	ck_harmless("round", "start", "--cloud", address);
	ck_harmless("doctor", "--cloud", address);
	ck_harmless("health", address);
	cloud_stop();
}
END_TEST

START_TEST(a_list_without_end_is_an_error)
{
	cloud_start();
	ck_assert_int_eq(command_run("foedus", "agent", "list", "--cloud", address, (char *)NULL), 1);
	ck_assert_ptr_nonnull(strstr(command_output(), "the list does not end"));
	cloud_stop();
}
END_TEST

/* Otherwise the token would go wherever a folder's file says. */
START_TEST(a_port_is_a_number)
{
	struct err e = ERR_INIT;
	char path[512];

	snprintf(path, sizeof(path), "%s/admin.port", suite_tmp());
	ck_ok(file_write(path, "1@localhost:2\n", 14, 0600, &e), &e);
	ck_assert_int_eq(command_run("foedus", "status", "--state", suite_tmp(), (char *)NULL), 2);
	ck_assert_ptr_nonnull(strstr(command_output(), "admin.port: '1@localhost:2'"));
}
END_TEST

SUITE("integration/hostile_cloud", its_words_do_not_move_the_cursor, a_list_without_end_is_an_error,
      a_port_is_a_number)
