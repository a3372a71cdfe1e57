/* Figure g: policies that see estimates of prior and transition, not the truth. */
#include <string.h>

#include "cloud/lab/compare.h"
#include "cloud/lab/compare_sweep.h"
#include "cloud/lab/compare_sweeps.h"

static struct learner_spec learner(const struct study *s, int algorithm, bool observed)
{
	return study_learner(s, study_algorithms[algorithm],
	                     (struct env_spec){.types = s->main_types, .observed = observed});
}

static void plan(struct study *s)
{
	struct learner_spec informed = learner(s, 0, false);

	sweeps_plan_observed(s);
	study_plan(s, &informed);
	for (int a = 0; a < STUDY_ALGORITHMS; a++) {
		struct learner_spec l = learner(s, a, true);

		study_plan(s, &l);
	}
}

static void add_rows(struct buf *csv, const char *policy, const char *trained, const struct runs *r,
                     const char *series)
{
	double v[SWEEP_VALUES_MAX];
	int n = sweep_witnesses(v);

	for (int i = 0; i < n; i++) {
		struct spread m = runs_spread(r, series, v[i], 1);

		buf_fmt(csv, "%s,%s,%g,", policy, trained, v[i]);
		spread_print(csv, &m);
		buf_str(csv, "\n");
	}
}

static int add_learned(const struct study *s, int algorithm, bool observed, struct buf *csv, struct err *e)
{
	struct learner_spec l = learner(s, algorithm, observed);
	struct runs r;
	int rc = runs_load(s, &l, &r, e);

	if (rc)
		return rc;
	add_rows(csv, l.algorithm, observed ? "estimates" : "truth", &r, "observed");
	runs_release(&r);
	return 0;
}

static int add_all(const struct study *s, struct buf *csv, struct err *e)
{
	struct runs solved = {.count = 1};
	int rc = sweep_load(s, "observed", &solved.seeds[0], e);

	if (rc)
		return rc;
	add_rows(csv, "exact", "none", &solved, "exact");
	add_rows(csv, "static", "none", &solved, "static");
	runs_release(&solved);
	rc = add_learned(s, 0, false, csv, e);
	for (int a = 0; rc == 0 && a < STUDY_ALGORITHMS; a++)
		rc = add_learned(s, a, true, csv, e);
	return rc;
}

static int write(const struct study *s, struct err *e)
{
	struct buf csv = BUF_INIT;
	int rc;

	buf_str(&csv, "policy,trained_on,witnesses," SPREAD_COLUMNS "\n");
	rc = add_all(s, &csv, e);
	if (rc == 0)
		rc = study_write(s, "observed", &csv, e);
	buf_release(&csv);
	return rc;
}

static const char script[] =
    "eval size(760, 500)\n"
    "title_text = 'When prior and transition are estimates'\n"
    "sub_text = sprintf('K = %d, structured actions, %d held-out instances, %d seeds; bands: 95 %% "
    "intervals of the' \\\n"
    "         . ' mean.', main, instances, seeds)\n"
    "eval caption\n"
    "on(t, p, c) = stringcolumn('trained_on') eq t ? of(p, c) : NaN\n"
    "set lmargin at screen 78 / W\n"
    "set rmargin at screen 1 - 24 / W\n"
    "set tmargin at screen 1 - 78 / H\n"
    "set bmargin at screen 128 / H\n"
    "set logscale x 2\n"
    "set xrange [7.5:68]\n"
    "set xtics (8, 12, 16, 24, 32, 48, 64)\n"
    "set yrange [0.4<*<0.9:1.005]\n"
    "set xlabel 'edges that have revealed their types' offset 0, 0.3\n"
    "set ylabel 'profit / optimum of who knows the truth' offset 0.5, 0\n"
    "solved = 'exact static'\n"
    "set multiplot\n"
    "plot 1 with lines lc rgb color('exact') lw 1 dt 3, \\\n"
    "  for [p in learned] 'observed.csv' using 'witnesses':(on('estimates', p, 'low')): \\\n"
    "    (on('estimates', p, 'high')) with filledcurves lc rgb color(p), \\\n"
    "  for [p in solved] '' using 'witnesses':(on('none', p, 'mean')) with linespoints lc rgb "
    "color(p) \\\n"
    "    lw 1.8 pt point(p), \\\n"
    "  '' using 'witnesses':(on('truth', 'edmsac', 'mean')) with linespoints lc rgb color('edmsac') "
    "dt 3 \\\n"
    "    lw 1.6 pt 6, \\\n"
    "  for [p in 'ppo sac dmsac edmsac'] '' using 'witnesses':(on('estimates', p, 'mean')) with "
    "linespoints \\\n"
    "    lc rgb color(p) dt dash(p) lw width(p) pt point(p)\n"
    "eval plain\n"
    "eval legend(3)\n"
    "plot NaN with lines lc rgb color('exact') lw 1 dt 3 title 'exact, knowing all', \\\n"
    "  for [p in solved] NaN with linespoints lc rgb color(p) lw 1.8 pt point(p) title p.', by "
    "estimates', \\\n"
    "  NaN with linespoints lc rgb color('edmsac') dt 3 lw 1.6 pt 6 title 'EDMSAC, learned on "
    "truth', \\\n"
    "  for [p in learned] NaN with linespoints lc rgb color(p) dt dash(p) lw width(p) \\\n"
    "    pt point(p) title label(p)\n"
    "unset multiplot\n";

const struct figure figure_observed = {'g', "observed", "policies that see estimates", plan, write, script};
