#include "common/nn/net.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "common/nn/optim.h"
#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

static const struct net_layer small_layers[] = {
    {NET_CONV_POOL, "a", 8, 5},
    {NET_CONV_POOL, "b", 8, 5},
    {NET_DENSE_RELU, "c", 6, 0},
    {NET_DENSE, "d", 4, 0},
};
static const struct net_spec small = {1, 18, 20, small_layers, ARRAY_LEN(small_layers)};
/* The same with sixteens. */
static const struct net_layer wide_layers[] = {
    {NET_CONV_POOL, "a", 16, 5},
    {NET_CONV_POOL, "b", 32, 5},
    {NET_DENSE_RELU, "c", 6, 0},
    {NET_DENSE, "d", 4, 0},
};
static const struct net_spec wide = {1, 18, 20, wide_layers, ARRAY_LEN(wide_layers)};
/* More than one input channel, another kernel size: portable code throughout. */
static const struct net_layer colour_layers[] = {{NET_CONV_POOL, "a", 3, 2}, {NET_DENSE, "b", 3, 0}};
static const struct net_spec colour = {3, 5, 6, colour_layers, ARRAY_LEN(colour_layers)};
static const struct net_layer plain_layers[] = {{NET_DENSE_RELU, "a", 5, 0}, {NET_DENSE, "b", 3, 0}};
static const struct net_spec plain = {1, 2, 3, plain_layers, ARRAY_LEN(plain_layers)};

#define BATCH 4

/* A network with parameters and a batch of inputs. */
struct fixture {
	const struct net_spec *spec;
	struct net *net;
	size_t params, inputs;
	float *w, *g, *x, *velocity;
	double *w64, *x64;
	uint8_t labels[BATCH];
};

static void fixture_init(struct fixture *f, const struct net_spec *spec)
{
	struct err e = ERR_INIT;
	struct rng rng;

	memset(f, 0, sizeof(*f));
	f->spec = spec;
	ck_ok(net_new(spec, BATCH, &f->net, &e), &e);
	f->params = net_param_count(f->net);
	f->inputs = BATCH * net_input_count(f->net);
	f->w = mem_floats(f->params);
	f->g = mem_floats(f->params);
	f->velocity = mem_floats(f->params);
	f->x = mem_floats(f->inputs);
	f->w64 = mem_array(f->params, sizeof(double));
	f->x64 = mem_array(f->inputs, sizeof(double));
	rng_seed(&rng, suite_seed(), 0);
	net_init(f->net, f->w, &rng);
	for (int i = 1; i < net_tensor_count(f->net); i += 2) {
		const struct net_tensor *bias = net_tensor(f->net, i);

		for (size_t j = 0; j < bias->count; j++)
			f->w[bias->offset + j] = (float)rng_uniform(&rng, -0.2, 0.2);
	}
	for (size_t i = 0; i < f->params; i++)
		f->w64[i] = (double)f->w[i];
	oracle_fill(suite_seed(), f->inputs, f->x, f->x64);
	for (int b = 0; b < BATCH; b++)
		f->labels[b] = (uint8_t)rng_below(&rng, (uint64_t)net_classes(f->net));
}

static void fixture_release(struct fixture *f)
{
	net_free(f->net);
	free(f->w);
	free(f->g);
	free(f->velocity);
	free(f->x);
	free(f->w64);
	free(f->x64);
}

static double loss_of(void *arg)
{
	const struct fixture *f = arg;

	return oracle_net_loss(f->spec, f->w64, f->x64, f->labels, BATCH);
}

static void check_gradients(const struct net_spec *spec, const char *kernels)
{
	struct fixture f;
	struct err e = ERR_INIT;
	struct net_step step;

	fixture_init(&f, spec);
	if (net_use_kernels(f.net, kernels, &e)) {
		fixture_release(&f);
		return;
	}
	ck_ok(net_train_step(f.net, f.w, f.g, f.x, f.labels, BATCH, &step, &e), &e);
	oracle_near("loss", 0, step.loss, loss_of(&f), 1e-5);
	for (int i = 0; i < net_tensor_count(f.net); i++) {
		const struct net_tensor *t = net_tensor(f.net, i);

		for (size_t j = 0; j < t->count; j += 1 + t->count / 12)
			oracle_near(t->name, j, (double)f.g[t->offset + j],
			            oracle_slope(loss_of, &f, &f.w64[t->offset + j]), 1e-5);
	}
	fixture_release(&f);
}

