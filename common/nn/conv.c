#include "common/nn/conv.h"

#include <string.h>

#include "common/base/mem.h"

const struct conv_kernels *conv_kernels_for(const struct conv_shape *s, bool need_dx, const char *name)
{
	static const struct conv_kernels *const fastest_first[] = {
#if defined(__x86_64__)
		&conv_avx512,
		&conv_avx2,
#endif
		&conv_portable,
	};

	for (size_t i = 0; i < ARRAY_LEN(fastest_first); i++) {
		const struct conv_kernels *k = fastest_first[i];

		if (name && strcmp(name, k->name) != 0)
			continue;
		if (k->runs_here() && k->fits(s, need_dx))
			return k;
	}
	return NULL;
}

/* The most that any of the kernels lays out: the weights and their gradient, both packed; a group's gated
 * gradients; for each of the four places in each pool a list of the channels it won (two words each). */
size_t conv_work_floats(const struct conv_shape *s)
{
	size_t weights = (size_t)s->oc * (size_t)s->ic * (size_t)s->k * (size_t)s->k;
	size_t positions = (size_t)conv_pooled_h(s) * (size_t)conv_pooled_w(s);

	return 2 * weights + (CONV_GROUP + 8) * positions * (size_t)s->oc + 4 * positions;
}
