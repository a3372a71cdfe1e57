/* A sequential network over one flat block of parameters.
 *
 * The block holds every tensor in PyTorch's order and shape (`conv1.weight` [out][in][k][k],
 * `fc1.weight` [out][in], ...), one after another, so that averaging, checkpoints and updates are
 * flat loops. Gradients and optimiser state are blocks of the same length; the caller owns them all.
 *
 * A struct net holds the shapes and its own workspace, no parameters: one net serves any number of
 * parameter blocks, but one thread at a time. Nothing after net_new() allocates. On one machine the
 * same calls give the same bits. Batches of different size may round differently in the last bits. */
#ifndef NN_NET_H
#define NN_NET_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/rng.h"

#define NET_LAYERS_MAX 16
#define NET_NAME_MAX   32
#define NET_PARAMS_MAX ((size_t)64 << 20)  /* numbers in a parameter block */
#define NET_WORK_MAX   ((size_t)256 << 20) /* numbers in a workspace */
#define NET_SIDE_MAX   4096                /* rows, columns, channels or units of a layer */

enum net_kind {
	NET_CONV_POOL = 1, /* kernel x kernel convolution, no padding, ReLU, 2 x 2 max-pool */
	NET_DENSE_RELU,
	NET_DENSE,
};

struct net_layer {
	enum net_kind kind;
	const char *name; /* its tensors are NAME.weight and NAME.bias */
	int out;          /* channels or units */
	int kernel;       /* NET_CONV_POOL only */
};

/* Convolution blocks first, then dense layers; the last is NET_DENSE and gives the logits. */
struct net_spec {
	int channels, height, width; /* of the input */
	const struct net_layer *layers;
	int count;
};

struct net_tensor {
	char name[NET_NAME_MAX + 8];
	int rank;
	int dims[4];
	size_t offset; /* first number in the parameter block */
	size_t count;
};

struct net;

/* Copies the spec. `batch_max` is the largest batch of any later call. E_INVALID names the layer that
 * does not fit, E_LIMIT what is too large. */
int net_new(const struct net_spec *spec, int batch_max, struct net **out, struct err *e) MUST_CHECK;
void net_free(struct net *net);

size_t net_param_count(const struct net *net);
int net_tensor_count(const struct net *net);
const struct net_tensor *net_tensor(const struct net *net, int i);
int net_classes(const struct net *net);
size_t net_input_count(const struct net *net); /* numbers in one input: channels * height * width */
int net_batch_max(const struct net *net);

/* He et al. 2015: weights normal with variance 2 / fan-in (1 / fan-in in the last layer), biases 0. */
void net_init(const struct net *net, float *params, struct rng *rng);

/* x [batch][channels][height][width] to logits [batch][classes]. What is not finite in an input or a
 * parameter makes logits that are not finite; it is for the caller to look. */
int net_forward(struct net *net, const float *params, const float *x, int batch, float *logits,
                struct err *e) MUST_CHECK;

/* What layer `name` gave (after its ReLU) in the last net_forward() or net_train_step(): [batch][*width],
 * valid until the next. For a convolution block the width is pooled rows x columns x channels, in that
 * order. NULL if there is no such layer. */
const float *net_activation(const struct net *net, const char *name, int *width);

struct net_step {
	double loss; /* mean cross-entropy of the batch before any update */
	int correct; /* how many of the batch were classified right */
};

/* Forward, loss, backward: writes the whole of grads. Updating is the optimiser's (optim.h).
 * E_INVALID if a label is not a class or the loss is not finite; grads then mean nothing. */
int net_train_step(struct net *net, const float *params, float *grads, const float *x, const uint8_t *labels,
                   int batch, struct net_step *out, struct err *e) MUST_CHECK;

/* Binds the convolutions to one implementation ("portable", "avx2", "avx512") instead of the fastest:
 * for tests and benchmarks. E_UNAVAILABLE if the processor lacks it or a layer's shape does not fit. */
int net_use_kernels(struct net *net, const char *name, struct err *e) MUST_CHECK;
const char *net_kernels(const struct net *net); /* of the first convolution; "" if there is none */

#endif
