/* Figures b and c: what pruning and denoising steps buy and cost. */
#include <stdlib.h>

#include "cloud/lab/compare.h"
#include "cloud/lab/lab_time.h"
#include "common/base/mem.h"

#define MANY 256
#define ACTS 64 /* single contracts timed in a row */

static const double rates[] = {0, 0.1, 0.25, 0.5, 0.75, 0.9};
static const int steps[] = {1, 2, 3, 5, 8, 12};

/* A rate of 0 is DMSAC, which other figures have too. */
static struct learner_spec with_rate(const struct study *s, double rate)
{
	struct learner_spec l =
	    study_learner(s, rate > 0 ? "edmsac" : "dmsac", (struct env_spec){.types = s->main_types});

	l.prune_rate = rate;
	return l;
}

static struct learner_spec with_steps(const struct study *s, int t)
{
	struct learner_spec l = study_learner(s, "edmsac", (struct env_spec){.types = s->main_types});

	l.steps = t;
	return l;
}

static void plan_pruning(struct study *s)
{
	for (size_t i = 0; i < ARRAY_LEN(rates); i++)
		study_plan(s, &(struct learner_spec[]){with_rate(s, rates[i])}[0]);
}

static void plan_steps(struct study *s)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		study_plan(s, &(struct learner_spec[]){with_steps(s, steps[i])}[0]);
}

/* Times depend on the machine and on what else runs there, so they have a file of their own, are measured
 * when no run is under way, and do not make a part. The weights do not matter to them. */
static int time_actor(const struct learner_spec *l, const struct part *p, double *one_us, double *many_ms,
                      struct err *e)
{
	const struct actor_shape shape = {
	    .state = env_state_size(&l->env),
	    .action = env_action_size(&l->env),
	    .hidden = {(int)part_value(p, "hidden1", 0), (int)part_value(p, "hidden2", 0)},
	    .steps = l->steps};
	float *params, *states = mem_floats((size_t)MANY * (size_t)shape.state);
	struct actor a;
	struct rng r;
	int rc = actor_init(&a, &shape, MANY, e);

	if (rc == 0) {
		params = mem_floats(a.params);
		rng_seed(&r, 1, 1);
		actor_draw(&a, params, &r);
		*one_us = lab_act_us(&a, params, states, 1, ACTS);
		*many_ms = lab_act_us(&a, params, states, MANY, 1) / 1000;
		free(params);
	}
	actor_release(&a);
	free(states);
	return rc;
}

/* One row in each file. */
static int write_row(const struct study *s, const struct learner_spec *l, double x, struct buf *csv,
                     struct buf *times, struct err *e)
{
	double one_us, many_ms;
	struct spread m, best;
	struct runs r;
	int rc = runs_load(s, l, &r, e);

	if (rc)
		return rc;
	m = runs_spread(&r, "one", 0, 1);
	best = runs_spread(&r, "best", 0, 1);
	buf_fmt(csv, "%g,%.0f,%.0f,%.0f,%.1f,", x, part_value(&r.seeds[0], "hidden1", 0),
	        part_value(&r.seeds[0], "hidden2", 0), part_value(&r.seeds[0], "parameters", 0),
	        part_value(&r.seeds[0], "parameters", 0) * sizeof(float) / 1024);
	spread_print(csv, &m);
	buf_fmt(csv, ",%.10g\n", best.mean);
	rc = time_actor(l, &r.seeds[0], &one_us, &many_ms, e);
	if (rc == 0)
		buf_fmt(times, "%g,%.2f,%.3f\n", x, one_us, many_ms);
	runs_release(&r);
	return rc;
}

#define COLUMNS ",hidden1,hidden2,parameters,kib," SPREAD_COLUMNS ",best\n"

static int write_pruning(const struct study *s, struct err *e)
{
	struct buf csv = BUF_INIT, times = BUF_INIT;
	int rc = 0;

	buf_str(&csv, "rate" COLUMNS);
	buf_str(&times, "rate,act_us,act256_ms\n");
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(rates); i++) {
		struct learner_spec l = with_rate(s, rates[i]);

		rc = write_row(s, &l, rates[i], &csv, &times, e);
	}
	if (rc == 0)
		rc = study_write(s, "pruning", &csv, e);
	if (rc == 0)
		rc = study_write(s, "pruning-time", &times, e);
	buf_release(&csv);
	buf_release(&times);
	return rc;
}

static int write_steps(const struct study *s, struct err *e)
{
	struct buf csv = BUF_INIT, times = BUF_INIT;
	int rc = 0;

	buf_str(&csv, "steps" COLUMNS);
	buf_str(&times, "steps,act_us,act256_ms\n");
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(steps); i++) {
		struct learner_spec l = with_steps(s, steps[i]);

		rc = write_row(s, &l, steps[i], &csv, &times, e);
	}
	if (rc == 0)
		rc = study_write(s, "steps", &csv, e);
	if (rc == 0)
		rc = study_write(s, "steps-time", &times, e);
	buf_release(&csv);
	buf_release(&times);
	return rc;
}

