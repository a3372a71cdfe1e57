#include "tests/support/learners.h"

#include "tests/support/suite.h"

struct learner *small_learner(int types, int updates)
{
	struct learner_spec s;
	struct learner_report report;
	struct learner *l;
	struct err e = ERR_INIT;

	ck_ok(learner_defaults("edmsac", &s, &e), &e);
	s.env.types = types;
	s.hidden = 16;
	s.steps = 3;
	s.batch = 64;
	s.envs = 32;
	s.replay = 4000;
	s.updates = 100000;
	s.prune_rate = 0;
	ck_ok(learner_new(&s, &l, &e), &e);
	for (int i = 0; i < updates; i++)
		ck_ok(learner_update(l, &report, &e), &e);
	return l;
}
