#include "edge/will/machine.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/str.h"

/* A small file's text with a final NUL, or false. /proc and /sys files claim a size of zero, so they are read
 * to their end. */
static bool slurp(const char *folder, const char *name, char *out, size_t cap)
{
	char path[512];
	FILE *f;
	size_t n;

	if (path_join(path, sizeof(path), folder, name, NULL))
		return false;
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(out, 1, cap - 1, f);
	fclose(f);
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return n > 0;
}

/* "0.52 0.58 0.59 3/1123 12345": the first is the load, the fourth how many run of how many. */
static void read_load(const char *proc, int cpus, struct will_readings *out)
{
	char text[256];
	double load = 0;
	long running = 0;

	if (cpus < 1 || !slurp(proc, "loadavg", text, sizeof(text)) ||
	    sscanf(text, "%lf %*f %*f %ld/", &load, &running) != 2 || !(load >= 0))
		return;
	out->cpu_free = fmax(0, 1 - load / cpus);
	out->queue_length = fmax(0, (double)(running - 1));
}

static bool read_battery(const char *supply, struct will_readings *out)
{
	char text[64];
	double percent;

	if (!slurp(supply, "type", text, sizeof(text)) || strcmp(text, "Battery") != 0)
		return false;
	if (!slurp(supply, "capacity", text, sizeof(text)) ||
	    str_to_double(text, "capacity", 0, 100, &percent, NULL))
		return false;
	out->battery = percent / 100;
	out->on_mains = !slurp(supply, "status", text, sizeof(text)) || strcmp(text, "Discharging") != 0;
	return true;
}

static void read_batteries(const char *sys, struct will_readings *out)
{
	char folder[512], supply[512];
	struct dirent *d;
	DIR *dir;

	if (path_join(folder, sizeof(folder), sys, "class/power_supply", NULL))
		return;
	dir = opendir(folder);
	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.' && !path_join(supply, sizeof(supply), folder, d->d_name, NULL) &&
		    read_battery(supply, out))
			break;
	closedir(dir);
}

void machine_read(const char *proc, const char *sys, int cpus, const struct price_table *prices, int hour,
                  struct will_readings *out)
{
	*out = will_no_readings();
	read_load(proc, cpus, out);
	read_batteries(sys, out);
	if (!prices || hour < 0 || hour >= PRICE_HOURS)
		return;
	out->price = prices->hour[hour];
	out->price_low = prices->low;
	out->price_high = prices->high;
}

void machine_read_now(const struct price_table *prices, struct will_readings *out)
{
	time_t now = time(NULL);
	struct tm local;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	machine_read("/proc", "/sys", cpus > 0 ? (int)cpus : 1, prices,
	             localtime_r(&now, &local) ? local.tm_hour : -1, out);
}