START_TEST(gradients_are_the_oracles_slopes)
{
	check_gradients(&small, "portable");
	check_gradients(&small, "avx2");
	check_gradients(&wide, "avx2");
	check_gradients(&wide, "avx512");
	check_gradients(&colour, "portable");
	check_gradients(&plain, "portable");
}
END_TEST

START_TEST(logits_and_embedding_are_the_oracles)
{
	const struct net_spec *specs[] = {&oracle_product, &small, &colour, &plain};

	for (size_t s = 0; s < ARRAY_LEN(specs); s++) {
		struct fixture f;
		struct err e = ERR_INIT;
		float logits[BATCH * 10];
		double want[10];
		int classes;

		fixture_init(&f, specs[s]);
		classes = net_classes(f.net);
		ck_ok(net_forward(f.net, f.w, f.x, BATCH, logits, &e), &e);
		for (int b = 0; b < BATCH; b++) {
			oracle_net(f.spec, f.w64, f.x64 + (size_t)b * net_input_count(f.net), want);
			for (int i = 0; i < classes; i++)
				oracle_near("logit", (size_t)i, (double)logits[b * classes + i], want[i], 2e-5);
		}
		fixture_release(&f);
	}
}
END_TEST

/* The last layer's logits follow from the activation that net_activation() hands out. */
START_TEST(activation_is_what_the_last_layer_reads)
{
	struct fixture f;
	struct err e = ERR_INIT;
	float logits[BATCH * 10];
	const float *a;
	int width = 0;

	fixture_init(&f, &oracle_product);
	ck_ok(net_forward(f.net, f.w, f.x, BATCH, logits, &e), &e);
	a = net_activation(f.net, "fc1", &width);
	ck_assert_ptr_nonnull(a);
	ck_assert_int_eq(width, 128);
	for (int b = 0; b < BATCH; b++) {
		double sum = f.w64[80192];

		for (int i = 0; i < width; i++) {
			ck_assert(a[b * width + i] >= 0);
			sum += f.w64[78912 + i] * (double)a[b * width + i];
		}
		oracle_near("logit", (size_t)b, (double)logits[b * 10], sum, 2e-5);
	}
	ck_assert_ptr_null(net_activation(f.net, "fc3", &width));
	fixture_release(&f);
}
END_TEST

START_TEST(one_image_gives_what_a_batch_gives)
{
	struct fixture f;
	struct err e = ERR_INIT;
	float all[BATCH * 10], one[10];

	fixture_init(&f, &oracle_product);
	ck_ok(net_forward(f.net, f.w, f.x, BATCH, all, &e), &e);
	for (int b = 0; b < BATCH; b++) {
		ck_ok(net_forward(f.net, f.w, f.x + b * 784, 1, one, &e), &e);
		for (int i = 0; i < 10; i++)
			oracle_near("logit", (size_t)i, (double)one[i], (double)all[b * 10 + i], 1e-5);
	}
	fixture_release(&f);
}
END_TEST

/* Some steps of training; the first and the last loss. */
static void train(struct fixture *f, int steps, struct net_step *first, struct net_step *last)
{
	const struct sgd sgd = {.rate = 0.02f, .momentum = 0.9f, .weight_decay = 1e-4f};
	struct err e = ERR_INIT;

	for (int i = 0; i < steps; i++) {
		ck_ok(net_train_step(f->net, f->w, f->g, f->x, f->labels, BATCH, last, &e), &e);
		if (i == 0)
			*first = *last;
		sgd_step(&sgd, f->w, f->g, f->velocity, f->params);
	}
}

START_TEST(same_seed_same_bits)
{
	struct fixture a, b;
	struct net_step first, last;

	fixture_init(&a, &oracle_product);
	fixture_init(&b, &oracle_product);
	train(&a, 10, &first, &last);
	train(&b, 10, &first, &last);
	ck_assert_mem_eq(a.w, b.w, a.params * sizeof(float));
	fixture_release(&a);
	fixture_release(&b);
}
END_TEST

static void *train_alone(void *arg)
{
	struct net_step first, last;

	train(arg, 20, &first, &last);
	return NULL;
}

