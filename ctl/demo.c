#include "ctl/demo.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/module/module.h"
#include "common/base/cli.h"
#include "ctl/nouns.h"
#include "ctl/show.h"
#include "ctl/stop.h"

static const struct opt options[] = {
    {"edges", 'n', OPT_INT, "N", "edge servers", "4", 1, DEMO_EDGES_MAX, OPT_AT(demo_options, edges)},
    {"rounds", 'r', OPT_INT, "N", "rounds of agent construction", "3", 1, DEMO_ROUNDS_MAX,
     OPT_AT(demo_options, rounds)},
    {"seed", 's', OPT_INT, "S", "of data split, types and training", "1", 0, 1000000000,
     OPT_AT(demo_options, seed)},
    {"data", 0, OPT_TEXT, "DIR", "IDX files of the MNIST family", DATASET_DIR, 0, 0,
     OPT_AT(demo_options, data)},
    {"json", 0, OPT_TEXT, "FILE", "also write the results as JSON", NULL, 0, 0, OPT_AT(demo_options, json)},
    {"keep", 0, OPT_TEXT, "DIR", "work in DIR and keep logs and state", NULL, 0, 0,
     OPT_AT(demo_options, keep)},
    OPT_END};

static const struct opt_program program = {
    .name = "foedus demo",
    .summary = "starts a cloud and edges as separate processes, runs rounds on real data, asks the agents",
    .operands = "",
    .table = options,
    .examples = "  foedus demo --edges 8 --rounds 2 --json result.json\n",
};

/* Minutes of work shall not end in a file that cannot be written. */
static int check_json(const struct demo *d, struct err *e)
{
	bool there = d->o.json && file_exists(d->o.json);
	int fd = d->o.json ? open(d->o.json, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;

	if (!d->o.json)
		return 0;
	if (fd < 0)
		return err_errno(e, "--json: cannot write %s", d->o.json);
	close(fd);
	if (!there)
		unlink(d->o.json);
	return 0;
}

static int prepare(struct demo *d, struct err *e)
{
	char path[PROCESS_PATH_MAX];
	int64_t began = clock_mono_ms();
	int rc = check_json(d, e);

	if (!rc)
		rc = demo_folder_make(d, e);
	if (!rc)
		rc = dataset_load(d->o.data, DATASET_TRAIN, 0, &d->train, e);
	if (!rc)
		rc = dataset_load(d->o.data, DATASET_TEST, 0, &d->test, e);
	if (rc)
		return rc;
	show_step("data", "", (double)(clock_mono_ms() - began) / 1e3,
	          "%zu training and %zu test images in %.80s", d->train.count, d->test.count, d->o.data);
	began = clock_mono_ms();
	rc = dir_make(demo_path(d, path, "logs"), 0700, e);
	if (!rc)
		rc = demo_keys(d, e);
	if (!rc)
		show_step("keys", "", (double)(clock_mono_ms() - began) / 1e3,
		          "an authority, %lld certificates, a signing key", (long long)d->o.edges + 1);
	return rc;
}

static int measure(struct demo *d, struct err *e)
{
	int rc = demo_watch(d, e);

	if (!rc)
		rc = demo_get_agent(d, e);
	if (!rc)
		rc = demo_ask(d, e);
	if (!rc)
		rc = demo_get_edges(d, e);
	if (!rc)
		rc = demo_get_ledger(d, e);
	if (!rc)
		rc = demo_local(d, e);
	if (!rc)
		rc = demo_alive(d, e);
	return rc;
}

/* Says what went wrong, and how the logs end of whoever it was about. */
static void explain(const struct demo *d, const struct err *e)
{
	show_clear();
	fprintf(stderr, "foedus demo: %s\n", e->text);
	if (stop_asked())
		return;
	for (size_t i = 0; i < d->started; i++)
		if (d->process[i].pid == 0 || (i == 0 && e->code != E_UNAVAILABLE)) {
			fprintf(stderr, "  %s, the end of its log:\n", d->process[i].name);
			process_tail(&d->process[i], 12, stderr);
		}
}

static void clean_up(struct demo *d)
{
	struct err e = ERR_INIT;

	process_stop_all(d->process + 1, d->started ? d->started - 1 : 0, DEMO_STOP_MS);
	process_stop_all(d->process, d->started ? 1 : 0, DEMO_STOP_MS);
	for (int64_t i = 0; i < d->o.edges; i++)
		http_client_free(d->edge[i].service);
	http_client_free(d->api);
	json_decref(d->rounds);
	json_decref(d->agent);
	json_decref(d->ledger);
	json_decref(d->edges);
	dataset_release(&d->train);
	dataset_release(&d->test);
	if (d->dir[0] && !d->o.keep && dir_remove(d->dir, &e))
		fprintf(stderr, "foedus demo: %s\n", e.text);
}

static int demo(struct demo *d)
{
	struct err e = ERR_INIT;
	bool held;
	int rc = prepare(d, &e);

	if (!rc)
		rc = demo_alive(d, &e);
	if (!rc)
		rc = demo_start(d, &e);
	if (!rc)
		rc = measure(d, &e);
	if (rc) {
		explain(d, &e);
		return stop_asked() ? 128 + stop_signal() : d->started ? CLI_FAILED : err_exit_code(e.code);
	}
	d->wall_s = (double)(clock_mono_ms() - d->began_ms) / 1e3;
	demo_report(d);
	held = demo_verdict(d);
	show_line("  %s after %.1f s%s%s", held ? "all of it held" : "not all of it held", d->wall_s,
	          d->o.keep ? "; logs and state are in " : "", d->o.keep ? d->o.keep : "");
	if (d->o.json && demo_json(d, &e))
		return cli_failed(program.name, &e);
	return held ? CLI_OK : CLI_FAILED;
}

int noun_demo(int argc, char **argv)
{
	struct demo *d = mem_zalloc(sizeof(*d));
	int first, code = cli_parse(&program, argc, argv, &d->o, &first);

	if (code < 0) {
		d->began_ms = clock_mono_ms();
		d->kind = module_table[0]->name;
		d->metric = module_table[0]->metric;
		for (int64_t i = 0; i < d->o.edges; i++)
			snprintf(d->edge[i].name, sizeof(d->edge[i].name), "edge-%lld", (long long)i + 1);
		stop_install();
		show_line("foedus demo: a cloud and %lld edge%s, %lld round%s, seed %lld", (long long)d->o.edges,
		          d->o.edges == 1 ? "" : "s", (long long)d->o.rounds, d->o.rounds == 1 ? "" : "s",
		          (long long)d->o.seed);
		code = demo(d);
		clean_up(d);
	}
	free(d);
	return code;
}
