/* Inside of struct net: the layers with their shapes, and where each one's numbers live. */
#ifndef NN_NET_PLAN_H
#define NN_NET_PLAN_H

#include "common/nn/conv.h"
#include "common/nn/dense.h"
#include "common/nn/net.h"

struct net_stage {
	enum net_kind kind;
	char name[NET_NAME_MAX];
	size_t weight, bias;    /* offsets in the parameter block */
	size_t out_count;       /* numbers in one output */
	struct conv_shape conv; /* NET_CONV_POOL */
	const struct conv_kernels *kernels;
	struct dense_shape dense; /* the others */
	float *y, *dy;            /* [batch_max][out_count]: output and its gradient */
	int32_t *arg;             /* NET_CONV_POOL: winners, as y */
};

struct net {
	int batch_max;
	int channels, height, width;
	int count;
	struct net_stage stages[NET_LAYERS_MAX];
	struct net_tensor tensors[2 * NET_LAYERS_MAX];
	size_t params;
	float *input; /* channels-last copy of x; NULL with one channel */
	float *flat;  /* output of the last convolution block in channels-first order, as dense layers read it */
	float *dflat; /* its gradient */
	float *conv_work; /* shared by the convolutions */
	float *block;     /* the one allocation that all of the above points into */
};

/* Shapes, offsets and names; no memory. */
int net_plan(struct net *net, const struct net_spec *spec, struct err *e) MUST_CHECK;
/* Floats of workspace; with `block` also points everything into it. */
size_t net_lay_out(struct net *net, float *block);

#endif
