/* The description of the API against the routing table, and the checker of answers against itself. */
#include <ctype.h>
#include <string.h>

#include "cloud/admin/admin.h"
#include "common/http/server.h"
#include "tests/support/openapi.h"
#include "tests/support/suite.h"

static const char *lower(const char *text)
{
	static char out[16];
	size_t n = 0;

	for (; text[n] && n < sizeof(out) - 1; n++)
		out[n] = (char)tolower((unsigned char)text[n]);
	out[n] = '\0';
	return out;
}

START_TEST(every_route_is_described)
{
	for (const struct http_route *r = admin_routes(); r->method; r++)
		ck_assert_msg(openapi_operation(lower(r->method), r->path) != NULL,
		              "%s %s is not in docs/openapi.json", r->method, r->path);
}
END_TEST

static bool is_routed(const char *method, const char *path)
{
	for (const struct http_route *r = admin_routes(); r->method; r++)
		if (strcmp(lower(r->method), method) == 0 && strcmp(r->path, path) == 0)
			return true;
	return false;
}

static void ck_params(const char *path, const json_t *operation)
{
	const json_t *list = json_object_get(operation, "parameters"), *one;
	size_t i, named = 0, braces = 0;

	for (const char *p = path; (p = strchr(p, '{')); p++)
		braces++;
	json_array_foreach (list, i, one)
		named += strcmp(json_string_value(json_object_get(openapi_follow(one), "in")), "path") == 0;
	ck_assert_msg(named == braces, "%s: %zu of %zu names of its path are described", path, named, braces);
}

START_TEST(every_description_has_a_route)
{
	const char *path, *method;
	json_t *methods, *operation;
	size_t n = 0;

	json_object_foreach (json_object_get((json_t *)openapi(), "paths"), path, methods) {
		json_object_foreach (methods, method, operation) {
			ck_assert_msg(is_routed(method, path), "docs/openapi.json: %s %s is no route", method, path);
			ck_assert_ptr_nonnull(json_object_get(operation, "operationId"));
			ck_params(path, operation);
			n++;
		}
	}
	ck_assert_uint_gt(n, 25);
}
END_TEST

static void walk(const json_t *x)
{
	const char *key;
	json_t *sub;
	size_t i;

	openapi_follow(x);
	json_object_foreach ((json_t *)x, key, sub)
		walk(sub);
	json_array_foreach (x, i, sub)
		walk(sub);
}

START_TEST(every_reference_leads_somewhere)
{
	ck_assert_str_eq(json_string_value(json_object_get(openapi(), "openapi")), "3.1.0");
	walk(openapi());
}
END_TEST

static const json_t *schema(const char *name)
{
	return json_object_get(json_object_get(json_object_get(openapi(), "components"), "schemas"), name);
}

static void ck_value(const char *name, const char *text, const char *wrong, const char *where)
{
	json_t *x = json_loads(text, 0, NULL);
	char place[OPENAPI_PLACE_MAX];
	const char *said = openapi_wrong(schema(name), x, place);

	ck_assert_ptr_nonnull(x);
	ck_assert_msg((said == NULL) == (wrong == NULL) && (!wrong || strcmp(said, wrong) == 0), "%s: %s", text,
	              said ? said : "is fine");
	ck_assert(!wrong || strcmp(place, where) == 0);
	json_decref(x);
}

START_TEST(the_checker_finds_what_does_not_fit)
{
	ck_value("Problem", "{\"title\":\"t\",\"status\":404,\"code\":\"c\",\"detail\":\"d\"}", NULL, "");
	ck_value("Problem", "{\"title\":\"t\",\"status\":404,\"code\":\"c\"}", "is missing", ".detail");
	ck_value("Problem", "{\"title\":\"t\",\"status\":4.5,\"code\":\"c\",\"detail\":\"d\"}",
	         "is of another type", ".status");
	ck_value("Problem", "{\"title\":\"t\",\"status\":4,\"code\":\"c\",\"detail\":\"d\",\"x\":1}",
	         "is not described", ".x");
	ck_value("Hello", "{\"resumed\":null}", "is of another type", ".resumed");
	ck_value("Menu", "{\"q1\":[1],\"r1\":[],\"q2\":[[1,\"x\"]],\"r2\":[]}", "is of another type",
	         ".q2[0][1]");
}
END_TEST

SUITE("admin/openapi", every_route_is_described, every_description_has_a_route,
      every_reference_leads_somewhere, the_checker_finds_what_does_not_fit)
