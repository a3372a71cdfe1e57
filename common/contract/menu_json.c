#include "common/contract/menu_json.h"

#include <math.h>

json_t *json_of_doubles(const double *v, int n)
{
	json_t *list = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(list, json_real(v[i]));
	return list;
}

json_t *json_of_matrix(const double v[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], int n)
{
	json_t *rows = json_array();

	for (int k = 0; k < n; k++)
		json_array_append_new(rows, json_of_doubles(v[k], n));
	return rows;
}

static int get_row(const json_t *row, const char *field, int k, int n, double *v, struct err *e)
{
	if (!json_is_array(row) || json_array_size(row) != (size_t)n)
		return err_set(e, E_INVALID, "field '%s', row %d is not a list of %d numbers", field, k + 1, n);
	for (int l = 0; l < n; l++) {
		const json_t *x = json_array_get(row, (size_t)l);

		v[l] = json_number_value(x);
		if (!json_is_number(x) || !isfinite(v[l]))
			return err_set(e, E_INVALID, "field '%s', row %d, element %d is not a finite number", field,
			               k + 1, l + 1);
	}
	return 0;
}

int json_get_matrix(const json_t *object, const char *field, int n,
                    double v[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], struct err *e)
{
	json_t *rows;
	int rc = json_get_array(object, field, (size_t)n, (size_t)n, &rows, e);

	for (int k = 0; rc == 0 && k < n; k++)
		rc = get_row(json_array_get(rows, (size_t)k), field, k, n, v[k], e);
	return rc;
}

json_t *menu_to_json(const struct menu *m)
{
	json_t *object = json_object();

	json_object_set_new(object, "q1", json_of_doubles(m->q1, m->types));
	json_object_set_new(object, "r1", json_of_doubles(m->r1, m->types));
	json_object_set_new(object, "q2", json_of_matrix(m->q2, m->types));
	json_object_set_new(object, "r2", json_of_matrix(m->r2, m->types));
	return object;
}

int menu_from_json(const json_t *object, int types, struct menu *m, struct err *e)
{
	int rc;

	if (!json_is_object(object))
		return err_set(e, E_INVALID, "the menu is not a JSON object with the fields q1, r1, q2 and r2");
	if (types < 1 || types > CONTRACT_TYPES_MAX)
		return err_set(e, E_LIMIT, "a menu for %d types; accepted are 1 to %d", types, CONTRACT_TYPES_MAX);
	*m = (struct menu){.types = types};
	rc = json_get_doubles(object, "q1", (size_t)types, m->q1, e);
	if (rc == 0)
		rc = json_get_doubles(object, "r1", (size_t)types, m->r1, e);
	if (rc == 0)
		rc = json_get_matrix(object, "q2", types, m->q2, e);
	if (rc == 0)
		rc = json_get_matrix(object, "r2", types, m->r2, e);
	return rc;
}

char *json_line(const json_t *value)
{
	return json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17));
}
