#include <string.h>
#include <unistd.h>

#include "cloud/store/records.h"
#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/http/client.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

json_t *farm_get(struct farm *f, const char *path)
{
	struct http_client *c = NULL;
	struct err e = ERR_INIT;
	json_t *out = NULL;
	char base[64];

	snprintf(base, sizeof(base), "127.0.0.1:%d", f->admin);
	ck_ok(http_client_new(base, 30000, &c, &e), &e);
	if (http_client_get(c, path, &out, &e))
		out = NULL;
	http_client_free(c);
	return out;
}

json_t *farm_get_rounds(struct farm *f)
{
	json_t *list = farm_get(f, "/api/v1/rounds?order=asc&limit=1000"), *all = json_array(), *item;
	size_t i;

	ck_assert_ptr_nonnull(list);
	json_array_foreach (json_object_get(list, "items"), i, item) {
		char path[64];

		snprintf(path, sizeof(path), "/api/v1/rounds/%lld",
		         (long long)json_integer_value(json_object_get(item, "round")));
		json_array_append_new(all, farm_get(f, path));
	}
	json_decref(list);
	return all;
}

/* From where the operator's tools have it: the cloud's state folder. */
const char *farm_token(struct farm *f, char *out, size_t cap)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	char path[FARM_PATH];

	ck_ok(file_read(farm_path(f, path, "cloud/admin.token"), 4096, &text, &e), &e);
	snprintf(out, cap, "%.*s", (int)strcspn(buf_cstr(&text), "\n"), buf_cstr(&text));
	buf_release(&text);
	return out;
}

int farm_post(struct farm *f, const char *path, const json_t *body, json_t **out, struct err *e)
{
	struct http_client *c = NULL;
	json_t *answer = NULL;
	char base[64], token[256];
	int rc;

	snprintf(base, sizeof(base), "127.0.0.1:%d", f->admin);
	ck_ok(http_client_new(base, 30000, &c, e), e);
	http_client_token(c, farm_token(f, token, sizeof(token)));
	rc = http_client_post(c, path, body, &answer, e);
	if (out)
		*out = answer;
	else
		json_decref(answer);
	http_client_free(c);
	return rc;
}

static void give_up(struct farm *f, const char *what)
{
	for (size_t i = 0; i < ARRAY_LEN(f->process); i++)
		if (*f->process[i].name) {
			fprintf(stderr, "  %s:\n", f->process[i].name);
			process_tail(&f->process[i], 25, stderr);
		}
	ck_abort_msg("waited in vain for %s", what);
}

/* Asks until `is` says yes to the answer. */
static void wait_for(struct farm *f, const char *path, bool (*is)(const json_t *answer, const void *want),
                     const void *want, int ms, const char *what)
{
	int64_t until = clock_mono_ms() + ms;
	bool yes = false;

	while (!yes && clock_mono_ms() < until) {
		json_t *answer = farm_get(f, path);

		yes = answer && is(answer, want);
		json_decref(answer);
		if (!yes)
			usleep(20000);
	}
	if (!yes)
		give_up(f, what);
}

static const char *phase_of(const json_t *round)
{
	const char *phase = json_string_value(json_object_get(round, "phase"));

	return phase ? phase : "";
}

static bool rounds_are_done(const json_t *answer, const void *want)
{
	const json_t *round;
	int done = 0;
	size_t i;

	json_array_foreach (json_object_get(answer, "items"), i, round)
		done += strcmp(phase_of(round), "done") == 0;
	return done >= *(const int *)want;
}

void farm_wait_rounds(struct farm *f, int rounds, int ms)
{
	wait_for(f, "/api/v1/rounds", rounds_are_done, &rounds, ms, "rounds that are done");
}

static bool last_has_reached(const json_t *answer, const void *want)
{
	const json_t *rounds = json_object_get(answer, "items");
	enum phase now;

	return json_array_size(rounds) && phase_parse(phase_of(json_array_get(rounds, 0)), &now, NULL) == 0 &&
	       now >= *(const enum phase *)want && now != PHASE_FAILED;
}

void farm_wait_phase(struct farm *f, const char *phase, int ms)
{
	struct err e = ERR_INIT;
	enum phase want;

	ck_ok(phase_parse(phase, &want, &e), &e);
	wait_for(f, "/api/v1/rounds", last_has_reached, &want, ms, phase);
}

static bool are_connected(const json_t *answer, const void *want)
{
	const json_t *edge;
	int n = 0;
	size_t i;

	json_array_foreach (json_object_get(answer, "items"), i, edge)
		n += json_is_true(json_object_get(edge, "connected"));
	return n == *(const int *)want;
}

void farm_wait_connected(struct farm *f, int edges, int ms)
{
	wait_for(f, "/api/v1/edges", are_connected, &edges, ms, "connected edges");
}

long farm_rss_kb(const struct process *p)
{
	struct buf text = BUF_INIT;
	char path[64];
	const char *at;
	long kb = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)p->pid);
	if (file_read(path, 65536, &text, NULL) == 0 && (at = strstr(buf_cstr(&text), "VmRSS:")))
		kb = strtol(at + 6, NULL, 10);
	buf_release(&text);
	return kb;
}
