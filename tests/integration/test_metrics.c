/* What both programs tell Prometheus: names by its conventions (promtool, where it is installed), and that
 * dashboard and alert rules ask for nothing that the programs do not tell. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/process.h"
#include "common/http/client.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define FOLDER "deploy/monitoring/"

static void get_text(int port, struct buf *out)
{
	struct http_client *c = NULL;
	struct err e = ERR_INIT;
	char base[64];

	snprintf(base, sizeof(base), "127.0.0.1:%d", port);
	ck_ok(http_client_new(base, 30000, &c, &e), &e);
	ck_ok(http_client_get_bytes(c, "/metrics", out, &e), &e);
	http_client_free(c);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* "NAME" begins a line, and goes on with what a sample or a suffix of a histogram begins with. */
static bool is_told(const char *metrics, const char *name, size_t n)
{
	for (const char *at = metrics; (at = memmem(at, strlen(at), name, n)); at++)
		if ((at == metrics || at[-1] == '\n') && !is_word(at[n]))
			return true;
	return false;
}

/* Every word in the file that begins like one of our metrics; how many. */
static int ck_names(const char *metrics, const char *path)
{
	static const char *const begins[] = {"foedus_", "process_"};
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	int found = 0;

	ck_ok(file_read(path, 1 << 20, &text, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(begins); i++) {
		const char *all = buf_cstr(&text);

		for (const char *at = all; (at = strstr(at, begins[i])); at++) {
			size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");

			if (at > all && is_word(at[-1]))
				continue;
			ck_assert_msg(is_told(metrics, at, n), "%s asks for %.*s, which no program tells", path, (int)n,
			              at);
			found++;
		}
	}
	buf_release(&text);
	return found;
}

/* Runs "promtool WORDS < FILE" to its end; the test fails when it does. */
static void promtool(const char *shell)
{
	const char *const words[] = {"/bin/sh", "-c", shell, NULL};
	struct process p = {.name = "promtool"};
	struct err e = ERR_INIT;
	int64_t until = clock_mono_ms() + 30000;

	snprintf(p.log, sizeof(p.log), "%s/promtool.log", suite_tmp());
	ck_ok(process_start(&p, words, &e), &e);
	while (process_check(&p, &e) == 0 && clock_mono_ms() < until)
		usleep(10000);
	if (p.status)
		process_tail(&p, 30, stderr);
	ck_assert_msg(p.status == 0, "%s: fails", shell);
}

static void ck_promtool(const struct buf *cloud, const struct buf *edge)
{
	char path[512], shell[1200];
	struct err e = ERR_INIT;

	if (access("/usr/bin/promtool", X_OK)) {
		fprintf(stderr, "promtool (Debian's prometheus) is not installed: its checks are left out\n");
		return;
	}
	snprintf(path, sizeof(path), "%s/cloud.prom", suite_tmp());
	ck_ok(file_write(path, cloud->data, cloud->len, 0600, &e), &e);
	snprintf(shell, sizeof(shell), "exec promtool check metrics < %s", path);
	promtool(shell);
	snprintf(path, sizeof(path), "%s/edge.prom", suite_tmp());
	ck_ok(file_write(path, edge->data, edge->len, 0600, &e), &e);
	snprintf(shell, sizeof(shell), "exec promtool check metrics < %s", path);
	promtool(shell);
	promtool("exec promtool check rules " FOLDER "foedus.rules.yml");
	promtool("exec promtool check config --syntax-only " FOLDER "compose.yml");
}

START_TEST(what_is_asked_for_is_told)
{
	struct farm *f = farm_new((struct farm_options){.rounds = 1, .edges_min = 2});
	struct buf cloud = BUF_INIT, edge = BUF_INIT, both = BUF_INIT;

	farm_start_cloud(f);
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	farm_wait_rounds(f, 1, 200000);
	get_text(f->admin, &cloud);
	get_text(farm_serve_port(f, 0), &edge);
	get_text(farm_serve_port(f, 0), &both); /* the second also counts the first */
	buf_append(&both, cloud.data, cloud.len);
	ck_assert(is_told(buf_cstr(&both), "foedus_build_info", strlen("foedus_build_info")));
	ck_assert(!is_told(buf_cstr(&both), "foedus_build", strlen("foedus_build")));
	ck_assert_int_gt(ck_names(buf_cstr(&both), FOLDER "foedus.rules.yml"), 15);
	ck_assert_int_gt(ck_names(buf_cstr(&both), FOLDER "grafana-dashboard.json"), 25);
	ck_promtool(&cloud, &edge);
	buf_release(&cloud);
	buf_release(&edge);
	buf_release(&both);
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("metrics", 400, what_is_asked_for_is_told)
