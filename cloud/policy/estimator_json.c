#include "cloud/policy/estimator_json.h"

#include "common/contract/menu_json.h"

/* Moments go as K rows of n, mean, m2 for each field in turn. */
#define MOMENTS (3 * TELEMETRY_FIELDS)

json_t *estimator_to_json(const struct estimator *s)
{
	json_t *object = json_object();
	json_t *rows = json_array();

	for (int k = 0; k < s->types; k++) {
		double row[MOMENTS];

		for (int f = 0; f < TELEMETRY_FIELDS; f++) {
			row[3 * f] = s->signal[k][f].n;
			row[3 * f + 1] = s->signal[k][f].mean;
			row[3 * f + 2] = s->signal[k][f].m2;
		}
		json_array_append_new(rows, json_of_doubles(row, MOMENTS));
	}
	json_object_set_new(object, "types", json_integer(s->types));
	json_object_set_new(object, "prior", json_of_doubles(s->prior, s->types));
	json_object_set_new(object, "counts", json_of_matrix(s->counts, s->types));
	json_object_set_new(object, "signal", rows);
	return object;
}

static int read_moments(const json_t *row, int k, struct estimator *s, struct err *e)
{
	if (!json_is_array(row) || json_array_size(row) != MOMENTS)
		return err_set(e, E_INVALID, "field 'signal', row %d is not a list of %d numbers", k + 1, MOMENTS);
	for (int f = 0; f < TELEMETRY_FIELDS; f++) {
		struct signal_moments *m = &s->signal[k][f];
		size_t at = 3 * (size_t)f;

		m->n = json_number_value(json_array_get(row, at));
		m->mean = json_number_value(json_array_get(row, at + 1));
		m->m2 = json_number_value(json_array_get(row, at + 2));
	}
	return 0;
}

int estimator_from_json(const json_t *object, struct estimator *s, struct err *e)
{
	int64_t types = 0;
	json_t *rows;
	int rc;

	*s = (struct estimator){0};
	if (!json_is_object(object))
		return err_set(e, E_INVALID, "the estimator is not a JSON object");
	rc = json_get_int(object, "types", 1, CONTRACT_TYPES_MAX, &types, e);
	if (rc)
		return rc;
	s->types = (int)types;
	rc = json_get_doubles(object, "prior", (size_t)types, s->prior, e);
	if (rc == 0)
		rc = json_get_matrix(object, "counts", s->types, s->counts, e);
	if (rc == 0)
		rc = json_get_array(object, "signal", (size_t)types, (size_t)types, &rows, e);
	for (int k = 0; rc == 0 && k < s->types; k++)
		rc = read_moments(json_array_get(rows, (size_t)k), k, s, e);
	return rc ? rc : estimator_check(s, e);
}
