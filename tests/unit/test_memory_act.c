#include "common/module/memory.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/module/perception.h"
#include "common/module/session_store.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

static struct session_store *store;
static struct dataset data;
static void *eyes, *memory;

static void make(void)
{
	float *p = mem_floats(PERCEPTION_PARAMS), *q = mem_floats(module_memory.layout()->floats);
	struct err e = ERR_INIT;

	store = session_store_new((struct session_limits){.sessions_max = 4, .items_max = 5});
	data = images_make(20, 3);
	module_perception.init(p, 1);
	ck_ok(module_perception.open(p, NULL, &eyes, &e), &e);
	ck_ok(module_memory.open(q, p, &memory, &e), &e);
	free(p);
	free(q);
}

static void drop(void)
{
	module_perception.close(eyes);
	module_memory.close(memory);
	session_store_free(store);
	dataset_release(&data);
}

/* Sends image i (none if negative) and returns the answer's `memory`; `a` is released by the caller. */
static json_t *send(int i, const char *session, uint64_t version, struct act *a)
{
	struct err e = ERR_INIT;

	act_init(a);
	a->session = session;
	a->sessions = store;
	a->version = version;
	a->has_image = i >= 0;
	if (i >= 0)
		memcpy(a->image, dataset_image(&data, (size_t)i), IMAGE_PIXELS);
	ck_ok(module_perception.act(eyes, a, &e), &e);
	ck_ok(module_memory.act(memory, a, &e), &e);
	return json_object_get(a->answer, "memory");
}

static long long number_of(json_t *list, size_t i)
{
	return json_integer_value(json_object_get(json_array_get(list, i), "number"));
}

START_TEST(the_most_alike_come_first)
{
	struct act a;
	json_t *list;

	make();
	for (int i = 0; i < 5; i++) {
		send(i, "s", 1, &a);
		act_release(&a);
	}
	list = send(3, "s", 1, &a);
	ck_assert_uint_eq(json_array_size(list), 3); /* no prototypes in an untrained memory */
	ck_assert_int_eq(number_of(list, 0), 4);
	for (size_t i = 0; i + 1 < 3; i++)
		ck_assert_double_ge(json_real_value(json_object_get(json_array_get(list, i), "similarity")),
		                    json_real_value(json_object_get(json_array_get(list, i + 1), "similarity")));
	act_release(&a);
	drop();
}
END_TEST

START_TEST(sessions_do_not_see_each_other)
{
	struct act a;

	make();
	send(0, "s", 1, &a);
	act_release(&a);
	ck_assert_uint_eq(json_array_size(send(0, "t", 1, &a)), 0);
	act_release(&a);
	ck_assert_uint_eq(json_array_size(send(0, NULL, 1, &a)), 0);
	act_release(&a);
	ck_assert_uint_eq(session_store_count(store), 2);
	drop();
}
END_TEST

START_TEST(old_items_are_embedded_again_for_a_new_version)
{
	struct session_item *item;
	struct act a;
	float before[EMBEDDING_DIM];

	make();
	send(0, "s", 1, &a);
	act_release(&a);
	item = session_item(session_find(store, "s"), 0);
	memcpy(before, item->embedding, sizeof(before));
	memset(item->embedding, 0, sizeof(item->embedding)); /* as if from another space */
	item->version = 0;
	ck_assert_double_gt(
	    json_real_value(json_object_get(json_array_get(send(0, "s", 1, &a), 0), "similarity")), 0.999);
	act_release(&a);
	item = session_item(session_find(store, "s"), 0);
	ck_assert_uint_eq(item->version, 1);
	for (int i = 0; i < EMBEDDING_DIM; i++)
		ck_assert_float_eq_tol(item->embedding[i], before[i], 1e-6f);
	drop();
}
END_TEST

START_TEST(text_alone_recalls_the_latest)
{
	struct act a;
	json_t *list;

	make();
	list = send(-1, "s", 1, &a);
	ck_assert_uint_eq(json_array_size(list), 0);
	ck_assert_str_eq(buf_cstr(&a.reply), "You have not shown me anything yet.");
	act_release(&a);
	for (int i = 0; i < 7; i++) {
		send(i, "s", 1, &a);
		act_release(&a);
	}
	list = send(-1, "s", 1, &a);
	ck_assert_uint_eq(json_array_size(list), 3);
	ck_assert_int_eq(number_of(list, 0), 7);
	ck_assert_int_eq(number_of(list, 2), 5);
	ck_assert_msg(strstr(buf_cstr(&a.reply), "and more before.") != NULL, "%s", buf_cstr(&a.reply));
	act_release(&a);
	drop();
}
END_TEST

SUITE("module/memory_act", the_most_alike_come_first, sessions_do_not_see_each_other,
      old_items_are_embedded_again_for_a_new_version, text_alone_recalls_the_latest)
