#include "common/base/json.h"

#include <inttypes.h>
#include <math.h>

int json_parse(const char *text, size_t n, json_t **out, struct err *e)
{
	json_error_t why;

	*out = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	if (!*out)
		return err_set(e, E_INVALID, "not JSON: line %d, column %d: %s", why.line, why.column, why.text);
	return 0;
}

static int field_of(const json_t *object, const char *field, json_t **v, struct err *e)
{
	*v = json_object_get(object, field);
	if (!*v)
		return err_set(e, E_INVALID, "field '%s' is missing", field);
	return 0;
}

int json_get_double(const json_t *object, const char *field, double lo, double hi, double *out, struct err *e)
{
	json_t *v;
	int rc = field_of(object, field, &v, e);

	if (rc)
		return rc;
	*out = json_number_value(v);
	if (!json_is_number(v) || !isfinite(*out) || *out < lo || *out > hi)
		return err_set(e, E_INVALID, "field '%s' is not a number from %g to %g", field, lo, hi);
	return 0;
}

int json_get_int(const json_t *object, const char *field, int64_t lo, int64_t hi, int64_t *out, struct err *e)
{
	json_t *v;
	int rc = field_of(object, field, &v, e);

	if (rc)
		return rc;
	*out = json_integer_value(v);
	if (!json_is_integer(v) || *out < lo || *out > hi)
		return err_set(e, E_INVALID, "field '%s' is not a whole number from %" PRId64 " to %" PRId64, field,
		               lo, hi);
	return 0;
}

int json_get_str(const json_t *object, const char *field, size_t max, const char **out, struct err *e)
{
	json_t *v;
	int rc = field_of(object, field, &v, e);

	if (rc)
		return rc;
	if (!json_is_string(v) || json_string_length(v) > max)
		return err_set(e, E_INVALID, "field '%s' is not a text of up to %zu bytes", field, max);
	*out = json_string_value(v);
	return 0;
}

int json_get_array(const json_t *object, const char *field, size_t lo, size_t hi, json_t **out, struct err *e)
{
	int rc = field_of(object, field, out, e);

	if (rc)
		return rc;
	if (!json_is_array(*out) || json_array_size(*out) < lo || json_array_size(*out) > hi)
		return err_set(e, E_INVALID, "field '%s' is not a list of %zu to %zu elements", field, lo, hi);
	return 0;
}

int json_get_doubles(const json_t *object, const char *field, size_t n, double *out, struct err *e)
{
	json_t *list;
	int rc = json_get_array(object, field, n, n, &list, e);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		json_t *v = json_array_get(list, i);

		out[i] = json_number_value(v);
		if (!json_is_number(v) || !isfinite(out[i]))
			rc = err_set(e, E_INVALID, "field '%s', element %zu is not a finite number", field, i + 1);
	}
	return rc;
}
