#include "ctl/doctor.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/base/grid.h"
#include "common/base/version.h"
#include "ctl/nouns.h"

#define AT(member) OPT_AT(doctor, member)

static const struct opt options[] = {
    {"cloud-config", 0, OPT_TEXT, "FILE", "also look at what a cloud on this host is configured with", NULL,
     0, 0, AT(cloud_config)},
    {"edge-config", 0, OPT_TEXT, "FILE", "also look at what an edge on this host is configured with", NULL, 0,
     0, AT(edge_config)},
    {"offline", 0, OPT_FLAG, "", "do not ask the cloud", NULL, 0, 0, AT(offline)},
    {"days", 0, OPT_INT, "N", "warn of certificates that end within", "30", 0, 36500, AT(days)},
    {"free-mb", 0, OPT_INT, "MB", "warn of less free disk space", "1024", 0, 1e9, AT(free_mb)},
    {"strict", 0, OPT_FLAG, "", "warnings are failures", NULL, 0, 0, AT(strict)},
    API_OPTIONS,
    OPT_END};

static const struct opt_program program = {
    "foedus doctor",
    "checks cloud, clocks, versions, certificates, ports, disks and policy; exit code 0 well (perhaps with "
    "warnings), "
    "1 something failed, 2 not understood",
    "", options,
    .examples = "  foedus doctor\n"
                "  foedus doctor --cloud-config /etc/foedus/foedus-cloud.conf --strict\n"
                "  foedus doctor --offline --edge-config /etc/foedus/foedus-edge.conf\n"};

void doctor_say(struct doctor *d, enum finding f, const char *check, const char *fmt, ...)
{
	static const char *const words[] = {"ok", "warning", "FAILED"};
	static const char *const names[] = {"ok", "warning", "failed"};
	static const int codes[] = {32, 33, 31};
	struct buf raw = BUF_INIT, text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&raw, fmt, ap);
	va_end(ap);
	grid_clean(buf_cstr(&raw), &text); /* the cloud has its word in it */
	buf_release(&raw);
	d->warned += f == FINDING_WARN;
	d->failed += f == FINDING_FAILED;
	if (d->api.json)
		json_array_append_new(d->findings, json_pack("{s:s,s:s,s:s}", "check", check, "result", names[f],
		                                             "text", buf_cstr(&text)));
	else if (d->colours)
		printf("\033[%dm%-7s\033[0m  %-14s %s\n", codes[f], words[f], check, buf_cstr(&text));
	else
		printf("%-7s  %-14s %s\n", words[f], check, buf_cstr(&text));
	buf_release(&text);
}

static int conclude(struct doctor *d)
{
	bool well = !d->failed && !(d->strict && d->warned);

	if (d->api.json) {
		json_t *all = json_pack("{s:b,s:O}", "well", well, "findings", d->findings);

		api_print(all);
		json_decref(all);
	} else {
		printf("\n%s: %zu failed, %zu warning%s\n", well ? "well" : "not well", d->failed, d->warned,
		       d->warned == 1 ? "" : "s");
	}
	json_decref(d->findings);
	return well ? CLI_OK : CLI_FAILED;
}

int noun_doctor(int argc, char **argv)
{
	struct doctor d = {.strict = false};
	int first, code = cli_parse(&program, argc, argv, &d, &first);

	if (code >= 0)
		return code;
	d.colours = api_colours(d.api.colour);
	d.findings = json_array();
	doctor_say(&d, FINDING_OK, "foedus", "version %s", FOEDUS_VERSION);
	if (!d.offline)
		doctor_cloud(&d);
	if (d.cloud_config)
		doctor_config(&d, "foedus-cloud", d.cloud_config);
	if (d.edge_config)
		doctor_config(&d, "foedus-edge", d.edge_config);
	return conclude(&d);
}
