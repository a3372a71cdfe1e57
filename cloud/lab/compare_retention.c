/* Figure f: endogenous dynamics, round by round. */
#include <math.h>
#include <stdio.h>

#include "cloud/lab/compare.h"
#include "cloud/lab/compare_sweeps.h"

static struct learner_spec learner(const struct study *s, int algorithm)
{
	return study_learner(s, study_algorithms[algorithm],
	                     (struct env_spec){.types = s->main_types, .endogenous = true});
}

static void plan(struct study *s)
{
	sweeps_plan_retention(s);
	for (int a = 0; a < STUDY_ALGORITHMS; a++) {
		struct learner_spec l = learner(s, a);

		study_plan(s, &l);
	}
}

/* Discounted profit of an episode whose rows begin with this. */
static double discounted(const struct part *p, const char *prefix)
{
	char series[32];
	double sum = 0;

	snprintf(series, sizeof(series), "%sprofit", prefix);
	for (int i = 0; i < ENV_ROUNDS; i++)
		sum += pow(ENV_GAMMA, i) * part_value(p, series, i + 1);
	return sum;
}

struct files {
	struct buf rounds, totals;
	double unit; /* discounted profit of the round-by-round optimum */
};

static void add_rounds(struct files *f, const char *policy, const struct runs *r, const char *prefix)
{
	char profit[32], kept[32];
	double totals[STUDY_SEEDS_MAX];
	struct spread m;

	snprintf(profit, sizeof(profit), "%sprofit", prefix);
	snprintf(kept, sizeof(kept), "%skept", prefix);
	for (int what = 0; what < 2; what++)
		for (int i = 1; i <= ENV_ROUNDS; i++) {
			m = runs_spread(r, what ? kept : profit, i, 1);
			buf_fmt(&f->rounds, "%s,%s,%d,", policy, what ? "kept" : "profit", i);
			spread_print(&f->rounds, &m);
			buf_str(&f->rounds, "\n");
		}
	for (int i = 0; i < r->count; i++)
		totals[i] = discounted(&r->seeds[i], prefix) / f->unit;
	m = spread_of(totals, r->count);
	buf_fmt(&f->totals, "%s,", policy);
	spread_print(&f->totals, &m);
	m = runs_spread(r, kept, ENV_ROUNDS, 1);
	buf_fmt(&f->totals, ",%.10g\n", m.mean);
}

static int add_all(const struct study *s, struct files *f, struct err *e)
{
	struct runs solved = {.count = 1}, r;
	int rc = sweep_load(s, "retention", &solved.seeds[0], e);

	if (rc)
		return rc;
	f->unit = discounted(&solved.seeds[0], "exact-");
	add_rounds(f, "exact", &solved, "exact-");
	add_rounds(f, "bonus", &solved, "bonus-");
	runs_release(&solved);
	for (int a = 0; rc == 0 && a < STUDY_ALGORITHMS; a++) {
		struct learner_spec l = learner(s, a);

		rc = runs_load(s, &l, &r, e);
		if (rc == 0) {
			add_rounds(f, l.algorithm, &r, "");
			runs_release(&r);
		}
	}
	return rc;
}

static int write(const struct study *s, struct err *e)
{
	struct files f = {.rounds = BUF_INIT, .totals = BUF_INIT};
	int rc;

	buf_str(&f.rounds, "policy,what,round," SPREAD_COLUMNS "\n");
	buf_str(&f.totals, "policy," SPREAD_COLUMNS ",kept\n");
	rc = add_all(s, &f, e);
	if (rc == 0)
		rc = study_write(s, "retention", &f.rounds, e);
	if (rc == 0)
		rc = study_write(s, "retention-total", &f.totals, e);
	buf_release(&f.rounds);
	buf_release(&f.totals);
	return rc;
}

static const char script[] =
    "eval size(900, 470)\n"
    "title_text = 'When who is paid too little leaves: profit and capacity, round by round'\n"
    "sub_text = sprintf('K = %d, structured actions and a bonus, %d seeds; bands: 95 %% intervals of "
    "the mean.' \\\n"
    "         . ' Profit per unit of capacity, over that of the first round’s optimum.', main, seeds)\n"
    "eval caption\n"
    "on(w, p, c) = stringcolumn('what') eq w ? of(p, c) : NaN\n"
    "legend_rows = 2\n"
    "eval panels(1, 2)\n"
    "set xlabel 'round' offset 0, 0.3\n"
    "set xrange [1:20]\n"
    "set xtics (1, 5, 10, 15, 20)\n"
    "do for [w in 'profit kept'] {\n"
    "  set title (w eq 'profit' ? 'Profit of the round' : 'Capacity kept') offset 0, -0.3\n"
    "  set ylabel (w eq 'profit' ? 'profit / first optimum' : 'share of full capacity') offset 0.5, 0\n"
    "  set yrange [0<*<0.6:1.03]\n"
    "  plot for [p in learned] 'retention.csv' using 'round':(on(w, p, 'low')):(on(w, p, 'high')) \\\n"
    "      with filledcurves lc rgb color(p) notitle, \\\n"
    "    for [p in 'exact bonus ppo sac dmsac edmsac'] '' using 'round':(on(w, p, 'mean')) with "
    "lines \\\n"
    "      lc rgb color(p) dt dash(p) lw width(p)\n"
    "  eval plain\n"
    "}\n"
    "eval legend(2)\n"
    "name(p) = p eq 'exact' ? 'optimum round by round' : p eq 'bonus' ? 'with the best constant "
    "bonus' : label(p)\n"
    "plot for [p in 'exact bonus '.learned] NaN with lines lc rgb color(p) dt dash(p) \\\n"
    "  lw width(p) title name(p)\n"
    "unset multiplot\n";

const struct figure figure_retention = {'f',  "retention", "profit and retention over the rounds",
                                        plan, write,       script};