static const char script_pruning[] =
    "eval size(1110, 420)\n"
    "title_text = 'Pruning: what is lost, and what a contract costs then'\n"
    "sub_text = sprintf('EDMSAC, K = %d, structured actions, %d seeds; rate 0 is DMSAC. Bars: 95 %% "
    "intervals of' \\\n"
    "         . ' the mean. Times: median of one thread.', main, seeds)\n"
    "eval caption\n"
    "legend_rows = 1\n"
    "eval panels(1, 3)\n"
    "set xlabel 'hidden neurons removed (%)' offset 0, 0.3\n"
    "set xtics 0, 20\n"
    "blue = color('edmsac')\n"
    "pale = color('dmsac')\n"
    "set title 'Reward' offset 0, -0.3\n"
    "set ylabel 'profit / exact optimum' offset 0.5, 0\n"
    "stats 'pruning.csv' using 'mean' nooutput\n"
    "set xrange [-4:96]\n"
    "set yrange [zoom(STATS_min):1 + 0.02 * (1 - zoom(STATS_min))]\n"
    "plot 'pruning.csv' using (100 * column('rate')):'best' with linespoints lc rgb pale dt 2 lw 1.7 "
    "pt 6, \\\n"
    "     '' using (100 * column('rate')):'mean':'low':'high' with yerrorbars lc rgb blue pt 7 lw "
    "1.4 notitle, \\\n"
    "     '' using (100 * column('rate')):'mean' with linespoints lc rgb blue lw 2.2 pt 7\n"
    "eval plain\n"
    "set yrange [0:*]\n"
    "set title 'Time of one contract'\n"
    "set ylabel 'microseconds'\n"
    "plot 'pruning-time.csv' using (100 * column('rate')):'act_us' with linespoints lc rgb blue lw "
    "2.2 pt 7\n"
    "set title 'Size of the actor'\n"
    "set ylabel 'KiB of weights'\n"
    "plot 'pruning.csv' using (100 * column('rate')):'kib' with linespoints lc rgb blue lw 2.2 pt 7\n"
    "eval legend(1)\n"
    "plot NaN with linespoints lc rgb blue lw 2.2 pt 7 title 'one contract', \\\n"
    "  NaN with linespoints lc rgb pale dt 2 lw 1.7 pt 6 title 'best of 16 contracts by modelled "
    "profit'\n"
    "unset multiplot\n";
static const char script_steps[] =
    "eval size(800, 420)\n"
    "title_text = 'Denoising steps: reward and time'\n"
    "sub_text = sprintf('EDMSAC, K = %d, structured actions, %d seeds. Bars: 95 %% intervals of the "
    "mean.' \\\n"
    "         . ' Times: median of one thread.', main, seeds)\n"
    "eval caption\n"
    "legend_rows = 1\n"
    "eval panels(1, 2)\n"
    "set xlabel 'denoising steps T' offset 0, 0.3\n"
    "set xtics 0, 2\n"
    "blue = color('edmsac')\n"
    "pale = color('dmsac')\n"
    "set title 'Reward' offset 0, -0.3\n"
    "set ylabel 'profit / exact optimum' offset 0.5, 0\n"
    "stats 'steps.csv' using 'mean' nooutput\n"
    "set xrange [0:13]\n"
    "set yrange [zoom(STATS_min):1 + 0.02 * (1 - zoom(STATS_min))]\n"
    "plot 'steps.csv' using 'steps':'best' with linespoints lc rgb pale dt 2 lw 1.7 pt 6, \\\n"
    "     '' using 'steps':'mean':'low':'high' with yerrorbars lc rgb blue pt 7 lw 1.4 notitle, \\\n"
    "     '' using 'steps':'mean' with linespoints lc rgb blue lw 2.2 pt 7\n"
    "eval plain\n"
    "set yrange [0:*]\n"
    "set title 'Time of one contract'\n"
    "set ylabel 'microseconds'\n"
    "plot 'steps-time.csv' using 'steps':'act_us' with linespoints lc rgb blue lw 2.2 pt 7\n"
    "eval legend(1)\n"
    "plot NaN with linespoints lc rgb blue lw 2.2 pt 7 title 'one contract', \\\n"
    "  NaN with linespoints lc rgb pale dt 2 lw 1.7 pt 6 title 'best of 16 contracts by modelled "
    "profit'\n"
    "unset multiplot\n";

const struct figure figure_pruning = {
    'b',          "pruning",     "reward, time and size against the pruning rate",
    plan_pruning, write_pruning, script_pruning};
const struct figure figure_steps = {'c',        "steps",     "reward and time against denoising steps",
                                    plan_steps, write_steps, script_steps};
