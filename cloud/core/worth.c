/* What the edges' effort was worth, learned from what each round did for the modules. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "cloud/policy/value_json.h"

#define SETTING "value"

/* {"model":{..},"metrics":{"perception":0.88,..}} */
static json_t *to_json(const struct cloud *c)
{
	json_t *metrics = json_object();

	for (size_t m = 0; m < c->config.rules.module_count; m++)
		if (isfinite(c->measured[m]))
			json_object_set_new(metrics, c->config.rules.module[m].kind, json_real(c->measured[m]));
	return json_pack("{s:o, s:o}", "model", value_to_json(&c->value), "metrics", metrics);
}

static int from_json(struct cloud *c, const json_t *stored, struct err *e)
{
	const json_t *metrics = json_object_get(stored, "metrics");
	struct value_model v;
	int rc = value_from_json(json_object_get(stored, "model"), &v, e);

	if (rc)
		return err_wrap(e, "setting '" SETTING "'");
	for (size_t m = 0; m < c->config.rules.module_count; m++) {
		const json_t *x = json_object_get(metrics, c->config.rules.module[m].kind);

		c->measured[m] = json_is_number(x) ? json_number_value(x) : NAN;
	}
	/* with other values in the configuration, what was learned is about another market */
	if (v.alpha == c->config.market.alpha && v.beta == c->config.market.beta)
		c->value = v;
	return 0;
}

int cloud_load_value(struct cloud *c, struct err *e)
{
	json_t *stored = NULL;
	char *text = NULL;
	int rc = store_get(c->store, SETTING, &text, e);

	value_init(&c->value, &c->config.market);
	for (size_t m = 0; m < WIRE_KINDS_MAX; m++)
		c->measured[m] = NAN;
	if (rc == E_NOT_FOUND)
		return 0;
	if (!rc)
		rc = json_parse(text, strlen(text), &stored, e);
	if (!rc)
		rc = from_json(c, stored, e);
	json_decref(stored);
	free(text);
	return rc;
}

int cloud_save_value(struct cloud *c, struct err *e)
{
	json_t *object = to_json(c);
	char *text = json_dumps(object, JSON_COMPACT);
	int rc = store_set(c->store, SETTING, text, e);

	free(text);
	json_decref(object);
	return rc;
}

/* Mean effort of the accepted tasks of both periods; 0 when there were none. */
static double mean_effort(const struct round *r)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < r->seat_count; i++)
		for (int stage = 0; stage < PERIODS; stage++) {
			const struct task *t = &r->seat[i].task[stage];

			if (t->state != TASK_ACCEPTED || t->order.work_count == 0)
				continue;
			sum += t->order.effort;
			n++;
		}
	return n ? sum / (double)n : 0;
}

void cloud_learn_value(struct cloud *c)
{
	const struct round_rules *rules = &c->config.rules;
	double effort = mean_effort(&c->round), gain = 0;
	size_t n = 0;

	for (size_t m = 0; m < rules->module_count; m++) {
		double now = c->round.module[m].metric;

		if (!rules->module[m].derived && isfinite(now) && isfinite(c->measured[m])) {
			gain += value_gain(c->measured[m], now);
			n++;
		}
		c->measured[m] = now;
	}
	if (n && effort > 0)
		value_learn(&c->value, effort, gain / (double)n);
	c->value_is_new = true;
}
