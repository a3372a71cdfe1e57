#include "common/agent/agent.h"

#include <math.h>
#include <string.h>

#include "common/agent/safetensors.h"
#include "common/module/session_store.h"
#include "tests/support/agents.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

static void show(struct agent *agent, struct session_store *store, const uint8_t *image, struct act *a)
{
	struct err e = ERR_INIT;

	act_init(a);
	a->session = "s1";
	a->sessions = store;
	a->has_image = true;
	memcpy(a->image, image, IMAGE_PIXELS);
	ck_ok(agent_act(agent, a, &e), &e);
}

static json_t *memory_of(const struct act *a, size_t i)
{
	return json_array_get(json_object_get(a->answer, "memory"), i);
}

START_TEST(an_agent_sees_and_remembers)
{
	struct session_store *store = session_store_new(SESSION_LIMITS_DEFAULT);
	struct dataset d = images_make(10, 5);
	struct made_agent made;
	struct err e = ERR_INIT;
	struct agent *agent;
	struct act a;

	made_agent_init(&made, 1, 1);
	ck_ok(agent_load(&made.manifest, made_agent_blob, &made, &agent, &e), &e);
	ck_assert_uint_eq(made.asked, 2);
	show(agent, store, dataset_image(&d, 0), &a);
	ck_assert_uint_eq(a.version, 1);
	ck_assert_ptr_nonnull(
	    json_string_value(json_object_get(json_object_get(a.answer, "perception"), "label")));
	ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(a.answer, "perception"), "top")), 3);
	ck_assert_uint_eq(json_array_size(json_object_get(a.answer, "memory")), 1); /* the prototype only */
	act_release(&a);
	show(agent, store, dataset_image(&d, 0), &a);
	ck_assert_int_eq(json_integer_value(json_object_get(memory_of(&a, 1), "number")), 1);
	ck_assert_double_gt(json_real_value(json_object_get(memory_of(&a, 1), "similarity")), 0.999);
	ck_assert_msg(strstr(buf_cstr(&a.reply), "resembles image 1") != NULL, "%s", buf_cstr(&a.reply));
	act_release(&a);
	agent_unref(agent);
	session_store_free(store);
	dataset_release(&d);
	made_agent_release(&made);
}
END_TEST

START_TEST(memory_survives_a_swap)
{
	struct session_store *store = session_store_new(SESSION_LIMITS_DEFAULT);
	struct dataset d = images_make(10, 5);
	struct made_agent first, second;
	struct agent *old, *new;
	struct err e = ERR_INIT;
	struct act a;

	made_agent_init(&first, 1, 1);
	made_agent_init(&second, 2, 2); /* other weights: another embedding space */
	ck_ok(agent_load(&first.manifest, made_agent_blob, &first, &old, &e), &e);
	ck_ok(agent_load(&second.manifest, made_agent_blob, &second, &new, &e), &e);
	show(old, store, dataset_image(&d, 3), &a);
	act_release(&a);
	agent_unref(old);
	show(new, store, dataset_image(&d, 3), &a);
	ck_assert_double_gt(json_real_value(json_object_get(memory_of(&a, 1), "similarity")), 0.999);
	act_release(&a);
	act_init(&a);
	a.session = "s1";
	a.sessions = store;
	ck_ok(agent_act(new, &a, &e), &e);
	ck_assert_msg(strstr(buf_cstr(&a.reply), "You showed me image 2") != NULL, "%s", buf_cstr(&a.reply));
	act_release(&a);
	agent_unref(new);
	session_store_free(store);
	dataset_release(&d);
	made_agent_release(&first);
	made_agent_release(&second);
}
END_TEST

START_TEST(a_request_keeps_its_agent)
{
	struct dataset d = images_make(1, 5);
	struct made_agent made;
	struct agent *agent, *held;
	struct err e = ERR_INIT;
	struct act a;

	made_agent_init(&made, 4, 1);
	ck_ok(agent_load(&made.manifest, made_agent_blob, &made, &agent, &e), &e);
	held = agent_ref(agent);
	agent_unref(agent);
	show(held, NULL, dataset_image(&d, 0), &a);
	ck_assert_uint_eq(agent_manifest(held)->version, 4);
	act_release(&a);
	agent_unref(held);
	dataset_release(&d);
	made_agent_release(&made);
}
END_TEST

START_TEST(session_names_are_checked)
{
	struct made_agent made;
	struct agent *agent;
	struct err e = ERR_INIT;
	struct act a;

	made_agent_init(&made, 1, 1);
	ck_ok(agent_load(&made.manifest, made_agent_blob, &made, &agent, &e), &e);
	act_init(&a);
	a.session = "no spaces";
	ck_fails(agent_act(agent, &a, &e), E_INVALID, &e, "session 'no spaces' is not a name");
	act_release(&a);
	agent_unref(agent);
	made_agent_release(&made);
}
END_TEST

/* Gives module 0 the blob made from `params`, with a matching digest. */
static void replace_blob(struct made_agent *made, const float *params)
{
	struct manifest_module *x = &made->manifest.modules[0];

	buf_clear(&made->blobs[0]);
	safetensors_write(x->kind->layout(), params, NULL, 0, &made->blobs[0]);
	x->digest = digest_of(made->blobs[0].data, made->blobs[0].len);
	x->size = made->blobs[0].len;
}

START_TEST(bad_bundles_are_refused)
{
	struct made_agent made;
	struct agent *agent;
	struct err e = ERR_INIT;
	float *params;

	made_agent_init(&made, 1, 1);
	made.blobs[1].data[made.blobs[1].len - 1] ^= 1;
	ck_fails(agent_load(&made.manifest, made_agent_blob, &made, &agent, &e), E_CORRUPT, &e,
	         "agent 'scout' version 1: module 'memory': blob fails its digest");
	ck_assert_ptr_null(agent);
	made.blobs[1].len--;
	ck_fails(agent_load(&made.manifest, made_agent_blob, &made, &agent, &e), E_CORRUPT, &e,
	         "the manifest says");
	params = mem_floats(made.manifest.modules[0].kind->layout()->floats);
	params[17] = NAN;
	replace_blob(&made, params);
	ck_fails(agent_load(&made.manifest, made_agent_blob, &made, &agent, &e), E_CORRUPT, &e,
	         "module 'perception': parameter 17 is not a finite number");
	for (size_t i = 0; i < made.manifest.modules[0].kind->layout()->floats; i++)
		params[i] = 1e30f;
	replace_blob(&made, params);
	made.manifest.module_count = 1;
	ck_fails(agent_load(&made.manifest, made_agent_blob, &made, &agent, &e), E_CORRUPT, &e,
	         "test request: module 'perception'");
	made.manifest.modules[0].digest.bytes[0] ^= 1;
	made.manifest.module_count = 2;
	free(params);
	made_agent_release(&made);
}
END_TEST

START_TEST(memory_without_perception_is_refused)
{
	struct manifest alone = {.agent = "scout", .version = 1};
	struct made_agent made;
	struct agent *agent;
	struct err e = ERR_INIT;

	made_agent_init(&made, 1, 1);
	ck_ok(manifest_add(&alone, &made.manifest.modules[1], NULL, 0, &e), &e);
	ck_fails(agent_load(&alone, made_agent_blob, &made, &agent, &e), E_INVALID, &e,
	         "memory needs perception");
	manifest_release(&alone);
	made_agent_release(&made);
}
END_TEST

SUITE("agent/agent", an_agent_sees_and_remembers, memory_survives_a_swap, a_request_keeps_its_agent,
      session_names_are_checked, bad_bundles_are_refused, memory_without_perception_is_refused)
