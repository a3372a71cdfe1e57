/* What the cloud says of itself. */
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/version.h"
#include "ctl/cells.h"
#include "ctl/doctor.h"

#define SKEW_WARN_S   5   /* the header has whole seconds */
#define SKEW_FAILED_S 300 /* certificates begin five minutes early */

static void check_clock(struct doctor *d, const struct api *a)
{
	int64_t there = http_client_date(a->http), here = clock_wall_ms() / 1000, skew = there - here;

	if (there < 0) {
		doctor_say(d, FINDING_WARN, "clock", "the cloud's answer says no time");
		return;
	}
	doctor_say(d,
	           llabs(skew) > SKEW_FAILED_S ? FINDING_FAILED
	           : llabs(skew) > SKEW_WARN_S ? FINDING_WARN
	                                       : FINDING_OK,
	           "clock", "the cloud's is %lld s %s ours", llabs(skew), skew < 0 ? "behind" : "ahead of");
}

static void check_status(struct doctor *d, const struct api *a, const json_t *s)
{
	const json_t *edges = json_object_get(s, "edges");
	int64_t connected = field_int(edges, "connected"), needed = field_int(edges, "needed");
	const char *program = field_text(s, "program"), *mode = field_text(s, "mode");

	doctor_say(d, strstr(program, FOEDUS_VERSION) ? FINDING_OK : FINDING_WARN, "version",
	           "the cloud is %s, this is %s", program, FOEDUS_VERSION);
	check_clock(d, a);
	doctor_say(d, strcmp(mode, "open") == 0 ? FINDING_OK : FINDING_WARN, "mode", "%s%s", mode,
	           strcmp(mode, "open") == 0 ? "" : ": no round starts by itself (`foedus round resume`)");
	doctor_say(d, connected >= needed ? FINDING_OK : FINDING_WARN, "edges",
	           "%lld of %lld connected; a round needs %lld", (long long)connected,
	           (long long)field_int(edges, "known"), (long long)needed);
}

static void check_policy(struct doctor *d, struct api *a, const json_t *status)
{
	struct err e = ERR_INIT;
	json_t *round;

	if (*field_text(status, "policy_note"))
		doctor_say(d, FINDING_WARN, "policy", "%s, not the one that was configured: %s",
		           field_text(status, "policy"), field_text(status, "policy_note"));
	if (!field_int(status, "last_round")) {
		doctor_say(d, FINDING_OK, "policy", "%s; it has not written a menu yet",
		           field_text(status, "policy"));
		return;
	}
	if (api_get(a, &round, &e, "/api/v1/rounds/latest")) {
		doctor_say(d, FINDING_FAILED, "policy", "%s", e.text);
		return;
	}
	if (field_bool(round, "policy_fallback"))
		doctor_say(d, FINDING_WARN, "policy", "%s failed in round %lld, %s stood in; see the cloud's log",
		           field_text(status, "policy"), (long long)field_int(round, "round"),
		           field_text(round, "policy"));
	else
		doctor_say(d, FINDING_OK, "policy", "%s; %s wrote round %lld%s%s", field_text(status, "policy"),
		           *field_text(round, "policy") ? field_text(round, "policy") : "none yet",
		           (long long)field_int(round, "round"),
		           *field_text(round, "policy_weights") ? ", weights " : "",
		           field_text(round, "policy_weights"));
	if (*field_text(round, "failure"))
		doctor_say(d, FINDING_WARN, "round", "%lld failed: %s", (long long)field_int(round, "round"),
		           field_text(round, "failure"));
	json_decref(round);
}

static void check_ledger(struct doctor *d, struct api *a)
{
	struct err e = ERR_INIT;
	json_t *v;

	if (api_get(a, &v, &e, "/api/v1/ledger/verify")) {
		doctor_say(d, FINDING_FAILED, "ledger", "%s", e.text);
		return;
	}
	if (field_bool(v, "verified"))
		doctor_say(d, FINDING_OK, "ledger", "the chain holds over %lld entries",
		           (long long)field_int(v, "entries"));
	else
		doctor_say(d, FINDING_FAILED, "ledger", "the chain does not hold: %s", field_text(v, "problem"));
	json_decref(v);
}

void doctor_cloud(struct doctor *d)
{
	struct api a = {.http = NULL};
	struct buf said = BUF_INIT;
	struct err e = ERR_INIT;
	json_t *status = NULL;
	int rc = api_open(&d->api, &a, &e);

	if (!rc)
		rc = http_client_get_bytes(a.http, "/readyz", &said, &e);
	if (!rc)
		rc = api_get(&a, &status, &e, "/api/v1/status");
	if (rc) {
		doctor_say(d, FINDING_FAILED, "cloud", "%s", e.text);
	} else {
		doctor_say(d, FINDING_OK, "cloud", "%s is ready at %s", field_text(status, "name"), a.base);
		check_status(d, &a, status);
		check_policy(d, &a, status);
		check_ledger(d, &a);
	}
	if (d->api.state)
		doctor_disk(d, "disk", d->api.state);
	json_decref(status);
	buf_release(&said);
	api_close(&a);
}
