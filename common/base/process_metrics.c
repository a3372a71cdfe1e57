#include "common/base/process_metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/mem.h"

#define STAT_MAX 4096

struct process_metrics {
	struct metric *cpu, *resident, *virtual_, *open_files, *most_files, *started;
	double cpu_seen; /* seconds already counted */
};

struct process_metrics *process_metrics_new(struct metrics *m, const char *program, const char *version)
{
	struct process_metrics *p = mem_zalloc(sizeof(*p));
	char labels[128];

	snprintf(labels, sizeof(labels), "program=\"%s\",version=\"%s\"", program, version);
	metric_set(metrics_gauge(m, "foedus_build_info", labels, "1; its labels say which program this is."), 1);
	p->cpu = metrics_counter(m, "process_cpu_seconds_total", NULL, "Processor time, user and system.");
	p->resident = metrics_gauge(m, "process_resident_memory_bytes", NULL, "Resident memory.");
	p->virtual_ = metrics_gauge(m, "process_virtual_memory_bytes", NULL, "Virtual memory.");
	p->open_files = metrics_gauge(m, "process_open_fds", NULL, "Open file descriptors.");
	p->most_files = metrics_gauge(m, "process_max_fds", NULL, "File descriptors that may be open.");
	p->started =
	    metrics_gauge(m, "process_start_time_seconds", NULL, "Start of the process, seconds since 1970.");
	metric_set(p->started, (double)clock_wall_ms() / 1e3);
	process_metrics_update(p);
	return p;
}

void process_metrics_free(struct process_metrics *p)
{
	free(p);
}

/* Pages: of the address space, and of those in memory. */
static void read_memory(struct process_metrics *p)
{
	struct buf text = BUF_INIT;
	unsigned long all, resident;
	double page = (double)sysconf(_SC_PAGESIZE);

	if (file_read("/proc/self/statm", STAT_MAX, &text, NULL) == 0 &&
	    sscanf(buf_cstr(&text), "%lu %lu", &all, &resident) == 2) {
		metric_set(p->virtual_, (double)all * page);
		metric_set(p->resident, (double)resident * page);
	}
	buf_release(&text);
}

static void count_files(struct process_metrics *p)
{
	DIR *d = opendir("/proc/self/fd");
	struct rlimit limit;
	int n = -3; /* ".", "..", and the folder itself */

	while (d && readdir(d))
		n++;
	if (d) {
		closedir(d);
		metric_set(p->open_files, n);
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		metric_set(p->most_files, (double)limit.rlim_cur);
}

void process_metrics_update(struct process_metrics *p)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0) {
		double seconds = (double)t.tv_sec + (double)t.tv_nsec / 1e9;

		metric_add(p->cpu, seconds - p->cpu_seen);
		p->cpu_seen = seconds;
	}
	read_memory(p);
	count_files(p);
}