/* One net for each thread: neither changes what the other computes. */
START_TEST(threads_do_not_disturb_each_other)
{
	struct fixture f[3];
	pthread_t threads[2];

	for (size_t i = 0; i < ARRAY_LEN(f); i++)
		fixture_init(&f[i], &oracle_product);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, train_alone, &f[i]), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	train_alone(&f[2]);
	ck_assert_mem_eq(f[0].w, f[2].w, f[2].params * sizeof(float));
	ck_assert_mem_eq(f[1].w, f[2].w, f[2].params * sizeof(float));
	for (size_t i = 0; i < ARRAY_LEN(f); i++)
		fixture_release(&f[i]);
}
END_TEST

/* What a request to an agent may carry: logits then show that they mean nothing. */
START_TEST(nan_in_an_input_shows_in_its_logits_alone)
{
	struct fixture f;
	struct err e = ERR_INIT;
	float logits[BATCH * 10];

	fixture_init(&f, &oracle_product);
	f.x[784 + 300] = NAN;
	ck_ok(net_forward(f.net, f.w, f.x, BATCH, logits, &e), &e);
	for (int i = 0; i < BATCH * 10; i++)
		ck_assert(isnan(logits[i]) == (i / 10 == 1));
	fixture_release(&f);
}
END_TEST

START_TEST(training_learns_a_batch_by_heart)
{
	struct fixture f;
	struct net_step first, last;

	fixture_init(&f, &oracle_product);
	train(&f, 60, &first, &last);
	ck_assert_msg(last.loss < 0.05 && last.correct == BATCH, "loss went from %g to %g, %d right", first.loss,
	              last.loss, last.correct);
	fixture_release(&f);
}
END_TEST

START_TEST(a_loss_that_is_not_finite_is_an_error)
{
	struct fixture f;
	struct err e = ERR_INIT;
	struct net_step step;
	const char *kernels[] = {"portable", "avx2", "avx512"};

	fixture_init(&f, &oracle_product);
	for (size_t k = 0; k < ARRAY_LEN(kernels); k++) {
		if (net_use_kernels(f.net, kernels[k], &e))
			continue;
		ck_ok(net_train_step(f.net, f.w, f.g, f.x, f.labels, BATCH, &step, &e), &e);
		for (int i = 0; i < net_tensor_count(f.net); i++) {
			size_t at = net_tensor(f.net, i)->offset;
			float kept = f.w[at];

			f.w[at] = NAN;
			ck_fails(net_train_step(f.net, f.w, f.g, f.x, f.labels, BATCH, &step, &e), E_INVALID, &e,
			         "not finite");
			f.w[at] = kept;
		}
		f.x[400] = INFINITY;
		ck_fails(net_train_step(f.net, f.w, f.g, f.x, f.labels, BATCH, &step, &e), E_INVALID, &e,
		         "not finite");
		f.x[400] = 0;
	}
	fixture_release(&f);
}
END_TEST

START_TEST(bad_batches_and_labels_are_refused)
{
	struct fixture f;
	struct err e = ERR_INIT;
	struct net_step step;
	float logits[10];

	fixture_init(&f, &oracle_product);
	ck_fails(net_forward(f.net, f.w, f.x, 0, logits, &e), E_INVALID, &e, "batch of 0");
	ck_fails(net_forward(f.net, f.w, f.x, BATCH + 1, logits, &e), E_INVALID, &e, "accepts 1 to 4");
	ck_fails(net_train_step(f.net, f.w, f.g, f.x, f.labels, -1, &step, &e), E_INVALID, &e, "batch of -1");
	f.labels[2] = 10;
	ck_fails(net_train_step(f.net, f.w, f.g, f.x, f.labels, BATCH, &step, &e), E_INVALID, &e,
	         "label 2 of the batch is 10, accepted are 0 to 9");
	ck_fails(net_use_kernels(f.net, "cuda", &e), E_UNAVAILABLE, &e, "'conv1': no 'cuda'");
	fixture_release(&f);
}
END_TEST

SUITE("nn/net", gradients_are_the_oracles_slopes, logits_and_embedding_are_the_oracles,
      activation_is_what_the_last_layer_reads, one_image_gives_what_a_batch_gives, same_seed_same_bits,
      threads_do_not_disturb_each_other, nan_in_an_input_shows_in_its_logits_alone,
      training_learns_a_batch_by_heart, a_loss_that_is_not_finite_is_an_error,
      bad_batches_and_labels_are_refused)
