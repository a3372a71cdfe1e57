/* edmsac compare: reruns the study and draws it.
 *
 * Finished parts stay in DIR/parts, so an interrupted study goes on where it was, and a second one with the
 * same options only draws. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cloud/lab/compare_draw.h"
#include "cloud/lab/compare_pool.h"
#include "cloud/lab/lab.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/folder.h"
#include "common/base/mem.h"
#include "common/base/opt.h"
#include "common/base/str.h"

struct compare_options {
	const char *out, *only, *types;
	bool quick, bare, quiet;
	int64_t seeds, updates, seed, jobs, instances;
};

#define AT(field) OPT_AT(compare_options, field)

/* What is not given depends on --short. */
static const struct opt table[] = {
    {"out", 'o', OPT_TEXT, "DIR", "where figures, their data and finished parts go", opt_needed, 0, 0,
     AT(out)},
    {"only", 0, OPT_TEXT, "LIST",
     "a: learning curves, b: pruning rates, c: denoising steps, d: every policy against K, persistence and "
     "delta, e: utilities of a menu, f: retention, g: estimates",
     "a,b,c,d,e,f,g", 0, 0, AT(only)},
    {"types", 'k', OPT_TEXT, "LIST",
     "willingness types to compare; what looks at one K takes 3, or the first where 3 is not among them",
     NULL, 0, 0, AT(types)},
    {"seeds", 0, OPT_INT, "N", "learners of each kind; 5, or 2 with --short", NULL, 1, STUDY_SEEDS_MAX,
     AT(seeds)},
    {"updates", 'n', OPT_INT, "N",
     "updates of each learner, PPO's fewer to take equal steps; 4000, or 40 with --short", NULL, 1, 1e8,
     AT(updates)},
    {"instances", 0, OPT_INT, "N", "held-out problems; 40, or 6 with --short", NULL, 1, STUDY_INSTANCES_MAX,
     AT(instances)},
    {"seed", 's', OPT_INT, "S", "of the held-out problems, and of the first learner of each kind", "1", 0,
     1e12, AT(seed)},
    {"jobs", 'j', OPT_INT, "J", "runs at once, 0 for one a processor; the numbers do not depend on it", "0",
     0, POOL_WORKERS_MAX, AT(jobs)},
    {"short", 0, OPT_FLAG, "", "tiny networks: the whole way in seconds, for tests", NULL, 0, 0, AT(quick)},
    {"no-draw", 0, OPT_FLAG, "", "CSV files and scripts only", NULL, 0, 0, AT(bare)},
    {"quiet", 'q', OPT_FLAG, "", "no progress on standard error", NULL, 0, 0, AT(quiet)},
    OPT_END};

static const struct opt_program program = {"edmsac compare", "reruns the study and draws it", "", table,
                                           .examples = "  edmsac compare --short --out figures\n"};

static const struct figure *const figures[] = {&figure_learning, &figure_pruning, &figure_steps,
                                               &figure_policies, &figure_utility, &figure_retention,
                                               &figure_observed};

#define FIGURES ARRAY_LEN(figures)

struct plan {
	struct study study;
	const struct figure *chosen[FIGURES];
	size_t figures;
	int jobs;
	bool quiet, draw;
};

static int parse_types(const char *text, struct study *s, struct err *e)
{
	while (s->types_count < CONTRACT_TYPES_MAX) {
		size_t n = strcspn(text, ",");
		char word[16] = "";
		int64_t k = 0;

		if (n < sizeof(word))
			memcpy(word, text, n);
		if (str_to_int(word, "--types", 2, CONTRACT_TYPES_MAX, &k, e))
			return E_INVALID;
		if (s->types_count > 0 && k <= s->types[s->types_count - 1])
			return err_set(e, E_INVALID, "--types: %d after %d (accepted: rising numbers)", (int)k,
			               s->types[s->types_count - 1]);
		s->types[s->types_count++] = (int)k;
		if (!text[n])
			break;
		text += n + 1;
	}
	s->main_types = s->types[0];
	for (int i = 0; i < s->types_count; i++)
		if (s->types[i] == 3)
			s->main_types = 3;
	return 0;
}

static const struct figure *find_figure(char letter)
{
	for (size_t i = 0; i < FIGURES; i++)
		if (figures[i]->letter == letter)
			return figures[i];
	return NULL;
}

static int choose_figures(const char *only, struct plan *p, struct err *e)
{
	for (const char *at = only;; at += 2) {
		const struct figure *f = find_figure(*at);

		if (!f || (at[1] && at[1] != ','))
			return err_set(e, E_INVALID,
			               "--only: '%.32s' is no list of figures (accepted: a to g, as in b,d)", only);
		for (size_t i = 0; i < p->figures; i++)
			if (p->chosen[i] == f)
				return err_set(e, E_INVALID, "--only: %c twice", f->letter);
		p->chosen[p->figures++] = f;
		if (!at[1])
			return 0;
	}
}

static int or_default(int64_t v, bool quick, int full, int small)
{
	return v > 0 ? (int)v : quick ? small : full;
}

