#include "common/contract/instance_json.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/contract/menu_json.h"

json_t *instance_to_json(const struct instance *in)
{
	const struct terms *t = &in->terms;
	json_t *object = json_object();

	json_object_set_new(object, "id", json_string(in->id));
	json_object_set_new(object, "types", json_of_doubles(t->theta, t->types));
	json_object_set_new(object, "prior", json_of_doubles(in->prior, t->types));
	json_object_set_new(object, "transition", json_of_matrix(t->transition, t->types));
	json_object_set_new(object, "alpha", json_real(in->alpha));
	json_object_set_new(object, "beta", json_real(in->beta));
	json_object_set_new(object, "e1", json_real(t->e1));
	json_object_set_new(object, "e3", json_real(t->e3));
	json_object_set_new(object, "delta", json_real(t->delta));
	json_object_set_new(object, "q_max", json_real(t->q_max));
	json_object_set_new(object, "participation", json_string(participation_name(in->participation)));
	return object;
}

static int read_id(const json_t *object, struct instance *in, struct err *e)
{
	const char *id;
	size_t n;
	int rc = json_get_str(object, "id", sizeof(in->id) - 1, &id, e);

	if (rc)
		return rc;
	n = strlen(id);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)id[i] < 0x20 || id[i] == 0x7f)
			return err_set(e, E_INVALID, "field 'id' has a control character at byte %zu", i + 1);
	if (n == 0)
		return err_set(e, E_INVALID, "field 'id' is empty");
	memcpy(in->id, id, n + 1);
	return 0;
}

/* The number is only read here; what it may be is instance_check()'s. */
static int read_number(const json_t *object, const char *field, double *out, struct err *e)
{
	return json_get_double(object, field, -1e300, 1e300, out, e);
}

static int read_terms(const json_t *object, struct terms *t, struct err *e)
{
	json_t *types;
	int rc = json_get_array(object, "types", 1, CONTRACT_TYPES_MAX, &types, e);

	if (rc)
		return rc;
	t->types = (int)json_array_size(types);
	rc = json_get_doubles(object, "types", (size_t)t->types, t->theta, e);
	if (rc == 0)
		rc = json_get_matrix(object, "transition", t->types, t->transition, e);
	if (rc == 0)
		rc = read_number(object, "delta", &t->delta, e);
	if (rc == 0)
		rc = read_number(object, "e1", &t->e1, e);
	if (rc == 0)
		rc = read_number(object, "e3", &t->e3, e);
	if (rc == 0)
		rc = read_number(object, "q_max", &t->q_max, e);
	return rc;
}

static int read_rest(const json_t *object, struct instance *in, struct err *e)
{
	const char *mode;
	int rc = json_get_doubles(object, "prior", (size_t)in->terms.types, in->prior, e);

	if (rc == 0)
		rc = read_number(object, "alpha", &in->alpha, e);
	if (rc == 0)
		rc = read_number(object, "beta", &in->beta, e);
	if (rc == 0)
		rc = json_get_str(object, "participation", 32, &mode, e);
	return rc ? rc : participation_parse(mode, &in->participation, e);
}

int instance_from_json(const json_t *object, struct instance *in, struct err *e)
{
	int rc;

	*in = (struct instance){0};
	if (!json_is_object(object))
		return err_set(e, E_INVALID, "not a JSON object");
	rc = read_id(object, in, e);
	if (rc == 0)
		rc = read_terms(object, &in->terms, e);
	if (rc == 0)
		rc = read_rest(object, in, e);
	if (rc == 0)
		rc = instance_check(in, e);
	if (rc == 0)
		instance_tidy(in);
	return rc;
}

int instance_parse(const char *line, size_t n, struct instance *in, struct err *e)
{
	json_t *object;
	int rc;

	if (n > CONTRACT_LINE_MAX)
		return err_set(e, E_LIMIT, "an instance of %zu bytes; accepted are %d", n, CONTRACT_LINE_MAX);
	rc = json_parse(line, n, &object, e);
	if (rc)
		return rc;
	rc = instance_from_json(object, in, e);
	json_decref(object);
	return rc;
}

static int is_blank(const char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r", line[i]) || line[i] == '\0')
			return 0;
	return 1;
}

int instances_parse(const char *text, size_t n, const char *source, struct instance **out, size_t *count,
                    struct err *e)
{
	struct instance *list = NULL;
	size_t used = 0, cap = 0;

	for (size_t at = 0, line = 1; at < n; line++) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t length = end ? (size_t)(end - text) - at : n - at;

		if (used == cap) {
			cap = cap ? 2 * cap : 16;
			list = mem_realloc(list, cap, sizeof(*list));
		}
		if (!is_blank(text + at, length)) {
			if (instance_parse(text + at, length, &list[used], e)) {
				free(list);
				return err_wrap(e, "%s, line %zu", source, line);
			}
			used++;
		}
		at += length + 1;
	}
	*out = list;
	*count = used;
	return 0;
}
