/* foedus policy train: `edmsac train` with what suits a cloud, into a file that --policy-dir finds. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/cli.h"
#include "common/base/file.h"
#include "ctl/exec.h"
#include "ctl/nouns.h"

#define TYPES_MAX 16

struct train_options {
	int64_t types, updates, seed, threads;
	const char *participation, *dir;
};

#define AT(member) OPT_AT(train_options, member)

static const struct opt options[] = {
    {"types", 'K', OPT_INT, "K", "willingness types; as the cloud's --types", "3", 1, TYPES_MAX, AT(types)},
    {"participation", 0, OPT_CHOICE, "intertemporal|per-period", "as the cloud's --participation",
     "intertemporal", 0, 0, AT(participation)},
    {"updates", 'n', OPT_INT, "N", "updates to learn from", "32000", 1, 1e9, AT(updates)},
    {"seed", 0, OPT_INT, "N", "equal seeds learn the same", "1", 0, 1e15, AT(seed)},
    {"threads", 't', OPT_INT, "N", "that share the work; 0 = one for each processor", "0", 0, 64,
     AT(threads)},
    {"dir", 'd', OPT_TEXT, "DIR", "the folder, for the cloud's --policy-dir", "policy", 0, 0, AT(dir)},
    OPT_END};

static const struct opt_program program = {
    "foedus policy train",
    "learns a policy for --policy-dir on this machine; it goes on where it was when it was interrupted", "",
    options,
    .examples = "  foedus policy train --types 3 --dir policy\n"
                "  foedus-cloud --policy-dir policy ...             then the cloud uses it\n"};

static int train(const struct train_options *o, struct err *e)
{
	char file[512], updates[24], types[24], seed[24], threads[24];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t share = o->threads ? o->threads : processors > 8 ? 8 : processors > 0 ? processors : 1;
	const char *fresh[] = {
	    "train",     "--types", types,   "--updates", updates,           "--seed",         seed,
	    "--threads", threads,   "--out", file,        "--participation", o->participation, NULL};
	const char *again[] = {"train", "--resume", file, "--out", file, NULL};
	int n = snprintf(file, sizeof(file), "%s/edmsac-k%lld%s.safetensors", o->dir, (long long)o->types,
	                 strcmp(o->participation, "per-period") == 0 ? "-per-period" : "");

	if (n < 0 || (size_t)n >= sizeof(file))
		return err_set(e, E_LIMIT, "--dir: longer than %zu bytes", sizeof(file) - 64);
	snprintf(types, sizeof(types), "%lld", (long long)o->types);
	snprintf(updates, sizeof(updates), "%lld", (long long)o->updates);
	snprintf(seed, sizeof(seed), "%lld", (long long)o->seed);
	snprintf(threads, sizeof(threads), "%lld", (long long)share);
	if (dir_make(o->dir, 0755, e))
		return e->code;
	fprintf(stderr, "%s %s\n", file_exists(file) ? "going on with" : "learning", file);
	return exec_become("edmsac", file_exists(file) ? again : fresh, e);
}

int policy_train(int argc, char **argv)
{
	struct train_options o = {0};
	struct err e = ERR_INIT;
	int first, code = cli_parse(&program, argc, argv, &o, &first);

	if (code >= 0)
		return code;
	return train(&o, &e) ? cli_failed(program.name, &e) : CLI_OK;
}
