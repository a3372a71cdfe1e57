/* Weights of a convolution between PyTorch's order [oc][ic][k][k] and the orders the kernels read. */
#ifndef NN_CONV_PACK_H
#define NN_CONV_PACK_H

#include "common/nn/conv.h"

/* [oc/block][k][k][ic][block]; oc is a multiple of block. */
void conv_pack_blocks(const struct conv_shape *s, const float *w, int block, float *out);
/* [oc][k][k][ic] */
void conv_pack_ohwi(const struct conv_shape *s, const float *w, float *out);

void conv_unpack_blocks(const struct conv_shape *s, const float *packed, int block, float *w);
void conv_unpack_ohwi(const struct conv_shape *s, const float *packed, float *w);

#endif
