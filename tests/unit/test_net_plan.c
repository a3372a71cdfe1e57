#include "common/nn/net_plan.h"

#include <string.h>

#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

START_TEST(product_network_has_its_tensors)
{
	static const struct net_tensor want[] = {
	    {"conv1.weight", 4, {16, 1, 5, 5}, 0, 400},      {"conv1.bias", 1, {16}, 400, 16},
	    {"conv2.weight", 4, {32, 16, 5, 5}, 416, 12800}, {"conv2.bias", 1, {32}, 13216, 32},
	    {"fc1.weight", 2, {128, 512}, 13248, 65536},     {"fc1.bias", 1, {128}, 78784, 128},
	    {"fc2.weight", 2, {10, 128}, 78912, 1280},       {"fc2.bias", 1, {10}, 80192, 10},
	};
	struct err e = ERR_INIT;
	struct net *net;

	ck_ok(net_new(&oracle_product, 32, &net, &e), &e);
	ck_assert_uint_eq(net_param_count(net), 80202);
	ck_assert_int_eq(net_classes(net), 10);
	ck_assert_uint_eq(net_input_count(net), 784);
	ck_assert_int_eq(net_batch_max(net), 32);
	ck_assert_int_eq(net_tensor_count(net), (int)ARRAY_LEN(want));
	for (int i = 0; i < net_tensor_count(net); i++) {
		const struct net_tensor *t = net_tensor(net, i);

		ck_assert_str_eq(t->name, want[i].name);
		ck_assert_int_eq(t->rank, want[i].rank);
		ck_assert_mem_eq(t->dims, want[i].dims, sizeof(t->dims));
		ck_assert_uint_eq(t->offset, want[i].offset);
		ck_assert_uint_eq(t->count, want[i].count);
	}
	net_free(net);
}
END_TEST

/* net_new() must refuse this spec with this text. */
static void ck_refused(int side, const struct net_layer *layers, int count, int batch, int code,
                       const char *text)
{
	const struct net_spec spec = {1, side, side, layers, count};
	struct err e = ERR_INIT;
	struct net *net;

	ck_fails(net_new(&spec, batch, &net, &e), code, &e, text);
	ck_assert_ptr_null(net);
}

START_TEST(bad_shapes_are_refused)
{
	struct net_layer l[NET_LAYERS_MAX + 1] = {
	    {NET_CONV_POOL, "a", 4, 5}, {NET_DENSE_RELU, "b", 4, 0}, {NET_DENSE, "c", 4, 0}};

	ck_refused(28, l, 2, 1, E_INVALID, "last layer");
	ck_refused(28, l, 0, 1, E_INVALID, "0 layers, accepted are 1 to 16");
	ck_refused(28, l, NET_LAYERS_MAX + 1, 1, E_INVALID, "17 layers");
	ck_refused(0, l, 3, 1, E_INVALID, "1 x 0 x 0");
	ck_refused(28, l, 3, 0, E_INVALID, "batch of 0");
	ck_refused(5, l, 3, 1, E_INVALID, "layer 'a': kernel 5 does not fit its 5 x 5 input");
	l[1].out = 0;
	ck_refused(28, l, 3, 1, E_INVALID, "layer 'b': 0 outputs");
	l[1] = (struct net_layer){NET_CONV_POOL, "a", 4, 5};
	ck_refused(28, l, 3, 1, E_INVALID, "'a' is the name of layer 0 already");
	l[1].name = "no good";
	ck_refused(28, l, 3, 1, E_INVALID, "layer 1: its name");
	l[1] = (struct net_layer){(enum net_kind)77, "b", 4, 5};
	ck_refused(28, l, 3, 1, E_INVALID, "layer 'b': no kind 77");
	l[0] = (struct net_layer){NET_DENSE, "a", 4, 0};
	l[1] = (struct net_layer){NET_CONV_POOL, "b", 4, 5};
	ck_refused(28, l, 3, 1, E_INVALID, "cannot follow a dense layer");
	l[0] = (struct net_layer){NET_CONV_POOL, "a", 4096, 5};
	l[1] = (struct net_layer){NET_CONV_POOL, "b", 4096, 5};
	ck_refused(28, l, 3, 1, E_LIMIT, "layer 'b': the network has over");
	l[0].out = l[1].out = 64;
	ck_refused(4096, l, 3, 4096, E_LIMIT, "layer 'c'");
	l[1] = (struct net_layer){NET_CONV_POOL, "b", 8, 1000};
	ck_refused(2100, l, 3, 4096, E_LIMIT, "over");
}
END_TEST

SUITE("nn/net_plan", product_network_has_its_tensors, bad_shapes_are_refused)
