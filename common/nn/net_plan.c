#include "common/nn/net_plan.h"

#include <stdio.h>
#include <string.h>

#include "common/base/str.h"

/* What the next layer sees. */
struct cursor {
	int h, w, c;   /* before the first dense layer */
	int units;     /* after it; 0 before */
	size_t offset; /* in the parameter block */
};

static int check_layer(const struct net_layer *l, int i, struct err *e)
{
	if (!l->name || !str_is_name(l->name, NET_NAME_MAX - 1))
		return err_set(e, E_INVALID, "layer %d: its name must be 1 to %d letters, digits, '.', '_' or '-'", i,
		               NET_NAME_MAX - 1);
	if (l->out < 1 || l->out > NET_SIDE_MAX)
		return err_set(e, E_INVALID, "layer '%s': %d outputs, accepted are 1 to %d", l->name, l->out,
		               NET_SIDE_MAX);
	return 0;
}

/* Tensor i: `layer`.`part`, at the offset, which moves past it. */
static void add_tensor(struct net *net, int i, const char *layer, const char *part, int rank,
                       const int dims[4], size_t *offset)
{
	struct net_tensor *t = &net->tensors[i];

	snprintf(t->name, sizeof(t->name), "%s.%s", layer, part);
	t->rank = rank;
	t->offset = *offset;
	t->count = 1;
	for (int d = 0; d < rank; d++) {
		t->dims[d] = dims[d];
		t->count *= (size_t)dims[d];
	}
	*offset += t->count;
}

static int plan_conv(struct net *net, int i, const struct net_layer *l, struct cursor *at, struct err *e)
{
	struct net_stage *st = &net->stages[i];

	if (at->units)
		return err_set(e, E_INVALID, "layer '%s': a convolution cannot follow a dense layer", l->name);
	if (l->kernel < 1 || l->kernel >= at->h || l->kernel >= at->w)
		return err_set(
		    e, E_INVALID,
		    "layer '%s': kernel %d does not fit its %d x %d input; accepted is 1 to %d, smaller than both",
		    l->name, l->kernel, at->h, at->w, NET_SIDE_MAX);
	st->conv = (struct conv_shape){at->h, at->w, at->c, l->out, l->kernel};
	st->kernels = conv_kernels_for(&st->conv, i > 0, NULL);
	add_tensor(net, 2 * i, l->name, "weight", 4, (int[4]){l->out, at->c, l->kernel, l->kernel}, &at->offset);
	at->h = conv_pooled_h(&st->conv);
	at->w = conv_pooled_w(&st->conv);
	at->c = l->out;
	st->out_count = (size_t)at->h * (size_t)at->w * (size_t)at->c;
	return 0;
}

static int plan_dense(struct net *net, int i, const struct net_layer *l, struct cursor *at, struct err *e)
{
	struct net_stage *st = &net->stages[i];
	size_t in = at->units ? (size_t)at->units : (size_t)at->h * (size_t)at->w * (size_t)at->c;

	if (in > NET_PARAMS_MAX / NET_SIDE_MAX)
		return err_set(e, E_LIMIT, "layer '%s': %zu inputs, accepted are %zu", l->name, in,
		               NET_PARAMS_MAX / NET_SIDE_MAX);
	st->dense = (struct dense_shape){(int)in, l->out, l->kind == NET_DENSE_RELU};
	add_tensor(net, 2 * i, l->name, "weight", 2, (int[4]){l->out, (int)in}, &at->offset);
	at->units = l->out;
	st->out_count = (size_t)l->out;
	return 0;
}

static int plan_layer(struct net *net, int i, const struct net_layer *l, struct cursor *at, struct err *e)
{
	struct net_stage *st = &net->stages[i];
	int rc = check_layer(l, i, e);

	if (rc)
		return rc;
	for (int j = 0; j < i; j++)
		if (strcmp(net->stages[j].name, l->name) == 0)
			return err_set(e, E_INVALID, "layer %d: '%s' is the name of layer %d already", i, l->name, j);
	st->kind = l->kind;
	snprintf(st->name, sizeof(st->name), "%s", l->name);
	st->weight = at->offset;
	switch (l->kind) {
	case NET_CONV_POOL:
		rc = plan_conv(net, i, l, at, e);
		break;
	case NET_DENSE_RELU:
	case NET_DENSE:
		rc = plan_dense(net, i, l, at, e);
		break;
	default:
		rc = err_set(e, E_INVALID, "layer '%s': no kind %d", l->name, (int)l->kind);
	}
	if (rc)
		return rc;
	st->bias = at->offset;
	add_tensor(net, 2 * i + 1, l->name, "bias", 1, (int[4]){l->out}, &at->offset);
	if (at->offset > NET_PARAMS_MAX)
		return err_set(e, E_LIMIT, "layer '%s': the network has over %zu parameters", l->name,
		               NET_PARAMS_MAX);
	return 0;
}

int net_plan(struct net *net, const struct net_spec *spec, struct err *e)
{
	struct cursor at = {.h = spec->height, .w = spec->width, .c = spec->channels};

	if (at.h < 1 || at.w < 1 || at.c < 1 || at.h > NET_SIDE_MAX || at.w > NET_SIDE_MAX || at.c > NET_SIDE_MAX)
		return err_set(e, E_INVALID, "network input is %d x %d x %d, each must be 1 to %d", at.c, at.h, at.w,
		               NET_SIDE_MAX);
	if (spec->count < 1 || spec->count > NET_LAYERS_MAX)
		return err_set(e, E_INVALID, "network has %d layers, accepted are 1 to %d", spec->count,
		               NET_LAYERS_MAX);
	if (spec->layers[spec->count - 1].kind != NET_DENSE)
		return err_set(e, E_INVALID, "the network's last layer must be dense without ReLU");
	net->channels = at.c;
	net->height = at.h;
	net->width = at.w;
	net->count = spec->count;
	for (int i = 0; i < spec->count; i++) {
		int rc = plan_layer(net, i, &spec->layers[i], &at, e);

		if (rc)
			return rc;
	}
	net->params = at.offset;
	return 0;
}

/* Hands out the next `count` floats, from a 64-byte boundary. */
static float *take(float *block, size_t *used, size_t count)
{
	float *p = block ? block + *used : NULL;

	*used += (count + 15) / 16 * 16;
	return p;
}

size_t net_lay_out(struct net *net, float *block)
{
	size_t used = 0, work = 0, batch = (size_t)net->batch_max, flat = 0;
	size_t input = (size_t)net->channels * (size_t)net->height * (size_t)net->width;

	for (int i = 0; i < net->count; i++) {
		struct net_stage *st = &net->stages[i];

		st->y = take(block, &used, batch * st->out_count);
		st->dy = take(block, &used, batch * st->out_count);
		if (st->kind != NET_CONV_POOL)
			continue;
		st->arg = (int32_t *)take(block, &used, batch * st->out_count);
		flat = st->out_count;
		if (conv_work_floats(&st->conv) > work)
			work = conv_work_floats(&st->conv);
	}
	net->conv_work = take(block, &used, work);
	if (flat) {
		net->flat = take(block, &used, batch * flat);
		net->dflat = take(block, &used, batch * flat);
	}
	if (net->channels > 1 && net->stages[0].kind == NET_CONV_POOL)
		net->input = take(block, &used, batch * input);
	return used;
}
