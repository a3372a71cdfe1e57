#include "ctl/pki_print.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"

/* "2026-11-22" */
static const char *day(int64_t unix_s, char out[CLOCK_TEXT])
{
	clock_text(unix_s * 1000, out);
	out[10] = '\0';
	return out;
}

static const char *role(const struct pki_info *i)
{
	return i->is_authority ? "authority" : net_role_name(i->role);
}

static const char *state(const struct pki_info *i)
{
	if (i->revoked_s)
		return "revoked";
	return i->days_left < 0 ? "expired" : "valid";
}

void pki_print_made(const struct pki_info *i, const char *file)
{
	char until[CLOCK_TEXT];

	printf("%s: %s %s, valid until %s (%d days), serial %s\n", file, role(i), i->name,
	       day(i->not_after_s, until), i->days_left, i->serial);
}

static json_t *to_json(const struct pki_info *i)
{
	char moment[CLOCK_TEXT];
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:i}", "name", i->name, "role", role(i), "serial", i->serial,
	                      "state", state(i), "days_left", i->days_left);

	clock_text(i->not_after_s * 1000, moment);
	json_object_set_new(o, "not_after", json_string(moment));
	if (i->revoked_s) {
		clock_text(i->revoked_s * 1000, moment);
		json_object_set_new(o, "revoked", json_string(moment));
	}
	return o;
}

/* Prints and drops it. */
static void print_json(json_t *o)
{
	json_dumpf(o, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(o);
}

void pki_print_list(const struct pki_info *list, size_t count, bool as_json)
{
	char until[CLOCK_TEXT];

	if (as_json) {
		json_t *all = json_array();

		for (size_t i = 0; i < count; i++)
			json_array_append_new(all, to_json(&list[i]));
		print_json(json_pack("{s:o}", "certificates", all));
		return;
	}
	printf("%-24s %-9s %-8s %-10s %6s  %s\n", "NAME", "ROLE", "STATE", "UNTIL", "DAYS", "SERIAL");
	for (size_t i = 0; i < count; i++)
		printf("%-24s %-9s %-8s %-10s %6d  %s\n", list[i].name, role(&list[i]), state(&list[i]),
		       day(list[i].not_after_s, until), list[i].days_left, list[i].serial);
}

void pki_print_show(const struct pki_info *i, bool checked, bool as_json)
{
	char from[CLOCK_TEXT], until[CLOCK_TEXT];

	if (as_json) {
		json_t *o = to_json(i);

		clock_text(i->not_before_s * 1000, from);
		json_object_set_new(o, "not_before", json_string(from));
		json_object_set_new(o, "issuer", json_string(i->issuer));
		json_object_set_new(o, "hosts", json_string(i->hosts));
		print_json(o);
		return;
	}
	printf("name    %s\nrole    %s\nissuer  %s\nserial  %s\nvalid   %s to %s (%d days left)\nstate   %s%s\n",
	       i->name, role(i), i->issuer, i->serial, day(i->not_before_s, from), day(i->not_after_s, until),
	       i->days_left, state(i), checked || i->is_authority ? "" : " (revocation not checked: --crl FILE)");
	if (*i->hosts)
		printf("hosts   %s\n", i->hosts);
}
