/* Prometheus' text format, and the numbers of the process. */
#include "common/base/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/process_metrics.h"
#include "tests/support/suite.h"

static void ck_rendered(struct metrics *m, const char *want)
{
	struct buf text = BUF_INIT;

	metrics_render(m, &text);
	ck_assert_str_eq(buf_cstr(&text), want);
	buf_release(&text);
}

START_TEST(samples_of_a_name_stand_together)
{
	struct metrics *m = metrics_new();

	metric_add(metrics_counter(m, "a_total", "x=\"1\"", "Help."), 2);
	metric_set(metrics_gauge(m, "b", NULL, "Other."), -1.5);
	metric_add(metrics_counter(m, "a_total", "x=\"2\"", "Help."), 1);
	metric_add(metrics_counter(m, "a_total", "x=\"1\"", "Help."), 1); /* the first again */
	ck_rendered(m, "# HELP a_total Help.\n# TYPE a_total counter\na_total{x=\"1\"} 3\na_total{x=\"2\"} 1\n"
	               "# HELP b Other.\n# TYPE b gauge\nb -1.5\n");
	metrics_free(m);
}
END_TEST

START_TEST(buckets_add_up)
{
	static const double bounds[] = {1, 10};
	struct metrics *m = metrics_new();
	struct metric *h = metrics_histogram(m, "h_seconds", "k=\"v\"", "H.", bounds, 2);

	metric_observe(h, 1);
	metric_observe(h, 5);
	metric_observe(h, 100);
	ck_assert_double_eq(metric_value(h), 3);
	ck_rendered(
	    m,
	    "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
	    "h_seconds_bucket{k=\"v\",le=\"1\"} 1\nh_seconds_bucket{k=\"v\",le=\"10\"} 2\n"
	    "h_seconds_bucket{k=\"v\",le=\"+Inf\"} 3\nh_seconds_sum{k=\"v\"} 106\nh_seconds_count{k=\"v\"} 3\n");
	metrics_free(m);
}
END_TEST

static double value_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	ck_assert_msg(at != NULL, "no %s", name);
	return strtod(at + strlen(name), NULL);
}

START_TEST(a_process_knows_itself)
{
	struct metrics *m = metrics_new();
	struct process_metrics *p = process_metrics_new(m, "test", "1.2");
	struct buf text = BUF_INIT;
	FILE *open = fopen("/dev/null", "r");
	double files;

	metrics_render(m, &text);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "foedus_build_info{program=\"test\",version=\"1.2\"} 1\n"));
	ck_assert_double_gt(value_of(buf_cstr(&text), "\nprocess_resident_memory_bytes "), 100000);
	ck_assert_double_gt(value_of(buf_cstr(&text), "\nprocess_start_time_seconds "), 1.5e9);
	ck_assert_double_gt(value_of(buf_cstr(&text), "\nprocess_max_fds "), 10);
	files = value_of(buf_cstr(&text), "\nprocess_open_fds ");
	buf_clear(&text);
	process_metrics_update(p);
	metrics_render(m, &text);
	ck_assert_double_eq(value_of(buf_cstr(&text), "\nprocess_open_fds "), files + 1);
	ck_assert_double_gt(value_of(buf_cstr(&text), "\nprocess_cpu_seconds_total "), 0);
	fclose(open);
	buf_release(&text);
	process_metrics_free(p);
	metrics_free(m);
}
END_TEST

SUITE("base/metrics", samples_of_a_name_stand_together, buckets_add_up, a_process_knows_itself)
