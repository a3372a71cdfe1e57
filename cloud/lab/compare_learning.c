/* Figure a: learning curves. */
#include <string.h>

#include "cloud/lab/compare.h"

static struct learner_spec curve(const struct study *s, int algorithm, int types, bool direct)
{
	return study_learner(s, study_algorithms[algorithm], (struct env_spec){.types = types, .direct = direct});
}

static void plan(struct study *s)
{
	for (int direct = 0; direct < 2; direct++)
		for (int t = 0; t < s->types_count; t++)
			for (int a = 0; a < STUDY_ALGORITHMS; a++) {
				struct learner_spec l = curve(s, a, s->types[t], direct);

				study_plan(s, &l);
			}
}

static int write_curve(const struct study *s, int algorithm, int types, bool direct, struct buf *csv,
                       struct err *e)
{
	struct learner_spec l = curve(s, algorithm, types, direct);
	struct runs r;
	int rc = runs_load(s, &l, &r, e);

	if (rc)
		return rc;
	for (size_t i = 0; i < r.seeds[0].count; i++) {
		const struct part_row *row = &r.seeds[0].rows[i];
		struct spread m;

		if (strcmp(row->series, "curve") != 0)
			continue;
		m = runs_spread(&r, "curve", row->x, 1);
		buf_fmt(csv, "%s,%d,%s,%.0f,", direct ? "direct" : "structured", types, l.algorithm, row->x);
		spread_print(csv, &m);
		buf_fmt(csv, ",%.10g\n", runs_spread(&r, "worst", row->x, 1).mean);
	}
	runs_release(&r);
	return 0;
}

static int write(const struct study *s, struct err *e)
{
	struct buf csv = BUF_INIT;
	int rc = 0;

	buf_str(&csv, "actions,types,policy,env_steps," SPREAD_COLUMNS ",worst\n");
	for (int direct = 0; direct < 2; direct++)
		for (int t = 0; t < s->types_count; t++)
			for (int a = 0; rc == 0 && a < STUDY_ALGORITHMS; a++)
				rc = write_curve(s, a, s->types[t], direct, &csv, e);
	if (rc == 0)
		rc = study_write(s, "learning", &csv, e);
	buf_release(&csv);
	return rc;
}

static const char script[] =
    "columns = words(types)\n"
    "eval size(90 + 340 * columns, 720)\n"
    "title_text = 'Learning curves: how near each algorithm comes to the exact optimum'\n"
    "sub_text = sprintf('%d seeds, %d held-out instances, one contract each; bands: 95 %% intervals' "
    "\\\n"
    "         . ' of the mean.', seeds, instances)\n"
    "eval caption\n"
    "on(a, k, p, c) = stringcolumn('actions') eq a && column('types') == k ? of(p, c) : NaN\n"
    "legend_rows = 1\n"
    "eval panels(2, columns)\n"
    "set xlabel 'environment steps (thousands)' offset 0, 0.3\n"
    "do for [a in 'structured direct'] {\n"
    "  do for [k in types] {\n"
    "    set title sprintf('%s actions, K = %s', a, k) offset 0, -0.3\n"
    "    set ylabel (k eq word(types, 1) ? 'profit / exact optimum' : '') offset 0.5, 0\n"
    "    set xrange [*:*]\n"
    "    set yrange [*:*]\n"
    "    worst = 1\n"
    "    do for [p in learned] {\n"
    "      stats 'learning.csv' using (on(a, k, p, 'mean')) nooutput\n"
    "      worst = STATS_max < worst ? STATS_max : worst\n"
    "    }\n"
    "    set xrange [0:*]\n"
    "    set yrange [zoom(worst):1 + 0.02 * (1 - zoom(worst))]\n"
    "    plot 1 with lines lc rgb color('exact') lw 1 dt 3, \\\n"
    "      for [p in learned] 'learning.csv' using (column('env_steps') / 1000): \\\n"
    "        (on(a, k, p, 'low')):(on(a, k, p, 'high')) with filledcurves lc rgb color(p) notitle, \\\n"
    "      for [p in 'ppo sac dmsac edmsac'] 'learning.csv' using (column('env_steps') / 1000): \\\n"
    "        (on(a, k, p, 'mean')) with lines lc rgb color(p) dt dash(p) lw width(p)\n"
    "    eval plain\n"
    "  }\n"
    "}\n"
    "eval legend(1)\n"
    "plot NaN with lines lc rgb color('exact') lw 1 dt 3 title 'exact optimum', \\\n"
    "  for [p in learned] NaN with lines lc rgb color(p) dt dash(p) lw width(p) title label(p)\n"
    "unset multiplot\n";

const struct figure figure_learning = {'a', "learning", "learning curves", plan, write, script};
