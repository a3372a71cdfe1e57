/* foedus-sim: whole federations on a simulated network, one for each seed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/opt.h"
#include "common/base/str.h"
#include "sim/world.h"

#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MEMORY_WANTED (1024u << 20) /* bytes; a federation with large blobs leaves some hundred MB */

struct options {
	int64_t edges, rounds;
	const char *seeds;
	bool verbose;
};

static const struct opt table[] = {
    {"edges", 'n', OPT_INT, "N", "edges in each federation", "5", 1, 64, OPT_AT(options, edges)},
    {"rounds", 'r', OPT_INT, "N", "rounds that must end after the faults do", "2", 1, 100,
     OPT_AT(options, rounds)},
    {"seeds", 's', OPT_TEXT, "A..B", "seeds to run", "1..20", 0, 0, OPT_AT(options, seeds)},
    {"verbose", 'v', OPT_FLAG, "", "log what the cloud and the edges say", NULL, 0, 0,
     OPT_AT(options, verbose)},
    OPT_END};

static const struct opt_program program = {
    "foedus-sim", "replays federations with loss, reordering, partitions and crashes from seeds", "", table,
    .examples = "  foedus-sim --edges 5 --seeds 1..100\n"};

static int parse_seeds(const char *text, int64_t *from, int64_t *to, struct err *e)
{
	const char *dots = strstr(text, "..");
	char first[32];

	if (!dots || (size_t)(dots - text) >= sizeof(first))
		return err_set(e, E_INVALID, "--seeds: '%.40s' is not A..B", text);
	memcpy(first, text, (size_t)(dots - text));
	first[dots - text] = 0;
	if (str_to_int(first, "--seeds", 0, INT64_MAX, from, e) ||
	    str_to_int(dots + 2, "--seeds", *from, INT64_MAX, to, e))
		return E_INVALID;
	return 0;
}

static int run_seed(const struct options *o, int64_t seed, const char *folder, struct sim_outcome *sum)
{
	struct sim_config c = {
	    .seed = (uint64_t)seed, .edges = (int)o->edges, .rounds = (uint64_t)o->rounds, .folder = folder};
	struct sim_outcome out = {0};
	struct err e = ERR_INIT;
	int rc = sim_run(&c, &out, &e);

	if (rc) {
		printf("seed %" PRId64 ": %s\nreplay: foedus-sim --edges %" PRId64 " --rounds %" PRId64
		       " --seeds %" PRId64 "..%" PRId64 " --verbose\n",
		       seed, e.text, o->edges, o->rounds, seed, seed);
		return rc;
	}
	sum->rounds_done += out.rounds_done;
	sum->rounds_failed += out.rounds_failed;
	sum->cloud_crashes += out.cloud_crashes;
	sum->edge_crashes += out.edge_crashes;
	sum->deaths_inside += out.deaths_inside;
	sum->payments += out.payments;
	sum->rejected += out.rejected;
	sum->virtual_ms += out.virtual_ms;
	if (o->verbose)
		printf("seed %" PRId64 ": trace %016" PRIx64 ", %" PRIu64 " rounds done\n", seed, out.trace,
		       out.rounds_done);
	return 0;
}

/* Memory is the fastest place for throw-away blobs, but containers have as little as 64 MiB of it. */
static const char *base_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	struct statvfs s;

	if (tmp && *tmp)
		return tmp;
	if (access("/dev/shm", W_OK) == 0 && statvfs("/dev/shm", &s) == 0 &&
	    (uint64_t)s.f_bavail * s.f_frsize >= MEMORY_WANTED)
		return "/dev/shm";
	return "/tmp";
}

static int run_all(const struct options *o, int64_t from, int64_t to)
{
	struct sim_outcome sum = {0};
	int64_t began = clock_mono_ms();
	char folder[256];
	int rc = 0;

	for (int64_t seed = from; !rc && seed <= to; seed++) {
		snprintf(folder, sizeof(folder), "%s/foedus-sim-%d", base_folder(), (int)getpid());
		rc = run_seed(o, seed, folder, &sum);
		if (dir_remove(folder, NULL))
			fprintf(stderr, "foedus-sim: cannot remove %s\n", folder);
	}
	printf("%s: seeds %" PRId64 "..%" PRId64 ", %" PRIu64 " rounds done and %" PRIu64 " failed, %" PRIu64
	       " crashes of clouds and %" PRIu64 " of edges (%" PRIu64 " in the middle of an event), %" PRIu64
	       " payments, %" PRIu64 " updates rejected, %.0f virtual s in %.1f s\n",
	       rc ? "FAILED" : "ok", from, to, sum.rounds_done, sum.rounds_failed, sum.cloud_crashes,
	       sum.edge_crashes, sum.deaths_inside, sum.payments, sum.rejected, (double)sum.virtual_ms * 1e-3,
	       (double)(clock_mono_ms() - began) * 1e-3);
	return rc ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct err e = ERR_INIT;
	int64_t from, to;
	int rc = opt_parse(&program, argc, argv, &o, NULL, &e);

	if (rc == OPT_HELP_SHOWN)
		return 0;
	if (!rc)
		rc = parse_seeds(o.seeds, &from, &to, &e);
	if (rc) {
		fprintf(stderr, "foedus-sim: %s\n", e.text);
		return 2;
	}
	log_setup("foedus-sim", o.verbose ? LOG_DEBUG : LOG_NOTHING, LOG_TEXT);
	rc = run_all(&o, from, to);
	if (stdout_finish(&e)) {
		fprintf(stderr, "foedus-sim: %s\n", e.text);
		return 1;
	}
	return rc;
}
