#include "common/module/perception.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/nn/loss.h"
#include "common/nn/net.h"

#define EMBEDDING_LAYER "fc1"
#define TOP             3

/* Mean and deviation of Fashion-MNIST's training pixels, scaled to 0..1. Other members of the family do as
 * well with them. */
#define PIXEL_MEAN      0.2860f
#define PIXEL_DEVIATION 0.3530f

static const struct tensor_spec tensors[] = {
    {"conv1.weight", 4, {16, 1, 5, 5}, 0},
    {"conv1.bias", 1, {16}, 400},
    {"conv2.weight", 4, {32, 16, 5, 5}, 416},
    {"conv2.bias", 1, {32}, 13216},
    {"fc1.weight", 2, {128, 512}, 13248},
    {"fc1.bias", 1, {128}, 78784},
    {"fc2.weight", 2, {DATASET_CLASSES, 128}, 78912},
    {"fc2.bias", 1, {DATASET_CLASSES}, 80192},
};

static const struct tensor_layout layout = {tensors, ARRAY_LEN(tensors), PERCEPTION_PARAMS};

static const char *const class_names[DATASET_CLASSES] = {
    "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"};

const char *perception_class(int label)
{
	return class_names[label];
}

struct net *perception_net(int batch_max)
{
	static const struct net_layer layers[] = {
	    {NET_CONV_POOL, "conv1", 16, 5},
	    {NET_CONV_POOL, "conv2", 32, 5},
	    {NET_DENSE_RELU, EMBEDDING_LAYER, EMBEDDING_DIM, 0},
	    {NET_DENSE, "fc2", DATASET_CLASSES, 0},
	};
	static const struct net_spec spec = {1, IMAGE_SIDE, IMAGE_SIDE, layers, ARRAY_LEN(layers)};
	struct net *net;

	if (net_new(&spec, batch_max, &net, NULL))
		abort();
	return net;
}

void perception_input(const uint8_t *image, float *out)
{
	const float scale = 1 / (255 * PIXEL_DEVIATION), shift = PIXEL_MEAN / PIXEL_DEVIATION;

	for (int i = 0; i < IMAGE_PIXELS; i++)
		out[i] = (float)image[i] * scale - shift;
}

struct embedder {
	struct net *net;
	float *params;
	float *x; /* EMBEDDER_BATCH inputs */
};

struct embedder *embedder_new(const float *params)
{
	struct embedder *m = mem_zalloc(sizeof(*m));

	m->net = perception_net(EMBEDDER_BATCH);
	m->params = mem_floats(PERCEPTION_PARAMS);
	memcpy(m->params, params, PERCEPTION_PARAMS * sizeof(*params));
	m->x = mem_floats((size_t)EMBEDDER_BATCH * IMAGE_PIXELS);
	return m;
}

void embedder_free(struct embedder *m)
{
	if (!m)
		return;
	net_free(m->net);
	free(m->params);
	free(m->x);
	free(m);
}

static bool all_finite(const float *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(v[i]))
			return false;
	return true;
}

int embedder_run(struct embedder *m, const uint8_t *const *images, size_t count, float *embeddings,
                 float *probabilities, struct err *e)
{
	float logits[EMBEDDER_BATCH * DATASET_CLASSES];
	int width, rc;

	for (size_t i = 0; i < count && i < EMBEDDER_BATCH; i++)
		perception_input(images[i], m->x + i * IMAGE_PIXELS);
	rc = net_forward(m->net, m->params, m->x, (int)count, logits, e);
	if (rc)
		return rc;
	if (!all_finite(logits, count * DATASET_CLASSES))
		return err_set(e, E_CORRUPT, "perception answers with numbers that are not finite");
	if (embeddings)
		memcpy(embeddings, net_activation(m->net, EMBEDDING_LAYER, &width),
		       count * EMBEDDING_DIM * sizeof(*embeddings));
	for (size_t i = 0; probabilities && i < count; i++)
		softmax(logits + i * DATASET_CLASSES, DATASET_CLASSES, probabilities + i * DATASET_CLASSES);
	return 0;
}

static const struct tensor_layout *perception_layout(void)
{
	return &layout;
}

static void perception_init(float *params, uint64_t seed)
{
	struct net *net = perception_net(1);
	struct rng r;

	rng_seed(&r, seed, rng_stream("module/perception/init"));
	net_init(net, params, &r);
	net_free(net);
}

static int perception_evaluate(const float *params, const float *needs_params, const struct dataset *data,
                               size_t max_samples, double *metric, struct err *e)
{
	struct embedder *m = embedder_new(params);
	const uint8_t *images[EMBEDDER_BATCH] = {NULL};
	float p[EMBEDDER_BATCH * DATASET_CLASSES];
	size_t total = max_samples && max_samples < data->count ? max_samples : data->count, right = 0;
	int rc = 0;

	(void)needs_params;
	for (size_t at = 0; rc == 0 && at < total; at += EMBEDDER_BATCH) {
		size_t n = total - at < EMBEDDER_BATCH ? total - at : EMBEDDER_BATCH;

		for (size_t i = 0; i < n; i++)
			images[i] = dataset_image(data, at + i);
		rc = embedder_run(m, images, n, NULL, p, e);
		for (size_t i = 0; rc == 0 && i < n; i++)
			right += argmax(p + i * DATASET_CLASSES, DATASET_CLASSES) == data->labels[at + i];
	}
	embedder_free(m);
	*metric = total ? (double)right / (double)total : 0;
	return rc;
}

static int perception_open(const float *params, const float *needs_params, void **state, struct err *e)
{
	(void)needs_params;
	(void)e;
	*state = embedder_new(params);
	return 0;
}

static void perception_close(void *state)
{
	embedder_free(state);
}

/* The TOP likeliest classes, likeliest first. */
static json_t *top_classes(const float *p)
{
	json_t *list = json_array();
	bool taken[DATASET_CLASSES] = {false};

	for (int k = 0; k < TOP; k++) {
		int best = -1;

		for (int i = 0; i < DATASET_CLASSES; i++)
			if (!taken[i] && (best < 0 || p[i] > p[best]))
				best = i;
		taken[best] = true;
		json_array_append_new(
		    list, json_pack("{s:s, s:f}", "label", class_names[best], "confidence", (double)p[best]));
	}
	return list;
}

static int perception_act(void *state, struct act *a, struct err *e)
{
	const uint8_t *image = a->image;
	int label, rc;

	if (!a->has_image)
		return 0;
	rc = embedder_run(state, &image, 1, a->embedding, a->probabilities, e);
	if (rc)
		return rc;
	a->has_perception = true;
	label = argmax(a->probabilities, DATASET_CLASSES);
	json_object_set_new(a->answer, "perception",
	                    json_pack("{s:s, s:i, s:f, s:o}", "label", class_names[label], "class", label,
	                              "confidence", (double)a->probabilities[label], "top",
	                              top_classes(a->probabilities)));
	buf_fmt(&a->reply, "%sThis is %s %s (%.0f%% sure).", a->reply.len ? " " : "",
	        label == 1   ? "a pair of"
	        : label == 9 ? "an"
	                     : "a",
	        class_names[label], 100 * (double)a->probabilities[label]);
	return 0;
}

const struct module_kind module_perception = {
    .name = "perception",
    .architecture = "conv5x5x16-pool-conv5x5x32-pool-dense128-dense10/1",
    .metric = "accuracy",
    .stage = STAGE_TRAINED,
    .layout = perception_layout,
    .init = perception_init,
    .train = perception_train,
    .evaluate = perception_evaluate,
    .open = perception_open,
    .act = perception_act,
    .close = perception_close,
};
