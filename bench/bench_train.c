/* The perception network on one core: a full training step (forward, loss, backward, SGD with momentum)
 * at batch 32, and the forward pass of a single image. Prints one JSON line for each. */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/nn/net.h"
#include "common/nn/optim.h"

#define BATCH   32
#define IMAGES  2048
#define ROUNDS  7
#define CLASSES 10

static const struct net_layer layers[] = {
    {NET_CONV_POOL, "conv1", 16, 5},
    {NET_CONV_POOL, "conv2", 32, 5},
    {NET_DENSE_RELU, "fc1", 128, 0},
    {NET_DENSE, "fc2", CLASSES, 0},
};
static const struct net_spec spec = {1, 28, 28, layers, ARRAY_LEN(layers)};

struct setup {
	struct net *net;
	float *params, *grads, *velocity, *images;
	uint8_t labels[IMAGES];
};

static void die(const struct err *e)
{
	fprintf(stderr, "bench_train: %s\n", e->text);
	exit(1);
}

/* Ten random patterns under noise: something to learn, so that as many units are active as in real use. */
static void draw_images(struct setup *s, struct rng *rng)
{
	size_t pixels = net_input_count(s->net);
	float *patterns = mem_floats(CLASSES * pixels);

	for (size_t i = 0; i < CLASSES * pixels; i++)
		patterns[i] = (float)rng_uniform(rng, 0, 1);
	for (size_t i = 0; i < IMAGES; i++) {
		s->labels[i] = (uint8_t)rng_below(rng, CLASSES);
		for (size_t p = 0; p < pixels; p++)
			s->images[i * pixels + p] = patterns[s->labels[i] * pixels + p] + (float)rng_normal(rng);
	}
	free(patterns);
}

static void set_up(struct setup *s)
{
	struct err e = ERR_INIT;
	struct rng rng;

	if (net_new(&spec, BATCH, &s->net, &e))
		die(&e);
	s->params = mem_floats(net_param_count(s->net));
	s->grads = mem_floats(net_param_count(s->net));
	s->velocity = mem_floats(net_param_count(s->net));
	s->images = mem_floats(IMAGES * net_input_count(s->net));
	rng_seed(&rng, 1, 0);
	net_init(s->net, s->params, &rng);
	draw_images(s, &rng);
}

static void tear_down(struct setup *s)
{
	net_free(s->net);
	free(s->params);
	free(s->grads);
	free(s->velocity);
	free(s->images);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Seconds of one pass over all images in batches. */
static double train_pass(struct setup *s)
{
	const struct sgd sgd = {.rate = 0.001f, .momentum = 0.9f};
	struct net_step step;
	struct err e = ERR_INIT;
	int64_t start = clock_mono_us();

	for (size_t at = 0; at < IMAGES; at += BATCH) {
		const float *x = s->images + at * net_input_count(s->net);

		if (net_train_step(s->net, s->params, s->grads, x, s->labels + at, BATCH, &step, &e))
			die(&e);
		sgd_step(&sgd, s->params, s->grads, s->velocity, net_param_count(s->net));
	}
	return (double)(clock_mono_us() - start) * 1e-6;
}

static double infer_pass(struct setup *s)
{
	float logits[CLASSES];
	struct err e = ERR_INIT;
	int64_t start = clock_mono_us();

	for (size_t at = 0; at < IMAGES; at++)
		if (net_forward(s->net, s->params, s->images + at * net_input_count(s->net), 1, logits, &e))
			die(&e);
	return (double)(clock_mono_us() - start) * 1e-6;
}

static double median_of(double (*pass)(struct setup *), struct setup *s)
{
	double seconds[ROUNDS];

	pass(s);
	for (int i = 0; i < ROUNDS; i++)
		seconds[i] = pass(s);
	qsort(seconds, ROUNDS, sizeof(seconds[0]), compare);
	return seconds[ROUNDS / 2];
}

int main(void)
{
	struct setup s;

	set_up(&s);
	printf("{\"bench\":\"train_perception\",\"images_per_s\":%.0f,\"batch\":%d,\"threads\":1,\"kernels\":\"%"
	       "s\"}\n",
	       IMAGES / median_of(train_pass, &s), BATCH, net_kernels(s.net));
	printf("{\"bench\":\"infer_perception\",\"us\":%.1f,\"batch\":1,\"threads\":1,\"kernels\":\"%s\"}\n",
	       median_of(infer_pass, &s) / IMAGES * 1e6, net_kernels(s.net));
	tear_down(&s);
	return 0;
}
