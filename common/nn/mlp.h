/* A multilayer perceptron over one flat block of parameters: dense layers with an activation each.
 *
 * The block holds, layer by layer, weight [out][in] and bias [out], as PyTorch's nn.Linear. Gradients are a
 * block of the same shape. A struct mlp holds shapes and the activations of its last forward pass, no
 * parameters: one serves any number of blocks, one thread at a time. Only mlp_init() allocates. On one
 * machine the same calls give the same bits. What is not finite stays so; it is for the caller to look. */
#ifndef NN_MLP_H
#define NN_MLP_H

#include <stddef.h>

#include "common/base/err.h"
#include "common/base/rng.h"

#define MLP_LAYERS_MAX 6
#define MLP_SIDE_MAX   4096 /* inputs or units of a layer */
#define MLP_BATCH_MAX  65536

enum mlp_act { MLP_LINEAR, MLP_RELU, MLP_TANH, MLP_MISH };

struct mlp_spec {
	int in;
	int layers;              /* 1 to MLP_LAYERS_MAX */
	int out[MLP_LAYERS_MAX]; /* units of each */
	enum mlp_act hidden;     /* of all layers but the last */
	enum mlp_act last;
};

struct mlp_layer {
	int in, out;
	enum mlp_act act;
	size_t weight, bias; /* offsets in the parameter block */
	float *z, *y;        /* [batch_max][out]: before and after the activation; the same unless it is Mish */
};

struct mlp {
	int in, count, batch_max;
	struct mlp_layer layers[MLP_LAYERS_MAX];
	size_t params; /* numbers in a parameter block */
	float *d[2];   /* [batch_max][widest]: gradients on their way back */
	float *block;  /* the one allocation behind all of it */
};

/* E_INVALID or E_LIMIT names what is wrong. */
int mlp_init(struct mlp *m, const struct mlp_spec *spec, int batch_max, struct err *e) MUST_CHECK;
void mlp_release(struct mlp *m);

/* PyTorch's default: weights and biases uniform within 1 / sqrt(fan-in). */
void mlp_draw(const struct mlp *m, float *params, struct rng *rng);

/* x [batch][in] to the last layer's output [batch][out], valid until the next forward pass. */
const float *mlp_forward(struct mlp *m, const float *params, const float *x, int batch);

struct mlp_back {
	const float *x;  /* what mlp_forward() was given, and the batch */
	const float *dy; /* [batch][out]: gradient of the output */
	int batch;
	float *grads; /* a whole block, overwritten; NULL when nobody needs it */
	float *dx;    /* [batch][dx_count], overwritten: gradient of dx_count inputs from dx_from on; or NULL */
	int dx_from, dx_count;
};

/* After mlp_forward() with the same parameters and batch. */
void mlp_backward(struct mlp *m, const float *params, const struct mlp_back *b);

#endif
