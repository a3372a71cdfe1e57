#include "cloud/aggregate/kernels.h"

const struct aggregate_kernels *const aggregate_kernel_table[] = {
    &aggregate_portable,
#if defined(__x86_64__)
    &aggregate_avx2,
    &aggregate_avx512,
#endif
    NULL,
};

const struct aggregate_kernels *aggregate_kernels(void)
{
	static const struct aggregate_kernels *chosen;
	const struct aggregate_kernels *best = __atomic_load_n(&chosen, __ATOMIC_RELAXED);

	if (best)
		return best;
	for (size_t i = 0; aggregate_kernel_table[i]; i++)
		if (aggregate_kernel_table[i]->runs_here())
			best = aggregate_kernel_table[i];
	__atomic_store_n(&chosen, best, __ATOMIC_RELAXED);
	return best;
}
