/* edmsac train: learns a contract policy and writes it as a checkpoint.
 *
 * The checkpoint is written anew now and then and at the end, each time whole; an interrupt (SIGINT, SIGTERM)
 * ends the training after the update at hand and writes it too; the exit code is then 3. */
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cloud/lab/lab.h"
#include "cloud/policy/crew.h"
#include "cloud/policy/learner_file.h"
#include "common/base/clock.h"
#include "common/base/opt.h"

#define SAY_EVERY_MS  1000  /* on one line that is written over, */
#define LINE_EVERY_MS 15000 /* or as lines of their own */
#define LOG_EVERY     50    /* updates */

struct train_options {
	const char *algorithm, *actions, *dynamics, *participation, *out, *log, *resume;
	bool observed, bare, quiet, lines;
	int64_t types, seed, updates, steps, hidden, batch, envs, threads, replay, critic_hidden, relative, sight,
	    priced, efficient, again, clean, model;
	double prune_rate, prune_start, prune_end, actor_rate, critic_rate, explore, explore_end, temperature,
	    save_every;
};

#define AT(field) OPT_AT(train_options, field)

/* Numbers below 0 stand for the algorithm's own defaults. */
static const struct opt table[] = {
    {"algo", 'a', OPT_CHOICE, "edmsac|dmsac|sac|ppo", "what learns", "edmsac", 0, 0, AT(algorithm)},
    {"types", 'k', OPT_INT, "K", "willingness types", "3", 1, CONTRACT_TYPES_MAX, AT(types)},
    {"seed", 's', OPT_INT, "S", "equal seeds learn the same, bit for bit", "1", 0, 1e15, AT(seed)},
    {"updates", 'n', OPT_INT, "N", "updates; schedules end there", "20000", 1, 1e9, AT(updates)},
    {"actions", 0, OPT_CHOICE, "structured|direct", "what an action says", "structured", 0, 0, AT(actions)},
    {"dynamics", 0, OPT_CHOICE, "exogenous|endogenous", "whether rounds follow from each other", "exogenous",
     0, 0, AT(dynamics)},
    {"participation", 0, OPT_CHOICE, "intertemporal|per-period", "what every type is owed", "intertemporal",
     0, 0, AT(participation)},
    {"observed", 0, OPT_FLAG, "", "the policy sees estimates of prior and transition", NULL, 0, 0,
     AT(observed)},
    {"denoise-steps", 't', OPT_INT, "T", "steps of the denoising chain", "-1", -1, 64, AT(steps)},
    {"hidden", 0, OPT_INT, "H", "neurons in each of two hidden layers", "-1", -1, 1024, AT(hidden)},
    {"batch", 'b', OPT_INT, "B", "steps that an update learns from", "-1", -1, 4096, AT(batch)},
    {"envs", 'e', OPT_INT, "E", "environments, each stepped once an update", "-1", -1, 4096, AT(envs)},
    {"replay", 0, OPT_INT, "N", "steps that are remembered", "-1", -1, 1e8, AT(replay)},
    {"prune-rate", 'p', OPT_DOUBLE, "R", "share of the actor's hidden neurons to remove (edmsac)", "-1", -1,
     0.95, AT(prune_rate)},
    {"prune-start", 0, OPT_DOUBLE, "R", "share of the updates before which none is removed", "-1", -1, 1,
     AT(prune_start)},
    {"prune-end", 0, OPT_DOUBLE, "R", "share of the updates after which all are", "-1", -1, 1, AT(prune_end)},
    {"critic-hidden", 0, OPT_INT, "H", "neurons in each of the critics' two hidden layers", "-1", -1, 1024,
     AT(critic_hidden)},
    {"sight", 0, OPT_INT, "0|1", "whether the critics see what actions mean, not only coordinates", "-1", -1,
     1, AT(sight)},
    {"priced", 0, OPT_INT, "0|1", "whether the state says what effort costs, rents included", "-1", -1, 1,
     AT(priced)},
    {"efficient", 0, OPT_INT, "0|1", "whether the state says the efforts of types that are known", "-1", -1,
     1, AT(efficient)},
    {"model", 0, OPT_INT, "0|1", "direct: whether critics learn what the cloud's model leaves out", "-1", -1,
     1, AT(model)},
    {"clean", 0, OPT_INT, "0|1", "whether the denoiser predicts clean actions, not noise", "-1", -1, 1,
     AT(clean)},
    {"again", 0, OPT_INT, "N", "how often a problem comes again that went badly (with --relative)", "-1", -1,
     ENV_AGAIN_MAX, AT(again)},
    {"relative", 0, OPT_INT, "0|1", "whether profits are learned in shares of the static menu's", "-1", -1, 1,
     AT(relative)},
    {"actor-rate", 0, OPT_DOUBLE, "R", "learning rate of the actor", "-1", -1, 1, AT(actor_rate)},
    {"critic-rate", 0, OPT_DOUBLE, "R", "learning rate of the critics", "-1", -1, 1, AT(critic_rate)},
    {"explore", 0, OPT_DOUBLE, "SD", "noise on actions while learning", "-1", -1, 1, AT(explore)},
    {"explore-end", 0, OPT_DOUBLE, "SD", "the same when the training ends", "-1", -1, 1, AT(explore_end)},
    {"temperature", 0, OPT_DOUBLE, "A", "of the entropy term at the start, 0 for none", "-1", -1, 1,
     AT(temperature)},
    {"threads", 0, OPT_INT, "T", "that share an update; equal numbers learn the same", "1", 1, CREW_MAX,
     AT(threads)},
    {"out", 'o', OPT_TEXT, "F.safetensors", "where the checkpoint goes", NULL, 0, 0, AT(out)},
    {"log", 'l', OPT_TEXT, "F.csv", "a line of figures every 50 updates", NULL, 0, 0, AT(log)},
    {"resume", 'r', OPT_TEXT, "F.safetensors", "goes on from a checkpoint, whose own options hold", NULL, 0,
     0, AT(resume)},
    {"save-every", 0, OPT_DOUBLE, "SECONDS", "how often the checkpoint is written on the way", "60", 0, 1e6,
     AT(save_every)},
    {"no-replay", 0, OPT_FLAG, "", "leaves the replay buffer out of the checkpoint", NULL, 0, 0, AT(bare)},
    {"lines", 0, OPT_FLAG, "", "progress as lines, for logs", NULL, 0, 0, AT(lines)},
    {"quiet", 'q', OPT_FLAG, "", "no progress on standard error", NULL, 0, 0, AT(quiet)},
    OPT_END};

