#include "common/nn/net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/nn/net_plan.h"

int net_new(const struct net_spec *spec, int batch_max, struct net **out, struct err *e)
{
	struct net *net;
	size_t need;
	int rc;

	*out = NULL;
	if (batch_max < 1 || batch_max > NET_SIDE_MAX)
		return err_set(e, E_INVALID, "batch of %d, accepted are 1 to %d", batch_max, NET_SIDE_MAX);
	net = mem_zalloc(sizeof(*net));
	net->batch_max = batch_max;
	rc = net_plan(net, spec, e);
	if (rc)
		goto fail;
	need = net_lay_out(net, NULL);
	if (need > NET_WORK_MAX) {
		rc = err_set(e, E_LIMIT, "network needs %zu numbers of workspace for a batch of %d, accepted are %zu",
		             need, batch_max, NET_WORK_MAX);
		goto fail;
	}
	net->block = mem_floats(need);
	net_lay_out(net, net->block);
	*out = net;
	return 0;
fail:
	free(net);
	return rc;
}

void net_free(struct net *net)
{
	if (!net)
		return;
	free(net->block);
	free(net);
}

size_t net_param_count(const struct net *net)
{
	return net->params;
}

int net_tensor_count(const struct net *net)
{
	return 2 * net->count;
}

const struct net_tensor *net_tensor(const struct net *net, int i)
{
	return &net->tensors[i];
}

int net_classes(const struct net *net)
{
	return net->stages[net->count - 1].dense.out;
}

size_t net_input_count(const struct net *net)
{
	return (size_t)net->channels * (size_t)net->height * (size_t)net->width;
}

int net_batch_max(const struct net *net)
{
	return net->batch_max;
}

void net_init(const struct net *net, float *params, struct rng *rng)
{
	for (int i = 0; i < net->count; i++) {
		const struct net_tensor *w = &net->tensors[2 * i], *b = w + 1;
		double gain = net->stages[i].kind == NET_DENSE ? 1 : 2;
		double sd = sqrt(gain * w->dims[0] / (double)w->count);

		for (size_t j = 0; j < w->count; j++)
			params[w->offset + j] = (float)(sd * rng_normal(rng));
		memset(params + b->offset, 0, b->count * sizeof(*params));
	}
}

const float *net_activation(const struct net *net, const char *name, int *width)
{
	for (int i = 0; i < net->count; i++)
		if (strcmp(net->stages[i].name, name) == 0) {
			*width = (int)net->stages[i].out_count;
			return net->stages[i].y;
		}
	return NULL;
}

int net_use_kernels(struct net *net, const char *name, struct err *e)
{
	const struct conv_kernels *chosen[NET_LAYERS_MAX] = {NULL};

	for (int i = 0; i < net->count; i++) {
		const struct net_stage *st = &net->stages[i];

		if (st->kind != NET_CONV_POOL)
			continue;
		chosen[i] = conv_kernels_for(&st->conv, i > 0, name);
		if (!chosen[i])
			return err_set(e, E_UNAVAILABLE, "layer '%s': no '%s' kernels for it on this processor", st->name,
			               name);
	}
	for (int i = 0; i < net->count; i++)
		net->stages[i].kernels = chosen[i];
	return 0;
}

const char *net_kernels(const struct net *net)
{
	const struct net_stage *first = &net->stages[0];

	return first->kind == NET_CONV_POOL ? first->kernels->name : "";
}
