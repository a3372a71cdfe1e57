#include "common/nn/conv_pack.h"

void conv_pack_blocks(const struct conv_shape *s, const float *w, int block, float *out)
{
	int taps = s->k * s->k;

	for (int first = 0; first < s->oc; first += block)
		for (int t = 0; t < taps; t++)
			for (int i = 0; i < s->ic; i++)
				for (int o = 0; o < block; o++)
					*out++ = w[((first + o) * s->ic + i) * taps + t];
}

void conv_unpack_blocks(const struct conv_shape *s, const float *packed, int block, float *w)
{
	int taps = s->k * s->k;

	for (int first = 0; first < s->oc; first += block)
		for (int t = 0; t < taps; t++)
			for (int i = 0; i < s->ic; i++)
				for (int o = 0; o < block; o++)
					w[((first + o) * s->ic + i) * taps + t] = *packed++;
}

void conv_pack_ohwi(const struct conv_shape *s, const float *w, float *out)
{
	int taps = s->k * s->k;

	for (int o = 0; o < s->oc; o++)
		for (int t = 0; t < taps; t++)
			for (int i = 0; i < s->ic; i++)
				*out++ = w[(o * s->ic + i) * taps + t];
}

void conv_unpack_ohwi(const struct conv_shape *s, const float *packed, float *w)
{
	int taps = s->k * s->k;

	for (int o = 0; o < s->oc; o++)
		for (int t = 0; t < taps; t++)
			for (int i = 0; i < s->ic; i++)
				w[(o * s->ic + i) * taps + t] = *packed++;
}