static const struct opt_program program = {
    "edmsac train", "learns a contract policy", "", table,
    .examples = "  edmsac train --types 3 --updates 20000 --out policy.safetensors\n"};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static void set_int(int64_t given, int *v)
{
	*v = given < 0 ? *v : (int)given;
}

static void set_flag(int64_t given, bool *v)
{
	*v = given < 0 ? *v : given > 0;
}

static void set_double(double given, double *v)
{
	*v = given < 0 ? *v : given;
}

static int make_spec(const struct train_options *o, struct learner_spec *s, struct err *e)
{
	int rc = learner_defaults(o->algorithm, s, e);

	if (rc)
		return rc;
	s->env = (struct env_spec){.types = (int)o->types,
	                           .direct = strcmp(o->actions, "direct") == 0,
	                           .endogenous = strcmp(o->dynamics, "endogenous") == 0,
	                           .observed = o->observed};
	learner_suit(s);
	s->seed = (uint64_t)o->seed;
	s->updates = o->updates;
	s->threads = (int)o->threads;
	s->replay = o->replay < 0 ? s->replay : o->replay;
	set_int(o->steps, &s->steps);
	set_int(o->hidden, &s->hidden);
	set_int(o->critic_hidden, &s->critic_hidden);
	set_int(o->batch, &s->batch);
	set_int(o->envs, &s->envs);
	set_flag(o->sight, &s->sight);
	set_int(o->again, &s->env.again);
	set_flag(o->priced, &s->env.priced);
	set_flag(o->efficient, &s->env.efficient);
	set_flag(o->model, &s->model);
	set_flag(o->clean, &s->clean);
	set_flag(o->relative, &s->env.relative);
	set_double(o->prune_rate, &s->prune_rate);
	set_double(o->prune_start, &s->prune_start);
	set_double(o->prune_end, &s->prune_end);
	set_double(o->actor_rate, &s->actor_rate);
	set_double(o->critic_rate, &s->critic_rate);
	set_double(o->explore, &s->explore);
	set_double(o->explore_end, &s->explore_end);
	set_double(o->temperature, &s->temperature);
	return participation_parse(o->participation, &s->env.participation, e);
}

/* A checkpoint that could not be written would be noticed late. */
static int check_out(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";

	if (slash)
		snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	return access(folder, W_OK | X_OK) == 0 ? 0 : err_errno(e, "--out: cannot write into '%.200s'", folder);
}

