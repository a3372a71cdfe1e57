/* Figure e: what each type would get from each item of one menu: participation and truthfulness at a glance.
 */
#include "cloud/lab/compare.h"
#include "cloud/lab/compare_sweep.h"

/* The menu is EDMSAC's, of the first seed, for the first held-out instance. */
static struct learner_spec writer(const struct study *s)
{
	return study_learner(s, "edmsac", (struct env_spec){.types = s->main_types});
}

static void plan(struct study *s)
{
	struct learner_spec l = writer(s);

	study_plan(s, &l);
}

static struct menu read_menu(const struct part *p, int types)
{
	struct menu m = {.types = types};

	for (int k = 0; k < types; k++) {
		m.q1[k] = part_value(p, "q1", k);
		m.r1[k] = part_value(p, "r1", k);
		for (int l = 0; l < types; l++) {
			m.q2[k][l] = part_value(p, "q2", k * types + l);
			m.r2[k][l] = part_value(p, "r2", k * types + l);
		}
	}
	return m;
}

static void write_rows(const struct menu *m, const struct terms *t, struct buf *csv)
{
	for (int own = 0; own < t->types; own++)
		for (int item = 0; item < t->types; item++)
			buf_fmt(csv, "1,0,%d,%.6g,%d,%.10g,%.10g,%.10g,%d\n", own + 1, t->theta[own], item + 1,
			        m->q1[item], m->r1[item], menu_utility(m, t, own, item), own == item);
	for (int k = 0; k < t->types; k++)
		for (int own = 0; own < t->types; own++)
			for (int item = 0; item < t->types; item++)
				buf_fmt(csv, "2,%d,%d,%.6g,%d,%.10g,%.10g,%.10g,%d\n", k + 1, own + 1, t->theta[own],
				        item + 1, m->q2[k][item], m->r2[k][item], menu_rent2(m, t, k, item, own),
				        own == item);
}

static int write(const struct study *s, struct err *e)
{
	struct learner_spec l = writer(s);
	struct buf csv = BUF_INIT;
	struct instance in;
	struct menu m;
	struct runs r;
	int rc = runs_load(s, &l, &r, e);

	if (rc)
		return rc;
	study_instance(s, s->main_types, 0, &in);
	m = read_menu(&r.seeds[0], s->main_types);
	buf_str(&csv, "period,sub_menu,type,theta,item,effort,reward,utility,own\n");
	write_rows(&m, &in.terms, &csv);
	rc = study_write(s, "utility", &csv, e);
	buf_release(&csv);
	runs_release(&r);
	return rc;
}

static const char script[] =
    "eval size(90 + 310 * (main < 4 ? main + 1 : main / 2 + 1), main < 4 ? 450 : 740)\n"
    "title_text = 'Who would take what: each type’s utility from each item of one menu'\n"
    "sub_text = sprintf('EDMSAC’s menu for one held-out instance, K = %d. A ring marks each type’s "
    "own item:' \\\n"
    "         . ' nowhere is its line higher (incentive compatibility), and it is not below 0 "
    "(participation).', main)\n"
    "eval caption\n"
    "ramp(j) = j == 1 ? '#7fc8e8' : main == 2 ? '#0b3d6e' : word('#7fc8e8 #2f86c1 #0b3d6e #0b7a75 "
    "#e0a11f' \\\n"
    "        . ' #c8373f #8e5bb5 #5c4033 #20242b #8b929c', j)\n"
    "on(period, sub, j, c) = column('period') == period && column('sub_menu') == sub && "
    "column('type') == j \\\n"
    "                      ? column(c) : NaN\n"
    "own(period, sub, j) = column('own') == 1 ? on(period, sub, j, 'utility') : NaN\n"
    "theta(j) = word(thetas, j)\n"
    "thetas = ''\n"
    "do for [j = 1:main] {\n"
    "  stats 'utility.csv' using (column('type') == j ? column('theta') : NaN) nooutput\n"
    "  thetas = thetas.sprintf(' %.2f', STATS_min)\n"
    "}\n"
    "legend_rows = main < 6 ? 1 : 2\n"
    "eval panels(main < 4 ? 1 : 2, main < 4 ? main + 1 : main / 2 + 1)\n"
    "set xrange [0.75:main + 0.25]\n"
    "set xtics 1\n"
    "set xlabel 'item taken' offset 0, 0.3\n"
    "do for [sub = 0:main] {\n"
    "  set title (sub ? sprintf('Period 2, after item %d', sub) : 'Period 1, with what period 2 will "
    "bring') \\\n"
    "    offset 0, -0.3\n"
    "  set ylabel (sub ? '' : 'utility (credits)') offset 0.5, 0\n"
    "  plot 0 with lines lc rgb soft lw 1.2 dt 3, \\\n"
    "    for [j = 1:main] 'utility.csv' using 'item':(on(sub ? 2 : 1, sub, j, 'utility')) with "
    "linespoints \\\n"
    "      lc rgb ramp(j) lw 2 pt 7 ps 0.45, \\\n"
    "    for [j = 1:main] '' using 'item':(own(sub ? 2 : 1, sub, j)) with points lc rgb ramp(j) pt 6 "
    "ps 1.5 \\\n"
    "      lw 1.6 notitle\n"
    "  eval plain\n"
    "}\n"
    "eval legend(legend_rows)\n"
    "plot NaN with lines lc rgb soft lw 1.2 dt 3 title 'declining', \\\n"
    "  for [j = 1:main] NaN with linespoints lc rgb ramp(j) lw 2 pt 7 ps 0.45 \\\n"
    "    title sprintf('type %d (θ = %s)', j, theta(j))\n"
    "unset multiplot\n";

const struct figure figure_utility = {'e',  "utility", "utility of each type over each item of a menu",
                                      plan, write,     script};
