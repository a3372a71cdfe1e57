#include "tests/support/openapi.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/suite.h"

const json_t *openapi(void)
{
	static json_t *doc;
	json_error_t why;

	if (!doc)
		doc = json_load_file("docs/openapi.json", JSON_REJECT_DUPLICATES, &why);
	ck_assert_msg(doc != NULL, "docs/openapi.json:%d: %s", why.line, why.text);
	return doc;
}

const json_t *openapi_follow(const json_t *x)
{
	const char *at = json_string_value(json_object_get(x, "$ref"));
	const json_t *to = openapi();

	if (!at)
		return x;
	ck_assert_msg(strncmp(at, "#/", 2) == 0, "reference %s", at);
	for (const char *p = at + 2; *p;) {
		char part[64];
		size_t n = strcspn(p, "/");

		snprintf(part, sizeof(part), "%.*s", (int)n, p);
		to = json_object_get(to, part);
		p += n + (p[n] == '/');
	}
	ck_assert_msg(to != NULL, "reference %s leads nowhere", at);
	return to;
}

const json_t *openapi_operation(const char *method, const char *path)
{
	return json_object_get(json_object_get(json_object_get(openapi(), "paths"), path), method);
}

static bool is_of_type(const json_t *value, const char *type)
{
	return (strcmp(type, "object") == 0 && json_is_object(value)) ||
	       (strcmp(type, "array") == 0 && json_is_array(value)) ||
	       (strcmp(type, "string") == 0 && json_is_string(value)) ||
	       (strcmp(type, "integer") == 0 && json_is_integer(value)) ||
	       (strcmp(type, "number") == 0 && json_is_number(value)) ||
	       (strcmp(type, "boolean") == 0 && json_is_boolean(value)) ||
	       (strcmp(type, "null") == 0 && json_is_null(value));
}

static bool type_fits(const json_t *type, const json_t *value)
{
	const json_t *one;
	size_t i;

	if (json_is_string(type))
		return is_of_type(value, json_string_value(type));
	json_array_foreach (type, i, one)
		if (is_of_type(value, json_string_value(one)))
			return true;
	return false;
}

static const char *fits(const json_t *schema, const json_t *value, char place[OPENAPI_PLACE_MAX]);

static const char *members_fit(const json_t *schema, const json_t *value, char place[OPENAPI_PLACE_MAX])
{
	const json_t *properties = json_object_get(schema, "properties"), *name, *member;
	bool closed = json_is_false(json_object_get(schema, "additionalProperties"));
	size_t used = strlen(place), i;
	const char *key;

	json_array_foreach (json_object_get(schema, "required"), i, name)
		if (!json_object_get(value, json_string_value(name))) {
			snprintf(place + used, OPENAPI_PLACE_MAX - used, ".%s", json_string_value(name));
			return "is missing";
		}
	json_object_foreach ((json_t *)value, key, member) {
		const json_t *sub = json_object_get(properties, key);
		const char *wrong = sub ? NULL : closed ? "is not described" : "";

		snprintf(place + used, OPENAPI_PLACE_MAX - used, ".%s", key);
		if (sub)
			wrong = fits(sub, member, place);
		if (wrong && *wrong)
			return wrong;
		place[used] = '\0';
	}
	return NULL;
}

static const char *items_fit(const json_t *schema, const json_t *value, char place[OPENAPI_PLACE_MAX])
{
	const json_t *sub = json_object_get(schema, "items"), *least = json_object_get(schema, "minItems");
	const json_t *most = json_object_get(schema, "maxItems"), *one;
	size_t used = strlen(place), i;

	if ((least && json_array_size(value) < (size_t)json_integer_value(least)) ||
	    (most && json_array_size(value) > (size_t)json_integer_value(most)))
		return "has another number of items";
	json_array_foreach (value, i, one) {
		const char *wrong;

		snprintf(place + used, OPENAPI_PLACE_MAX - used, "[%zu]", i);
		wrong = sub ? fits(sub, one, place) : NULL;
		if (wrong)
			return wrong;
		place[used] = '\0';
	}
	return NULL;
}

