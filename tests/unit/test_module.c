#include "common/module/module.h"

#include <string.h>

#include "common/base/str.h"
#include "tests/support/suite.h"

START_TEST(every_row_of_the_table_is_whole)
{
	for (size_t i = 0; i < module_count; i++) {
		const struct module_kind *k = module_table[i];

		ck_assert(str_is_name(k->name, MODULE_KIND_MAX));
		ck_assert(k->architecture && k->metric && k->layout && k->init && k->train && k->evaluate);
		ck_assert(k->open && k->act && k->close);
		ck_assert_ptr_eq(module_find(k->name), k);
		ck_assert_uint_eq(module_index(k), i);
		if (k->needs) {
			ck_assert_ptr_nonnull(module_find(k->needs));
			ck_assert_uint_lt(module_index(module_find(k->needs)), i);
		}
	}
}
END_TEST

START_TEST(tensors_fill_the_block_without_gap)
{
	for (size_t i = 0; i < module_count; i++) {
		const struct tensor_layout *l = module_table[i]->layout();
		size_t at = 0;

		for (size_t t = 0; t < l->count; t++) {
			size_t n = 1;

			ck_assert_uint_eq(l->specs[t].offset, at);
			for (int d = 0; d < l->specs[t].rank; d++)
				n *= l->specs[t].dims[d];
			at += n;
		}
		ck_assert_uint_eq(at, l->floats);
	}
}
END_TEST

START_TEST(unknown_kinds_are_named)
{
	const struct module_kind *k;
	struct err e = ERR_INIT;

	ck_fails(module_lookup("perceptoin", &k, &e), E_NOT_FOUND, &e,
	         "'perceptoin' is not a kind of module (accepted: perception, memory");
	ck_ok(module_lookup("memory", &k, &e), &e);
	ck_assert_str_eq(k->needs, "perception");
}
END_TEST

SUITE("module/module", every_row_of_the_table_is_whole, tensors_fill_the_block_without_gap,
      unknown_kinds_are_named)
