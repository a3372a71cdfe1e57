/* Forward, backward and the training step. */
#include <math.h>
#include <string.h>

#include "common/nn/loss.h"
#include "common/nn/net_plan.h"

/* [batch][rows][columns] to [batch][columns][rows]. */
static void transpose(const float *from, int batch, int rows, int columns, float *to)
{
	for (int b = 0; b < batch; b++, from += rows * columns, to += rows * columns)
		for (int r = 0; r < rows; r++)
			for (int c = 0; c < columns; c++)
				to[c * rows + r] = from[r * columns + c];
}

static int pooled_positions(const struct net_stage *st)
{
	return conv_pooled_h(&st->conv) * conv_pooled_w(&st->conv);
}

/* Is this the last convolution block, whose output the dense layers read channels-first? */
static bool feeds_dense(const struct net *net, int i)
{
	return net->stages[i].kind == NET_CONV_POOL && net->stages[i + 1].kind != NET_CONV_POOL;
}

/* What stage i reads, given the network's input x (already channels-last if the first stage wants so). */
static const float *stage_input(const struct net *net, int i, const float *x)
{
	if (i == 0)
		return x;
	return feeds_dense(net, i - 1) ? net->flat : net->stages[i - 1].y;
}

static struct conv_pass conv_pass(const struct net *net, const struct net_stage *st, const float *params,
                                  const float *x, int batch)
{
	return (struct conv_pass){.shape = &st->conv,
	                          .batch = batch,
	                          .x = x,
	                          .w = params + st->weight,
	                          .bias = params + st->bias,
	                          .y = st->y,
	                          .arg = st->arg,
	                          .work = net->conv_work};
}

static const float *channels_last(struct net *net, const float *x, int batch)
{
	if (!net->input)
		return x;
	transpose(x, batch, net->channels, net->height * net->width, net->input);
	return net->input;
}

static void forward(struct net *net, const float *params, const float *x, int batch)
{
	for (int i = 0; i < net->count; i++) {
		struct net_stage *st = &net->stages[i];
		const float *in = stage_input(net, i, x);

		if (st->kind == NET_CONV_POOL) {
			struct conv_pass p = conv_pass(net, st, params, in, batch);

			st->kernels->forward(&p);
			if (feeds_dense(net, i))
				transpose(st->y, batch, pooled_positions(st), st->conv.oc, net->flat);
		} else {
			dense_forward(&st->dense, batch, in, params + st->weight, params + st->bias, st->y);
		}
	}
}

/* Where the gradient of stage i's input goes: NULL for the network's own input. */
static float *input_gradient(const struct net *net, int i)
{
	if (i == 0)
		return NULL;
	return feeds_dense(net, i - 1) ? net->dflat : net->stages[i - 1].dy;
}

static void backward(struct net *net, const float *params, float *grads, const float *x, int batch)
{
	for (int i = net->count - 1; i >= 0; i--) {
		struct net_stage *st = &net->stages[i];
		const float *in = stage_input(net, i, x);
		float *dx = input_gradient(net, i), *dw = grads + st->weight, *db = grads + st->bias;

		if (st->kind == NET_CONV_POOL) {
			struct conv_pass p = conv_pass(net, st, params, in, batch);
			struct conv_grads g = {st->dy, dw, db, dx};

			if (feeds_dense(net, i))
				transpose(net->dflat, batch, st->conv.oc, pooled_positions(st), st->dy);
			st->kernels->backward(&p, &g);
		} else {
			dense_backward(&st->dense, batch, in, params + st->weight, st->y, st->dy, dw, db, dx);
		}
	}
}

static int check_batch(const struct net *net, int batch, struct err *e)
{
	if (batch < 1 || batch > net->batch_max)
		return err_set(e, E_INVALID, "batch of %d, this network accepts 1 to %d", batch, net->batch_max);
	return 0;
}

int net_forward(struct net *net, const float *params, const float *x, int batch, float *logits, struct err *e)
{
	int rc = check_batch(net, batch, e);

	if (rc)
		return rc;
	forward(net, params, channels_last(net, x, batch), batch);
	memcpy(logits, net->stages[net->count - 1].y, (size_t)(batch * net_classes(net)) * sizeof(*logits));
	return 0;
}

static int check_labels(const struct net *net, const uint8_t *labels, int batch, struct err *e)
{
	for (int b = 0; b < batch; b++)
		if (labels[b] >= net_classes(net))
			return err_set(e, E_INVALID, "label %d of the batch is %d, accepted are 0 to %d", b, labels[b],
			               net_classes(net) - 1);
	return 0;
}

int net_train_step(struct net *net, const float *params, float *grads, const float *x, const uint8_t *labels,
                   int batch, struct net_step *out, struct err *e)
{
	const struct net_stage *last = &net->stages[net->count - 1];
	int rc = check_batch(net, batch, e);

	if (rc)
		return rc;
	rc = check_labels(net, labels, batch, e);
	if (rc)
		return rc;
	x = channels_last(net, x, batch);
	forward(net, params, x, batch);
	out->loss = cross_entropy(last->y, labels, batch, net_classes(net), last->dy, &out->correct);
	if (!isfinite(out->loss))
		return err_set(e, E_INVALID,
		               "the loss is not finite: an input or parameter is, or the rate is too large");
	backward(net, params, grads, x, batch);
	return 0;
}
