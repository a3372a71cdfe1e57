/* The reader of learned policies: its own header's tensors, its notes, and the specification in them. */
#include "cloud/policy/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/learner_file.h"
#include "cloud/policy/learner_spec.h"
#include "common/base/mem.h"
#include "tests/support/fuzz.h"

static bool parse(const uint8_t *data, size_t n)
{
	struct checkpoint c;
	struct learner_spec spec;
	struct actor_shape shape;
	struct actor a = {0};
	bool taken = checkpoint_parse(data, n, &c, NULL) == 0;

	if (!taken)
		return false;
	taken = checkpoint_spec(&c, &spec, &shape, NULL) == 0 && shape.hidden[0] <= 32 && shape.hidden[1] <= 32 &&
	        actor_init(&a, &shape, 1, NULL) == 0;
	if (taken) {
		float *params = mem_floats(a.params);

		taken = checkpoint_actor(&c, &a, params, NULL) == 0;
		free(params);
	}
	actor_release(&a);
	checkpoint_release(&c);
	return taken;
}

static void sample(struct fuzz_samples *s, const char *algorithm)
{
	static const float numbers[64 * 64] = {1, 2, 3};
	struct actor_tensor tensors[ACTOR_TENSORS_MAX];
	struct actor_shape shape = {.gaussian = learner_is_gaussian(algorithm), .hidden = {4, 4}, .steps = 2};
	struct checkpoint c = {0};
	struct learner_spec spec;
	struct buf b = BUF_INIT;
	struct actor a;
	json_t *learner;
	int n;

	if (learner_defaults(algorithm, &spec, NULL))
		abort();
	spec.env.types = 1;
	spec.hidden = 4;
	spec.steps = 2;
	shape.state = env_state_size(&spec.env);
	shape.action = env_action_size(&spec.env);
	if (actor_init(&a, &shape, 1, NULL))
		abort();
	n = actor_tensors(&a, tensors);
	for (int i = 0; i < n; i++) {
		char name[CHECKPOINT_NAME_MAX];

		snprintf(name, sizeof(name), "actor.%.24s", tensors[i].name);
		checkpoint_add(&c, name, numbers, tensors[i].rows, tensors[i].columns);
	}
	learner = learner_spec_json(&spec, &shape);
	checkpoint_print(&c, learner, &b);
	fuzz_sample(s, b.data, b.len);
	json_decref(learner);
	actor_release(&a);
	buf_release(&b);
}

static void samples(struct fuzz_samples *s)
{
	sample(s, "edmsac");
	sample(s, "sac");
}

/* Changes the header and then makes its length right again, so that the change is looked at. */
static void mutate(struct rng *r, struct buf *b)
{
	struct buf head = BUF_INIT;
	uint64_t length;

	memcpy(&length, b->data, sizeof(length));
	buf_append(&head, b->data + 8, length);
	fuzz_mutate(r, &head);
	fuzz_splice(b, 8, length, head.data, head.len);
	length = head.len;
	memcpy(b->data, &length, sizeof(length));
	buf_release(&head);
}

FUZZ_TARGET("checkpoint", parse, samples, mutate)
