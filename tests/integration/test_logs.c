/* The log of both programs: one JSON object a line, with the round, edge and task that it is about; and read
 * anew at SIGHUP. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

struct lines {
	int all, round, edge, task;
};

/* What a message names in words stands in its field, too. */
static void ck_field(const json_t *line, const char *word, const char *field)
{
	const char *at = strstr(json_string_value(json_object_get(line, "message")), word);

	if (at && at[strlen(word)] >= '0' && at[strlen(word)] <= '9')
		ck_assert_msg(json_object_get(line, field) != NULL, "no %s: %s", field,
		              json_string_value(json_object_get(line, "message")));
}

static void count_line(struct lines *n, const char *at, size_t length)
{
	static const char *const needed[] = {"time", "level", "program", "message"};
	json_t *line = json_loadb(at, length, JSON_REJECT_DUPLICATES, NULL);

	ck_assert_msg(json_is_object(line), "no JSON object: %.*s", (int)length, at);
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		ck_assert_msg(json_is_string(json_object_get(line, needed[i])), "no %s: %.*s", needed[i], (int)length,
		              at);
	ck_field(line, "round ", "round");
	ck_field(line, "edge-", "edge");
	ck_field(line, "task ", "task");
	n->all++;
	n->round += json_is_integer(json_object_get(line, "round"));
	n->edge += json_is_string(json_object_get(line, "edge"));
	n->task += json_is_integer(json_object_get(line, "task"));
	json_decref(line);
}

static struct lines read_log(const struct process *p)
{
	struct buf text = BUF_INIT;
	struct lines n = {0};
	struct err e = ERR_INIT;

	ck_ok(file_read(p->log, 1 << 22, &text, &e), &e);
	for (const char *at = buf_cstr(&text), *end; (end = strchr(at, '\n')); at = end + 1)
		count_line(&n, at, (size_t)(end - at));
	buf_release(&text);
	return n;
}

START_TEST(every_line_says_what_it_is_about)
{
	struct farm *f = farm_new((struct farm_options){.rounds = 1,
	                                                .edges_min = 2,
	                                                .cloud = {"--log-format=json", "--log-level=debug"},
	                                                .edge = {"--log-format=json"}});
	struct lines n;

	farm_start_cloud(f);
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	farm_wait_rounds(f, 1, 200000);
	ck_assert_int_eq(farm_stop(&f->process[1]), 0);
	ck_assert_int_eq(farm_stop(&f->process[0]), 0); /* what follows the round is told, too */
	n = read_log(&f->process[0]);
	ck_assert_int_ge(n.round, 14); /* each phase, and what is forgotten behind it */
	ck_assert_int_ge(n.edge, 2);
	ck_assert_int_ge(n.task, 6); /* each judged */
	n = read_log(&f->process[1]);
	ck_assert_int_eq(n.edge, n.all); /* from the first to the last */
	ck_assert_int_ge(n.round, 6);    /* both choices, three bouts of work, the agent */
	ck_assert_int_ge(n.task, 2);
	farm_free(f);
}
END_TEST

static void write_config(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	ck_ok(file_write(path, text, strlen(text), 0600, &e), &e);
}

static bool log_says(const struct process *p, const char *text, int ms)
{
	int64_t until = clock_mono_ms() + ms;
	bool said = false;

	while (!said && clock_mono_ms() < until) {
		struct buf log = BUF_INIT;

		said = file_read(p->log, 1 << 22, &log, NULL) == 0 && strstr(buf_cstr(&log), text);
		buf_release(&log);
		usleep(20000);
	}
	return said;
}

START_TEST(hangup_reads_the_logs_options_again)
{
	struct farm *f = farm_new((struct farm_options){.edges_min = 2});
	char path[FARM_PATH], word[FARM_PATH + 16];

	farm_path(f, path, "cloud.ini");
	snprintf(word, sizeof(word), "--config=%s", path);
	f->o.cloud[0] = word;
	write_config(path, "log-format = text\n");
	farm_start_cloud(f);
	ck_assert(log_says(&f->process[0], "foedus-cloud: cloud listens", 30000));
	write_config(path, "log-format = json\n");
	kill(f->process[0].pid, SIGHUP);
	ck_assert(log_says(&f->process[0], "\"program\":\"foedus-cloud\",\"message\":\"certificates", 30000));
	write_config(path, "log-format = loud\n"); /* what is wrong changes nothing */
	kill(f->process[0].pid, SIGHUP);
	ck_assert(log_says(&f->process[0], "\"message\":\"all stays as it was: ", 30000));
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("logs", 400, every_line_says_what_it_is_about, hangup_reads_the_logs_options_again)
