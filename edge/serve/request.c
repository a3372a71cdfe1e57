#include "edge/serve/request.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "edge/serve/image.h"

/* Refuses the first field of `object` that is not in the list. */
static int only_fields(const json_t *object, const char *prefix, const char *const *names, size_t count,
                       const char *accepted, struct err *e)
{
	/* jansson iterates through a pointer that is not const, and changes nothing */
	json_t *o = (json_t *)(uintptr_t)object;

	for (void *it = json_object_iter(o); it; it = json_object_iter_next(o, it)) {
		const char *key = json_object_iter_key(it);
		bool known = false;

		for (size_t i = 0; i < count; i++)
			known |= strcmp(key, names[i]) == 0;
		if (!known)
			return err_set(e, E_INVALID, "unknown field '%s%.60s'; accepted: %s", prefix, key, accepted);
	}
	return 0;
}

static int parse_session(const json_t *root, struct act *a, struct err *e)
{
	const json_t *v = json_object_get(root, "session");

	if (!v)
		return 0;
	a->session = json_string_value(v);
	if (!a->session || !str_is_name(a->session, SESSION_NAME_MAX))
		return err_set(
		    e, E_INVALID,
		    "field 'session' is not a name; accepted: 1 to %d letters, digits, '.', '_' and '-', not "
		    "beginning with '.' or '-'",
		    SESSION_NAME_MAX);
	return 0;
}

static int parse_text(const json_t *root, struct act *a, struct err *e)
{
	if (!json_object_get(root, "text"))
		return 0;
	return json_get_str(root, "text", SERVE_TEXT_MAX, &a->text, e);
}

/* The fields of `image`, named in messages as the user would have to look for them. */
static int image_field(const json_t *image, const char *field, size_t max, const char **out, struct err *e)
{
	const json_t *v = json_object_get(image, field);

	if (!v)
		return err_set(e, E_INVALID, "field 'image.%s' is missing", field);
	*out = json_string_value(v);
	if (!*out || json_string_length(v) > max)
		return err_set(e, E_INVALID, "field 'image.%s' is not a text of up to %zu bytes", field, max);
	return 0;
}

static int parse_image(const json_t *root, struct act *a, struct err *e)
{
	static const char *const names[] = {"format", "data"};
	const json_t *image = json_object_get(root, "image");
	const char *format, *data;
	int rc;

	if (!image)
		return 0;
	if (!json_is_object(image))
		return err_set(e, E_INVALID, "field 'image' is not an object with 'format' and 'data'");
	rc = only_fields(image, "image.", names, ARRAY_LEN(names), "image.format, image.data", e);
	if (rc == 0)
		rc = image_field(image, "format", 16, &format, e);
	if (rc == 0)
		rc = image_field(image, "data", SERVE_IMAGE_TEXT_MAX, &data, e);
	if (rc == 0)
		rc = serve_image_decode(format, data, a->image, e);
	a->has_image = rc == 0;
	return rc;
}

int serve_request_parse(const uint8_t *body, size_t n, struct act *a, json_t **root, struct err *e)
{
	static const char *const names[] = {"session", "text", "image"};
	int rc;

	*root = NULL;
	if (n == 0)
		return err_set(e, E_INVALID, "the body is empty; accepted: a JSON object with session, text, image");
	rc = json_parse((const char *)body, n, root, e);
	if (rc)
		return err_wrap(e, "the body");
	if (!json_is_object(*root))
		return err_set(e, E_INVALID, "the body is not a JSON object with session, text, image");
	rc = only_fields(*root, "", names, ARRAY_LEN(names), "session, text, image", e);
	if (rc == 0)
		rc = parse_session(*root, a, e);
	if (rc == 0)
		rc = parse_text(*root, a, e);
	if (rc == 0)
		rc = parse_image(*root, a, e);
	if (rc == 0 && !a->has_image && (!a->text || !*a->text))
		rc = err_set(e, E_INVALID, "there is nothing to answer: give 'text', 'image' or both");
	return rc;
}
