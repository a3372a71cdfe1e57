/* The perception network against what PyTorch computes in double precision: forward, loss, gradients and
 * both optimisers. tests/reference/nn_reference.py makes the numbers and says how inputs are drawn. */
#include <string.h>

#include "common/base/file.h"
#include "common/base/json.h"
#include "common/nn/net.h"
#include "common/nn/optim.h"
#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

#define BATCH     4
#define STEPS     3
#define KEPT_MAX  17 /* numbers that the dump keeps of a tensor */
#define TOLERANCE 1e-5

static const float scales[] = {0.25f, 0.125f, 0.125f, 0.125f}; /* of each layer's parameters */

struct fixture {
	json_t *dump;
	struct net *net;
	float *w, *g, *m, *v, *x;
	uint8_t labels[BATCH];
};

/* Number i of the sequence that both sides draw from. */
static float number(size_t i)
{
	uint32_t h = (uint32_t)i * 2654435761u;

	h = (h ^ h >> 15) * 2246822519u;
	h ^= h >> 13;
	return (float)(h >> 8) / 8388608.0f - 1;
}

static void fixture_init(struct fixture *f)
{
	struct err e = ERR_INIT;
	struct buf text = {0};
	double labels[BATCH];

	ck_ok(file_read("tests/reference/nn_reference.json", 1 << 20, &text, &e), &e);
	ck_ok(json_parse((const char *)text.data, text.len, &f->dump, &e), &e);
	buf_release(&text);
	ck_ok(net_new(&oracle_product, BATCH, &f->net, &e), &e);
	f->w = mem_floats(net_param_count(f->net));
	f->g = mem_floats(net_param_count(f->net));
	f->m = mem_floats(net_param_count(f->net));
	f->v = mem_floats(net_param_count(f->net));
	f->x = mem_floats(BATCH * net_input_count(f->net));
	for (int i = 0; i < net_tensor_count(f->net); i++)
		for (size_t j = 0; j < net_tensor(f->net, i)->count; j++) {
			size_t at = net_tensor(f->net, i)->offset + j;

			f->w[at] = number(at) * scales[i / 2];
		}
	for (size_t i = 0; i < BATCH * net_input_count(f->net); i++)
		f->x[i] = (number(1000000 + i) + 1) / 2;
	ck_ok(json_get_doubles(f->dump, "labels", BATCH, labels, &e), &e);
	for (int b = 0; b < BATCH; b++)
		f->labels[b] = (uint8_t)labels[b];
}

static void fixture_release(struct fixture *f)
{
	json_decref(f->dump);
	net_free(f->net);
	free(f->w);
	free(f->g);
	free(f->m);
	free(f->v);
	free(f->x);
}

/* The numbers kept of `n` under `field` against v. */
static void check_kept(const json_t *object, const char *field, const float *v, size_t n)
{
	struct err e = ERR_INIT;
	size_t stride = 1 + n / 16, kept = (n + stride - 1) / stride;
	double want[KEPT_MAX];

	ck_assert_uint_le(kept, KEPT_MAX);
	ck_ok(json_get_doubles(object, field, kept, want, &e), &e);
	for (size_t i = 0; i < kept; i++)
		oracle_near(field, i * stride, (double)v[i * stride], want[i], TOLERANCE);
}

static void check_block(const struct fixture *f, const json_t *object, const float *block)
{
	for (int i = 0; i < net_tensor_count(f->net); i++) {
		const struct net_tensor *t = net_tensor(f->net, i);

		check_kept(object, t->name, block + t->offset, t->count);
	}
}

START_TEST(forward_and_gradients)
{
	struct fixture f;
	struct err e = ERR_INIT;
	struct net_step step;
	float logits[BATCH * 10];
	double want[BATCH * 10];
	const float *embedding;
	int width;

	fixture_init(&f);
	ck_ok(net_forward(f.net, f.w, f.x, BATCH, logits, &e), &e);
	ck_ok(json_get_doubles(f.dump, "logits", BATCH * 10, want, &e), &e);
	for (size_t i = 0; i < BATCH * 10; i++)
		oracle_near("logits", i, (double)logits[i], want[i], TOLERANCE);
	embedding = net_activation(f.net, "fc1", &width);
	check_kept(f.dump, "embedding", embedding, (size_t)(BATCH * width));
	ck_ok(net_train_step(f.net, f.w, f.g, f.x, f.labels, BATCH, &step, &e), &e);
	ck_ok(json_get_double(f.dump, "loss", 0, 100, want, &e), &e);
	oracle_near("loss", 0, step.loss, want[0], TOLERANCE);
	check_block(&f, json_object_get(f.dump, "gradients"), f.g);
	fixture_release(&f);
}
END_TEST

static void update_sgd(struct fixture *f, unsigned long t)
{
	const struct sgd sgd = {.rate = 0.05f, .momentum = 0.9f, .weight_decay = 0.01f};

	(void)t;
	sgd_step(&sgd, f->w, f->g, f->v, net_param_count(f->net));
}

static void update_adam(struct fixture *f, unsigned long t)
{
	const struct adam adam = {
	    .rate = 0.001f, .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 0.001f, .weight_decay = 0.01f};

	adam_step(&adam, t, f->w, f->g, f->m, f->v, net_param_count(f->net));
}

static void check_training(const char *name, void (*update)(struct fixture *f, unsigned long t))
{
	struct fixture f;
	struct err e = ERR_INIT;
	struct net_step step;
	const json_t *want;
	double losses[STEPS];

	fixture_init(&f);
	want = json_object_get(f.dump, name);
	ck_ok(json_get_doubles(want, "losses", STEPS, losses, &e), &e);
	for (size_t i = 0; i < STEPS; i++) {
		ck_ok(net_train_step(f.net, f.w, f.g, f.x, f.labels, BATCH, &step, &e), &e);
		oracle_near("loss", i, step.loss, losses[i], TOLERANCE);
		update(&f, i + 1);
	}
	check_block(&f, json_object_get(want, "parameters"), f.w);
	fixture_release(&f);
}

START_TEST(training_with_sgd)
{
	check_training("sgd", update_sgd);
}
END_TEST

START_TEST(training_with_adam)
{
	check_training("adam", update_adam);
}
END_TEST

SUITE("nn/reference", forward_and_gradients, training_with_sgd, training_with_adam)
