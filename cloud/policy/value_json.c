#include "cloud/policy/value_json.h"

#include "common/contract/menu_json.h"

json_t *value_to_json(const struct value_model *v)
{
	json_t *object = json_object();

	json_object_set_new(object, "alpha", json_real(v->alpha));
	json_object_set_new(object, "beta", json_real(v->beta));
	json_object_set_new(object, "price", json_real(v->price));
	json_object_set_new(object, "effort", json_of_doubles(v->effort, v->count));
	json_object_set_new(object, "gain", json_of_doubles(v->gain, v->count));
	return object;
}

int value_from_json(const json_t *object, struct value_model *v, struct err *e)
{
	json_t *rows = NULL;
	int rc;

	*v = (struct value_model){0};
	if (!json_is_object(object))
		return err_set(e, E_INVALID, "the value model is not a JSON object");
	rc = json_get_double(object, "alpha", 0, CONTRACT_NUMBER_MAX, &v->alpha, e);
	if (rc == 0)
		rc = json_get_double(object, "beta", 0, CONTRACT_NUMBER_MAX, &v->beta, e);
	if (rc == 0)
		rc = json_get_double(object, "price", 0, 1e12, &v->price, e);
	if (rc == 0)
		rc = json_get_array(object, "effort", 0, VALUE_ROUNDS, &rows, e);
	if (rc)
		return rc;
	v->count = (int)json_array_size(rows);
	rc = json_get_doubles(object, "effort", (size_t)v->count, v->effort, e);
	if (rc == 0)
		rc = json_get_doubles(object, "gain", (size_t)v->count, v->gain, e);
	return rc ? rc : value_check(v, e);
}
