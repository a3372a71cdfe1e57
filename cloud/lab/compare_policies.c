/* Figure d: every policy's profit against K, persistence and delta. */
#include "cloud/lab/compare.h"
#include "cloud/lab/compare_sweep.h"
#include "cloud/lab/compare_sweeps.h"

static void plan(struct study *s)
{
	sweeps_plan_policies(s);
	for (int t = 0; t < s->types_count; t++)
		for (int a = 0; a < STUDY_ALGORITHMS; a++) {
			struct learner_spec l =
			    study_learner(s, study_algorithms[a], (struct env_spec){.types = s->types[t]});

			study_plan(s, &l);
		}
}

/* Profit in credits per edge, then as a share of the first-best one at the same place. */
static void write_row(enum sweep_axis a, double x, const char *policy, const struct spread *share,
                      double unit, struct buf *csv)
{
	buf_fmt(csv, "%s,%g,%s,%.10g,", sweep_name(a), x, policy, share->mean * unit);
	spread_print(csv, share);
	buf_str(csv, "\n");
}

static void write_solved(const struct study *s, enum sweep_axis a, const struct part *p, struct buf *csv)
{
	double v[SWEEP_VALUES_MAX];
	int n = sweep_values(s, a, v);

	for (size_t i = 0; policy_at(i); i++)
		for (int x = 0; x < n; x++) {
			double unit = part_value(p, "first-best", v[x]);
			double share = part_value(p, policy_at(i)->name, v[x]) / unit;
			struct spread m = spread_of(&share, 1);

			write_row(a, v[x], policy_at(i)->name, &m, unit, csv);
		}
}

static int write_learned(const struct study *s, enum sweep_axis a, const struct part *p,
                         const char *algorithm, struct buf *csv, struct err *e)
{
	double v[SWEEP_VALUES_MAX];
	int n = sweep_values(s, a, v), rc = 0;

	for (int x = 0; rc == 0 && x < n; x++) {
		struct env_spec env = {.types = a == SWEEP_TYPES ? (int)v[x] : s->main_types};
		struct learner_spec l = study_learner(s, algorithm, env);
		double unit = part_value(p, "first-best", v[x]);
		struct spread m;
		struct runs r;

		rc = runs_load(s, &l, &r, e);
		if (rc)
			return rc;
		m = runs_spread(&r, sweep_name(a), v[x], unit);
		write_row(a, v[x], algorithm, &m, unit, csv);
		runs_release(&r);
	}
	return rc;
}

static int write_axis(const struct study *s, enum sweep_axis a, struct buf *csv, struct err *e)
{
	struct part p;
	int rc = sweep_load(s, sweep_name(a), &p, e);

	if (rc)
		return rc;
	write_solved(s, a, &p, csv);
	for (int i = 0; rc == 0 && i < STUDY_ALGORITHMS; i++)
		rc = write_learned(s, a, &p, study_algorithms[i], csv, e);
	part_release(&p);
	return rc;
}

static int write(const struct study *s, struct err *e)
{
	struct buf csv = BUF_INIT;
	int rc = 0;

	buf_str(&csv, "axis,x,policy,profit," SPREAD_COLUMNS "\n");
	for (enum sweep_axis a = 0; rc == 0 && a < SWEEP_AXES; a++)
		rc = write_axis(s, a, &csv, e);
	if (rc == 0)
		rc = study_write(s, "policies", &csv, e);
	buf_release(&csv);
	return rc;
}