static int make_plan(const struct compare_options *o, struct plan *p, struct err *e)
{
	struct study *s = &p->study;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int rc;

	*s = (struct study){.out = o->out,
	                    .seeds = or_default(o->seeds, o->quick, 5, 2),
	                    .updates = or_default(o->updates, o->quick, 4000, 40),
	                    .instances = or_default(o->instances, o->quick, 40, 6),
	                    .episodes = o->quick ? 1 : 16,
	                    .points = o->quick ? 4 : 40,
	                    .small = o->quick,
	                    .seed = o->seed};
	p->jobs = o->jobs > 0      ? (int)o->jobs
	          : processors > 0 ? (int)fmin((double)processors, POOL_WORKERS_MAX)
	                           : 1;
	p->quiet = o->quiet;
	p->draw = !o->bare;
	rc = parse_types(o->types ? o->types : o->quick ? "2,3" : "2,3,5", s, e);
	return rc ? rc : choose_figures(o->only, p, e);
}

/* ---- runs ---------------------------------------------------------------------------------------- */

/* Those that are not on disk, the longest first, so that none is left over at the end. */
struct missing {
	const struct study *s;
	const struct study_job **jobs;
	size_t count;
};

static int longer(const void *a, const void *b)
{
	const struct study_job *x = *(const struct study_job *const *)a, *y = *(const struct study_job *const *)b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? 1 : -1;
	return strcmp(x->name, y->name);
}

static int find_missing(const struct study *s, struct missing *m, struct err *e)
{
	*m = (struct missing){.s = s, .jobs = mem_array(s->job_count, sizeof(struct study_job *))};
	for (size_t i = 0; i < s->job_count; i++) {
		char path[PATH_MAX];
		struct part part;
		int rc = study_path(s, "parts", s->jobs[i].name, ".csv", path, sizeof(path), e);

		if (rc)
			return rc;
		if (part_read(path, s->jobs[i].spec, &part, NULL))
			m->jobs[m->count++] = &s->jobs[i];
		else
			part_release(&part);
	}
	qsort(m->jobs, m->count, sizeof(struct study_job *), longer);
	return 0;
}

static int work(void *user, size_t i, struct err *e)
{
	const struct missing *m = user;
	const struct study_job *job = m->jobs[i];
	struct part part = {0};
	char path[PATH_MAX];
	int rc = study_path(m->s, "parts", job->name, ".csv", path, sizeof(path), e);

	if (rc == 0)
		rc = job->work(m->s, job, &part, e);
	if (rc == 0)
		rc = part_write(path, job->spec, &part, e);
	part_release(&part);
	return rc;
}

static const char *name_of(void *user, size_t i)
{
	return ((const struct missing *)user)->jobs[i]->name;
}

static double cost_of(void *user, size_t i)
{
	return ((const struct missing *)user)->jobs[i]->cost;
}

static int compute(const struct plan *p, struct err *e)
{
	struct missing m;
	int rc = find_missing(&p->study, &m, e);

	if (rc == 0 && !p->quiet)
		fprintf(stderr, "%zu runs, %zu of them finished already\n", p->study.job_count,
		        p->study.job_count - m.count);
	if (rc == 0)
		rc = pool_run(&(struct pool){.jobs = m.count,
		                             .workers = p->jobs,
		                             .quiet = p->quiet,
		                             .user = &m,
		                             .work = work,
		                             .name = name_of,
		                             .cost = cost_of},
		              e);
	free(m.jobs);
	return rc;
}

/* ---- figures ------------------------------------------------------------------------------------- */

static int write_figures(const struct plan *p, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < p->figures; i++) {
		rc = p->chosen[i]->write(&p->study, e);
		if (rc == 0)
			rc = draw_script(&p->study, p->chosen[i], e);
	}
	return rc;
}

static int draw_figures(const struct plan *p, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && p->draw && i < p->figures; i++)
		rc = draw_figure(&p->study, p->chosen[i], e);
	if (rc == E_NOT_FOUND)
		err_set(e, rc,
		        "there is no gnuplot, so nothing is drawn; the data is there: install gnuplot-nox and run "
		        "`gnuplot *.gp` in %s",
		        p->study.out);
	for (size_t i = 0; rc == 0 && i < p->figures; i++)
		printf("%s/%s.%s  %s\n", p->study.out, p->chosen[i]->name, p->draw ? "svg" : "csv",
		       p->chosen[i]->summary);
	return rc;
}

static int prepare(const struct plan *p, int *lock, struct err *e)
{
	char parts[PATH_MAX];
	int rc = folder_lock(p->study.out, "edmsac compare", lock, e);

	if (rc == 0)
		rc = path_join(parts, sizeof(parts), p->study.out, "parts", e);
	return rc ? rc : dir_make(parts, 0755, e);
}

static int run(int argc, char **argv)
{
	struct compare_options o = {0};
	struct plan p = {0};
	struct err e = ERR_INIT;
	int lock = -1, rc = opt_parse(&program, argc, argv, &o, NULL, &e);

	if (rc > 0)
		return 0;
	if (rc == 0)
		rc = make_plan(&o, &p, &e);
	if (rc == 0)
		rc = prepare(&p, &lock, &e);
	if (rc)
		return lab_fail("compare", LAB_USAGE, &e);
	for (size_t i = 0; i < p.figures; i++)
		p.chosen[i]->plan(&p.study);
	rc = compute(&p, &e);
	if (rc == 0)
		rc = write_figures(&p, &e);
	if (rc == 0)
		rc = draw_figures(&p, &e);
	study_release(&p.study);
	folder_unlock(&lock);
	if (rc)
		return lab_fail("compare", rc == E_UNAVAILABLE ? LAB_INTERRUPTED : LAB_FAILED, &e);
	return lab_finish("compare");
}

const struct lab_command lab_compare = {"compare", "reruns the study and draws it", run};
