#include <string.h>

#include "tests/support/edge_rig.h"
#include "tests/support/suite.h"

static struct rig r;

static void expect_status(uint64_t version, bool installed, const char *part)
{
	const struct msg_deploy_status *s = &rig_last(&r, MSG_DEPLOY_STATUS)->deploy_status;

	ck_assert_uint_eq(s->version, version);
	ck_assert_msg(s->installed == installed, "%s", s->reason);
	ck_assert_msg(strstr(s->reason, part) != NULL, "'%s' does not say '%s'", s->reason, part);
}

START_TEST(a_newer_agent_is_installed_once)
{
	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_deploy(&r, 3, true));
	expect_status(3, true, "");
	rig_say(&r, rig_deploy(&r, 3, true));
	expect_status(3, true, "");
	ck_assert_uint_eq(r.installs, 1);
	ck_assert_uint_eq(edge_agent_version(r.edge), 3);
	rig_crash(&r);
	rig_dial(&r);
	ck_assert_uint_eq(rig_last(&r, MSG_HELLO)->hello.agent_version, 3);
	rig_release(&r);
}
END_TEST

START_TEST(its_blobs_are_fetched_first)
{
	const struct msg *m;

	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_deploy(&r, 1, false));
	m = rig_last(&r, MSG_BLOB_GET);
	rig_say(&r, rig_deploy(&r, 1, false)); /* under way */
	ck_assert_uint_eq(rig_count(&r, MSG_BLOB_GET), 1);
	ck_assert_uint_eq(r.installs, 0);
	rig_connect(&r); /* the link is lost; the cloud says it again */
	rig_say(&r, rig_deploy(&r, 1, false));
	m = rig_last(&r, MSG_BLOB_GET);
	rig_chunk(&r, m->blob_get.transfer, 0, rig_blob, sizeof(rig_blob));
	expect_status(1, true, "");
	rig_say(&r, rig_offer(1, 1));
	ck_assert(blobs_has(r.blobs, &r.agent.blobs[0].digest, NULL)); /* the sweep leaves the agent's */
	rig_release(&r);
}
END_TEST

START_TEST(what_is_wrong_keeps_the_old_agent)
{
	struct msg m;

	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_deploy(&r, 5, true));
	m = rig_deploy(&r, 6, true);
	m.deploy.manifest = (const uint8_t *)"forged";
	m.deploy.manifest_len = 6;
	rig_say(&r, m);
	expect_status(6, false, "signature");
	rig_say(&r, rig_deploy(&r, 4, true));
	expect_status(4, false, "older than 5");
	m = rig_deploy(&r, 6, true);
	m.deploy.version = 7;
	rig_say(&r, m);
	expect_status(7, false, "announced was 7");
	r.install_fails = 1;
	rig_say(&r, rig_deploy(&r, 6, true));
	expect_status(6, false, "no answer");
	ck_assert_uint_eq(edge_agent_version(r.edge), 5);
	ck_assert_uint_eq(edge_get_stats(r.edge).install_failed, 4);
	rig_say(&r, rig_deploy(&r, 6, true));
	expect_status(6, true, "");
	rig_release(&r);
}
END_TEST

START_TEST(a_blob_that_does_not_come_ends_it)
{
	uint32_t transfer;

	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_deploy(&r, 1, false));
	transfer = rig_last(&r, MSG_BLOB_GET)->blob_get.transfer;
	rig_say(&r, (struct msg){.kind = MSG_BLOB_END,
	                         .blob_end = {.transfer = transfer, .by_sender = true, .reason = "gone"}});
	expect_status(1, false, "gone");
	ck_assert_uint_eq(r.installs, 0);
	rig_release(&r);
}
END_TEST

START_TEST(a_newer_one_replaces_one_that_is_being_fetched)
{
	const struct msg *m;

	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_deploy(&r, 1, false));
	rig_say(&r, rig_deploy(&r, 2, false));
	m = rig_last(&r, MSG_BLOB_GET);
	rig_chunk(&r, m->blob_get.transfer, 0, rig_blob, sizeof(rig_blob));
	expect_status(2, true, "");
	ck_assert_uint_eq(r.installs, 1);
	rig_release(&r);
}
END_TEST

START_TEST(one_installation_at_a_time)
{
	rig_init(&r);
	rig_connect(&r);
	r.hold_install = true;
	rig_say(&r, rig_deploy(&r, 1, true));
	rig_say(&r, rig_deploy(&r, 2, true));
	expect_status(2, false, "version 1 is being installed");
	rig_cut(&r);
	edge_installed(r.edge, 1, NULL);
	ck_assert_uint_eq(edge_agent_version(r.edge), 1);
	rig_connect(&r);
	rig_say(&r, rig_deploy(&r, 1, true));
	expect_status(1, true, "");
	ck_assert_uint_eq(r.installs, 1);
	rig_release(&r);
}
END_TEST

SUITE("edge/core/deploy", a_newer_agent_is_installed_once, its_blobs_are_fetched_first,
      what_is_wrong_keeps_the_old_agent, a_blob_that_does_not_come_ends_it,
      a_newer_one_replaces_one_that_is_being_fetched, one_installation_at_a_time)