static int open_learner(const struct train_options *o, struct learner **l, struct err *e)
{
	struct learner_spec spec;
	int rc;

	if (!o->out)
		return err_set(e, E_INVALID, "--out says where the checkpoint goes");
	rc = check_out(o->out, e);
	if (rc)
		return rc;
	if (o->resume)
		return learner_load(o->resume, l, e);
	rc = make_spec(o, &spec, e);
	return rc ? rc : learner_new(&spec, l, e);
}

static void say(const struct train_options *o, const struct learner_report *r, const struct learner *l,
                int64_t began, int64_t first)
{
	const struct learner_spec *s = learner_spec(l);
	double seconds = (double)(clock_mono_ms() - began) / 1000, rate = (double)(r->update - first) / seconds;
	double left = (double)(s->updates - r->update) / rate;

	fprintf(stderr,
	        "%sK = %d  %lld/%lld  reward %.4f  loss %.2e  value %.4f  neurons %d+%d  %.1f/s  %.0f s left%s",
	        o->lines ? "" : "\r", s->env.types, (long long)r->update, (long long)s->updates, r->reward,
	        r->critic_loss, r->value, r->hidden[0], r->hidden[1], rate, left, o->lines ? "\n" : "   ");
}

static void log_line(FILE *log, const struct learner_report *r)
{
	if (!log || r->update % LOG_EVERY)
		return;
	fprintf(log, "%lld,%lld,%.6g,%.6g,%.6g,%.6g,%.6g,%d,%d\n", (long long)r->update, (long long)r->env_steps,
	        r->reward, r->critic_loss, r->value, r->entropy, r->temperature, r->hidden[0], r->hidden[1]);
}

/* Whether this is the time for something that happens so often; then it counts anew. */
static bool due(int64_t *last, int64_t every_ms)
{
	int64_t now = clock_mono_ms();

	if (now - *last < every_ms)
		return false;
	*last = now;
	return true;
}

static int train(const struct train_options *o, struct learner *l, FILE *log, struct err *e)
{
	int64_t began = clock_mono_ms(), saved = began, said = began, first = learner_updates(l);
	struct learner_report r = {0};

	while (learner_updates(l) < learner_spec(l)->updates && !interrupted) {
		int rc = learner_update(l, &r, e);

		if (rc == 0)
			log_line(log, &r);
		if (rc == 0 && due(&saved, (int64_t)(1000 * o->save_every)))
			rc = learner_save(l, o->out, !o->bare, e);
		if (rc)
			return rc;
		if (!o->quiet && due(&said, o->lines ? LINE_EVERY_MS : SAY_EVERY_MS))
			say(o, &r, l, began, first);
	}
	if (!o->quiet && r.update > 0)
		say(o, &r, l, began, first);
	if (!o->quiet && !o->lines)
		fputc('\n', stderr);
	return learner_save(l, o->out, !o->bare, e);
}

static int open_log(const struct train_options *o, FILE **log, struct err *e)
{
	if (!o->log)
		return 0;
	*log = fopen(o->log, o->resume ? "a" : "w");
	if (!*log)
		return err_errno(e, "%s", o->log);
	if (!o->resume)
		fputs("update,env_steps,reward,critic_loss,value,entropy,temperature,hidden1,hidden2\n", *log);
	return 0;
}

/* The exit code. */
static int finish(const struct learner *l, int rc, struct err *e)
{
	long long done = learner_updates(l), planned = learner_spec(l)->updates;

	if (rc)
		return lab_fail("train", LAB_FAILED, e);
	if (done >= planned)
		return 0;
	err_set(e, E_STATE, "interrupted after %lld of %lld updates; the checkpoint is written", done, planned);
	return lab_fail("train", LAB_INTERRUPTED, e);
}

static int run(int argc, char **argv)
{
	struct train_options o = {0};
	struct learner *l = NULL;
	struct err e = ERR_INIT;
	FILE *log = NULL;
	int first, rc = opt_parse(&program, argc, argv, &o, &first, &e);

	if (rc > 0)
		return 0;
	if (rc == 0)
		rc = open_learner(&o, &l, &e);
	if (rc < 0)
		return lab_fail("train", LAB_USAGE, &e);
	signal(SIGINT, interrupt);
	signal(SIGTERM, interrupt);
	rc = open_log(&o, &log, &e);
	if (rc == 0)
		rc = train(&o, l, log, &e);
	if (log && fclose(log) != 0 && rc == 0)
		rc = err_errno(&e, "%s", o.log);
	rc = finish(l, rc, &e);
	learner_free(l);
	return rc;
}

const struct lab_command lab_train = {"train", "learns a contract policy", run};
