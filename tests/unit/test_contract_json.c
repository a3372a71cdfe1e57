#include "common/contract/instance_json.h"

#include <string.h>

#include "cloud/policy/instances.h"
#include "common/contract/feasible.h"
#include "common/contract/menu_json.h"
#include "tests/support/contracts.h"
#include "tests/support/suite.h"

static char *text_of(const struct instance *in)
{
	json_t *object = instance_to_json(in);
	char *line = json_line(object);

	json_decref(object);
	return line;
}

START_TEST(instances_round_trip_to_the_last_bit)
{
	struct err e = ERR_INIT;
	struct instance in, again;
	struct rng r;

	rng_seed(&r, suite_seed(), 31);
	for (int i = 0; i < 100; i++) {
		char *line;

		instance_draw(&r, 1 + i % CONTRACT_TYPES_MAX, (enum participation)(i % 2), &in);
		snprintf(in.id, sizeof(in.id), "round-trip-%d", i);
		line = text_of(&in);
		ck_ok(instance_parse(line, strlen(line), &again, &e), &e);
		ck_assert_mem_eq(&in, &again, sizeof(in));
		free(line);
	}
}
END_TEST

START_TEST(menus_round_trip_to_the_last_bit)
{
	struct menu m = small_menu(), again;
	struct err e = ERR_INIT;
	json_t *object;

	m.r1[0] = 1.0 / 3;
	object = menu_to_json(&m);
	ck_ok(menu_from_json(object, 2, &again, &e), &e);
	ck_assert_mem_eq(&m, &again, sizeof(m));
	ck_fails(menu_from_json(object, 3, &again, &e), E_INVALID, &e, "field 'q1' is not a list of 3");
	json_array_append_new(json_array_get(json_object_get(object, "r2"), 1), json_real(1));
	ck_fails(menu_from_json(object, 2, &again, &e), E_INVALID, &e,
	         "field 'r2', row 2 is not a list of 2 numbers");
	json_object_del(object, "q2");
	ck_fails(menu_from_json(object, 2, &again, &e), E_INVALID, &e, "field 'q2' is missing");
	ck_fails(menu_from_json(NULL, 2, &again, &e), E_INVALID, &e, "not a JSON object");
	json_decref(object);
}
END_TEST

/* Replaces the first `from` in a sound line by `to`, and expects this complaint. */
static void expect_complaint(const char *from, const char *to, const char *part)
{
	struct instance in = small_instance(), out;
	struct err e = ERR_INIT;
	char *line = text_of(&in);
	char *at = strstr(line, from);
	char broken[2048];

	ck_assert_ptr_nonnull(at);
	snprintf(broken, sizeof(broken), "%.*s%s%s", (int)(at - line), line, to, at + strlen(from));
	free(line);
	ck_fails(instance_parse(broken, strlen(broken), &out, &e), E_INVALID, &e, part);
}

START_TEST(errors_name_the_field)
{
	expect_complaint("\"alpha\"", "\"alfa\"", "field 'alpha' is missing");
	expect_complaint("\"id\":\"small\"", "\"id\":7", "field 'id' is not a text");
	expect_complaint("\"id\":\"small\"", "\"id\":\"\"", "field 'id' is empty");
	expect_complaint("\"id\":\"small\"", "\"id\":\"a\\nb\"", "field 'id' has a control character at byte 2");
	expect_complaint("[1.0,2.0]", "[1.0,\"2\"]", "field 'types', element 2 is not a finite number");
	expect_complaint("[1.0,2.0]", "[]", "field 'types' is not a list of 1 to 10");
	expect_complaint("[1.0,2.0]", "[2.0,1.0]", "types: element 2 (1) is not above element 1 (2)");
	expect_complaint("[0.75,0.25]", "[0.75,0.25,0]", "field 'transition', row 1 is not a list of 2 numbers");
	expect_complaint("\"prior\":[0.5,0.5]", "\"prior\":[0.5,0.6]", "prior sums to 1.1");
	expect_complaint("intertemporal", "sometimes", "participation 'sometimes' is not one of");
	expect_complaint("\"delta\":0.5", "\"delta\":0.5,\"delta\":0.6", "not JSON");
	expect_complaint("\"delta\":0.5", "\"delta\":1e400", "not JSON");
	expect_complaint("{", "[{", "not JSON");
}
END_TEST

START_TEST(files_of_lines_name_the_line)
{
	struct instance in = small_instance(), *list = NULL;
	struct err e = ERR_INIT;
	char *line = text_of(&in);
	char text[4096];
	size_t n = 0;

	snprintf(text, sizeof(text), "%s\n\n  \r\n%s", line, line);
	ck_ok(instances_parse(text, strlen(text), "f.jsonl", &list, &n, &e), &e);
	ck_assert_uint_eq(n, 2);
	ck_assert_mem_eq(&list[1], &in, sizeof(in));
	free(list);
	snprintf(text, sizeof(text), "%s\n\n{}\n", line);
	ck_fails(instances_parse(text, strlen(text), "f.jsonl", &list, &n, &e), E_INVALID, &e,
	         "f.jsonl, line 3: field 'id' is missing");
	ck_ok(instances_parse("", 0, "f.jsonl", &list, &n, &e), &e);
	ck_assert_uint_eq(n, 0);
	free(list);
	free(line);
}
END_TEST

/* Whatever a damaged line still parses to must have passed every check. */
static void parse_damaged(const char *text, size_t n)
{
	struct err e = ERR_INIT;
	struct instance out;
	int rc = instance_parse(text, n, &out, &e);

	if (rc == 0)
		ck_assert_msg(instance_check(&out, &e) == 0, "%.*s: %s", (int)n, text, e.text);
	else
		ck_assert_msg(e.text[0] != '\0', "%.*s: no message", (int)n, text);
}

START_TEST(damaged_twins_are_refused_or_sound)
{
	struct err e = ERR_INIT;
	struct instance in, out;
	struct rng r;

	rng_seed(&r, suite_seed(), 32);
	for (int i = 0; i < 20; i++) {
		char *line;
		size_t n;

		instance_draw(&r, 1 + i % 4, PARTICIPATION_INTERTEMPORAL, &in);
		snprintf(in.id, sizeof(in.id), "twin-%d", i);
		line = text_of(&in);
		n = strlen(line);
		for (size_t cut = 0; cut < n; cut++)
			ck_assert_int_ne(instance_parse(line, cut, &out, &e), 0);
		for (int hit = 0; hit < 400; hit++) {
			size_t at = rng_below(&r, n);
			char was = line[at];

			line[at] = hit % 2 ? "0123456789.-e[]{},:\""[rng_below(&r, 20)] : (char)rng_below(&r, 256);
			parse_damaged(line, n);
			line[at] = was;
		}
		free(line);
	}
}
END_TEST

SUITE("contract/json", instances_round_trip_to_the_last_bit, menus_round_trip_to_the_last_bit,
      errors_name_the_field, files_of_lines_name_the_line, damaged_twins_are_refused_or_sound)