static const char script[] =
    "eval size(1110, 760)\n"
    "title_text = 'Every policy beside the two ends: full knowledge of the types, and none'\n"
    "sub_text = sprintf('Mean profit over %d held-out instances, as a share of first-best; learned "
    "policies draw 16' \\\n"
    "         . ' contracts, %d seeds, bars: 95 %% intervals. Grey: outside of what they learned "
    "from.', \\\n"
    "         instances, seeds)\n"
    "eval caption\n"
    "on(a, p, c) = stringcolumn('axis') eq a ? of(p, c) : NaN\n"
    "set multiplot\n"
    "legend_rows = 2\n"
    "smooth = 'exact monotone'\n"
    "dotted = 'static greedy random'\n"
    "lefts(i) = (78 + i * (W - 18) / 3) / W\n"
    "rights(i) = lefts(i) + ((W - 18) / 3 - 84) / W\n"
    "axis = 'types persistence delta'\n"
    "do for [row = 0:1] {\n"
    "  do for [i = 0:2] {\n"
    "    a = word(axis, i + 1)\n"
    "    set lmargin at screen lefts(i)\n"
    "    set rmargin at screen rights(i)\n"
    "    set tmargin at screen (row ? 1 - 480 / H : 1 - 96 / H)\n"
    "    set bmargin at screen (row ? 104 / H : 1 - 440 / H)\n"
    "    if (row) { set yrange [0:1.05]; set ytics 0.25 } else { set yrange [0.86:1.005]; set ytics "
    "0.02 }\n"
    "    set format y '%.2f'\n"
    "    set ylabel (i ? '' : row ? 'whole range' : 'share of first-best profit') offset 0.5, 0\n"
    "    set title (row ? '' : i == 0 ? 'Number of types' : i == 1 ? 'Persistence of types' \\\n"
    "            : 'Discount factor') offset 0, -0.3\n"
    "    set xlabel (!row ? '' : i == 0 ? 'types K' : i == 1 ? 'persistence g' : 'discount factor "
    "δ') \\\n"
    "            offset 0, 0.3\n"
    "    set format x (row ? '%g' : '')\n"
    "    if (i == 0) { set xrange [word(types, 1) - 0.5:word(types, words(types)) + 0.5]; set xtics "
    "1 }\n"
    "    if (i == 1) { set xrange [0:1]; set xtics 0.2 }\n"
    "    if (i == 2) { set xrange [0:1.04]; set xtics 0.2 }\n"
    "    unset object\n"
    "    if (i == 1) {\n"
    "      set object 1 rectangle from 0, graph 0 to 0.2, graph 1 fc rgb '#f4f5f7' fs solid noborder "
    "behind\n"
    "      set object 2 rectangle from 0.9, graph 0 to 1, graph 1 fc rgb '#f4f5f7' fs solid noborder "
    "behind\n"
    "    }\n"
    "    if (i == 2) {\n"
    "      set object 1 rectangle from 0, graph 0 to 0.7, graph 1 fc rgb '#f4f5f7' fs solid noborder "
    "behind\n"
    "    }\n"
    "    plot 'policies.csv' using 'x':(on(a, 'first-best', 'mean')) with lines lc rgb "
    "color('first-best') \\\n"
    "        lw 1.2 dt 3, \\\n"
    "      for [p in smooth] '' using 'x':(on(a, p, 'mean')) with lines lc rgb color(p) dt dash(p) \\\n"
    "        lw width(p), \\\n"
    "      for [p in dotted] '' using 'x':(on(a, p, 'mean')) with linespoints lc rgb color(p) dt "
    "dash(p) \\\n"
    "        lw 1.4 pt point(p), \\\n"
    "      for [p in learned] '' using 'x':(on(a, p, 'mean')):(on(a, p, 'low')):(on(a, p, 'high')) \\\n"
    "        with yerrorbars lc rgb color(p) pt point(p) ps 0.6 lw 1 notitle, \\\n"
    "      for [p in 'ppo sac dmsac edmsac'] '' using 'x':(on(a, p, 'mean')) with linespoints \\\n"
    "        lc rgb color(p) dt dash(p) lw width(p) pt point(p)\n"
    "    eval plain\n"
    "  }\n"
    "}\n"
    "eval legend(2)\n"
    "plot NaN with lines lc rgb color('first-best') lw 1.2 dt 3 title label('first-best'), \\\n"
    "  for [p in smooth] NaN with lines lc rgb color(p) dt dash(p) lw width(p) title label(p), \\\n"
    "  for [p in dotted] NaN with linespoints lc rgb color(p) dt dash(p) lw 1.4 pt point(p) title "
    "label(p), \\\n"
    "  for [p in learned] NaN with linespoints lc rgb color(p) dt dash(p) lw width(p) \\\n"
    "    pt point(p) title label(p)\n"
    "unset multiplot\n";

const struct figure figure_policies = {
    'd', "policies", "profit of every policy against K, persistence and delta", plan, write, script};
