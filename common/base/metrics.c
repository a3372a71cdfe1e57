#include "common/base/metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

enum kind { COUNTER, GAUGE, HISTOGRAM };
static const char *const kind_names[] = {"counter", "gauge", "histogram"};

struct metric {
	struct metrics *owner;
	struct metric *next;
	enum kind kind;
	char *name, *labels, *help;
	double value;   /* a histogram's sum */
	double *bounds; /* histogram only: `buckets` of them */
	double *counts; /* per bucket and, last, +Inf; not cumulative */
	int buckets;
};

struct metrics {
	pthread_mutex_t lock;
	struct metric *first, **last;
};

struct metrics *metrics_new(void)
{
	struct metrics *m = mem_zalloc(sizeof(*m));

	pthread_mutex_init(&m->lock, NULL);
	m->last = &m->first;
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	for (struct metric *x = m->first, *next; x; x = next) {
		next = x->next;
		free(x->name);
		free(x->labels);
		free(x->help);
		free(x->bounds);
		free(x->counts);
		free(x);
	}
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static struct metric *find_or_add(struct metrics *m, enum kind kind, const char *name, const char *labels,
                                  const char *help)
{
	struct metric *x;

	labels = labels ? labels : "";
	for (x = m->first; x; x = x->next)
		if (strcmp(x->name, name) == 0 && strcmp(x->labels, labels) == 0)
			return x;
	x = mem_zalloc(sizeof(*x));
	x->owner = m;
	x->kind = kind;
	x->name = mem_strdup(name);
	x->labels = mem_strdup(labels);
	x->help = mem_strdup(help);
	*m->last = x;
	m->last = &x->next;
	return x;
}

static struct metric *registered(struct metrics *m, enum kind kind, const char *name, const char *labels,
                                 const char *help)
{
	struct metric *x;

	pthread_mutex_lock(&m->lock);
	x = find_or_add(m, kind, name, labels, help);
	pthread_mutex_unlock(&m->lock);
	return x;
}

struct metric *metrics_counter(struct metrics *m, const char *name, const char *labels, const char *help)
{
	return registered(m, COUNTER, name, labels, help);
}

struct metric *metrics_gauge(struct metrics *m, const char *name, const char *labels, const char *help)
{
	return registered(m, GAUGE, name, labels, help);
}

struct metric *metrics_histogram(struct metrics *m, const char *name, const char *labels, const char *help,
                                 const double *bounds, int count)
{
	struct metric *x = registered(m, HISTOGRAM, name, labels, help);

	if (!x->counts) {
		x->bounds = mem_dup(bounds, (size_t)count * sizeof(*bounds));
		x->counts = mem_array((size_t)count + 1, sizeof(*x->counts));
		x->buckets = count;
	}
	return x;
}

void metric_add(struct metric *x, double v)
{
	pthread_mutex_lock(&x->owner->lock);
	x->value += v;
	pthread_mutex_unlock(&x->owner->lock);
}

void metric_set(struct metric *x, double v)
{
	pthread_mutex_lock(&x->owner->lock);
	x->value = v;
	pthread_mutex_unlock(&x->owner->lock);
}

void metric_observe(struct metric *x, double v)
{
	int i = 0;

	pthread_mutex_lock(&x->owner->lock);
	while (i < x->buckets && v > x->bounds[i])
		i++;
	x->counts[i]++;
	x->value += v;
	pthread_mutex_unlock(&x->owner->lock);
}

static double observations(const struct metric *x)
{
	double n = 0;

	for (int i = 0; i <= x->buckets; i++)
		n += x->counts[i];
	return n;
}

double metric_value(const struct metric *x)
{
	double v;

	pthread_mutex_lock(&x->owner->lock);
	v = x->kind == HISTOGRAM ? observations(x) : x->value;
	pthread_mutex_unlock(&x->owner->lock);
	return v;
}

static void render_sample(struct buf *out, const struct metric *x, const char *suffix, double v)
{
	buf_fmt(out, "%s%s%s%s%s %.17g\n", x->name, suffix, *x->labels ? "{" : "", x->labels,
	        *x->labels ? "}" : "", v);
}

static void render_histogram(struct buf *out, const struct metric *x)
{
	const char *comma = *x->labels ? "," : "";
	double n = 0;

	for (int i = 0; i <= x->buckets; i++) {
		n += x->counts[i];
		buf_fmt(out, "%s_bucket{%s%sle=\"", x->name, x->labels, comma);
		if (i < x->buckets)
			buf_fmt(out, "%g", x->bounds[i]);
		else
			buf_str(out, "+Inf");
		buf_fmt(out, "\"} %.17g\n", n);
	}
	render_sample(out, x, "_sum", x->value);
	render_sample(out, x, "_count", n);
}

/* Samples of one name must stand together: the first of a name prints all of them. */
static void render_family(struct buf *out, const struct metric *first)
{
	buf_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", first->name, first->help, first->name,
	        kind_names[first->kind]);
	for (const struct metric *x = first; x; x = x->next) {
		if (strcmp(x->name, first->name) != 0)
			continue;
		if (x->kind == HISTOGRAM)
			render_histogram(out, x);
		else
			render_sample(out, x, "", x->value);
	}
}

static int is_first_of_its_name(const struct metrics *m, const struct metric *x)
{
	const struct metric *y = m->first;

	while (strcmp(y->name, x->name) != 0)
		y = y->next;
	return y == x;
}

void metrics_render(struct metrics *m, struct buf *out)
{
	pthread_mutex_lock(&m->lock);
	for (const struct metric *x = m->first; x; x = x->next)
		if (is_first_of_its_name(m, x))
			render_family(out, x);
	pthread_mutex_unlock(&m->lock);
}