static bool is_one_of(const json_t *list, const json_t *value)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		if (json_equal(one, value))
			return true;
	return false;
}

static bool any_fits(const json_t *list, const json_t *value)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		char place[OPENAPI_PLACE_MAX] = "";

		if (!fits(one, value, place))
			return true;
	}
	return false;
}

/* The only pattern there is. */
static bool is_digest(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* One word of a schema; what is wrong, or NULL. */
static const char *word_fits(const json_t *schema, const char *word, const json_t *means, const json_t *value,
                             char place[OPENAPI_PLACE_MAX])
{
	if (strcmp(word, "type") == 0)
		return type_fits(means, value) ? NULL : "is of another type";
	if (strcmp(word, "properties") == 0)
		return json_is_object(value) ? members_fit(schema, value, place) : NULL;
	if (strcmp(word, "items") == 0)
		return json_is_array(value) ? items_fit(schema, value, place) : NULL;
	if (strcmp(word, "enum") == 0)
		return is_one_of(means, value) ? NULL : "is none of the texts listed";
	if (strcmp(word, "const") == 0)
		return json_equal(means, value) ? NULL : "is another text";
	if (strcmp(word, "anyOf") == 0)
		return any_fits(means, value) ? NULL : "is none of what it may be";
	if (strcmp(word, "minimum") == 0)
		return !json_is_number(value) || json_number_value(value) >= json_number_value(means)
		           ? NULL
		           : "is too small";
	if (strcmp(word, "maximum") == 0)
		return !json_is_number(value) || json_number_value(value) <= json_number_value(means)
		           ? NULL
		           : "is too large";
	if (strcmp(word, "pattern") == 0)
		return !json_is_string(value) || is_digest(json_string_value(value)) ? NULL : "is no digest";
	if (strcmp(word, "format") == 0) /* date-time is the only one */
		return !json_is_string(value) || strlen(json_string_value(value)) == 24 ? NULL : "is no time";
	return strcmp(word, "description") == 0 || strcmp(word, "required") == 0 ||
	               strcmp(word, "additionalProperties") == 0 || strcmp(word, "minItems") == 0 ||
	               strcmp(word, "maxItems") == 0
	           ? NULL
	           : "has a schema with a word that is not checked";
}

static const char *fits(const json_t *schema, const json_t *value, char place[OPENAPI_PLACE_MAX])
{
	const json_t *means;
	const char *word;

	schema = openapi_follow(schema);
	json_object_foreach ((json_t *)schema, word, means) {
		const char *wrong = word_fits(schema, word, means, value, place);

		if (wrong)
			return wrong;
	}
	return NULL;
}

const char *openapi_wrong(const json_t *schema, const json_t *value, char place[OPENAPI_PLACE_MAX])
{
	place[0] = '\0';
	return fits(schema, value, place);
}

void openapi_check(const json_t *schema, const json_t *value, const char *where)
{
	char place[OPENAPI_PLACE_MAX];
	const char *wrong = openapi_wrong(schema, value, place);

	ck_assert_msg(!wrong, "%s: answer%s %s", where, place, wrong);
}

void openapi_check_answer(const char *method, const char *path, int status, const char *type,
                          const json_t *body)
{
	const json_t *responses = json_object_get(openapi_operation(method, path), "responses"), *response;
	const json_t *content;
	char code[8], where[OPENAPI_PLACE_MAX];

	snprintf(code, sizeof(code), "%d", status);
	snprintf(where, sizeof(where), "%s %s -> %d", method, path, status);
	response = json_object_get(responses, code);
	if (!response && (status == 431 || status == 500)) /* any request may meet these */
		response = json_object_get(responses, "default");
	ck_assert_msg(response != NULL, "%s is not described", where);
	content = json_object_get(json_object_get(openapi_follow(response), "content"), type);
	ck_assert_msg(content != NULL, "%s: type %s is not described", where, type);
	if (body)
		openapi_check(json_object_get(content, "schema"), body, where);
}
