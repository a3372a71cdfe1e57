/* What people ask of the cloud's core: when it is refused, and what outlives a restart. */
#include "tests/support/cloud_rig.h"
#include "tests/support/suite.h"

static void restart(void)
{
	cloud_abandon(cloud_rig.cloud);
	cloud_free(cloud_rig.cloud);
	cloud_rig_start();
}

START_TEST(pausing_outlives_a_restart)
{
	cloud_rig_begin();
	ck_assert(!cloud_control(cloud_rig.cloud)->paused);
	ck_ok(cloud_pause(cloud_rig.cloud, true, &cloud_rig.e), &cloud_rig.e);
	restart();
	ck_assert(cloud_control(cloud_rig.cloud)->paused);
	ck_ok(cloud_pause(cloud_rig.cloud, false, &cloud_rig.e), &cloud_rig.e);
	restart();
	ck_assert(!cloud_control(cloud_rig.cloud)->paused);
	cloud_rig_done();
}
END_TEST

static void rig_of_two(void)
{
	cloud_rig_begin();
	cloud_free(cloud_rig.cloud);
	cloud_rig.config.edges_min = 2;
	cloud_rig_start();
}

START_TEST(a_paused_cloud_starts_a_round_only_when_asked)
{
	struct cloud *c;

	rig_of_two();
	c = cloud_rig.cloud;
	ck_ok(cloud_pause(c, true, &cloud_rig.e), &cloud_rig.e);
	cloud_rig_join(0, "edge-1");
	ck_fails(cloud_start_round(c, &cloud_rig.e), E_STATE, &cloud_rig.e, "1 of the 2 edges");
	cloud_rig_join(1, "edge-2");
	cloud_tick(c);
	ck_assert_ptr_null(cloud_round(c));
	ck_ok(cloud_start_round(c, &cloud_rig.e), &cloud_rig.e);
	ck_assert_uint_eq(cloud_round(c)->id, 1);
	ck_assert_uint_eq(cloud_last_round(c), 1);
	ck_fails(cloud_start_round(c, &cloud_rig.e), E_STATE, &cloud_rig.e, "round 1 is under way");
	cloud_rig_done();
}
END_TEST

START_TEST(finishing_waits_for_the_round_and_can_be_taken_back)
{
	struct cloud *c;

	rig_of_two();
	c = cloud_rig.cloud;
	cloud_rig_join(0, "edge-1");
	cloud_rig_join(1, "edge-2");
	cloud_tick(c);
	ck_assert_ptr_nonnull(cloud_round(c));
	ck_ok(cloud_finish(c, true, &cloud_rig.e), &cloud_rig.e);
	ck_assert(cloud_control(c)->leaving && !cloud_is_finishing_done(c));
	cloud_rig.now += 5000; /* nobody signals: the round fails */
	cloud_tick(c);
	ck_assert_ptr_null(cloud_round(c));
	ck_assert(cloud_is_finishing_done(c));
	ck_fails(cloud_start_round(c, &cloud_rig.e), E_STATE, &cloud_rig.e, "draining");
	ck_ok(cloud_pause(c, false, &cloud_rig.e), &cloud_rig.e);
	ck_assert(!cloud_is_finishing_done(c) && !cloud_control(c)->leaving);
	cloud_rig_done();
}
END_TEST

START_TEST(a_stopping_cloud_takes_no_wishes)
{
	cloud_rig_begin();
	cloud_drain(cloud_rig.cloud, 0);
	ck_fails(cloud_pause(cloud_rig.cloud, true, &cloud_rig.e), E_UNAVAILABLE, &cloud_rig.e, "stopping");
	ck_fails(cloud_finish(cloud_rig.cloud, true, &cloud_rig.e), E_UNAVAILABLE, &cloud_rig.e, "stopping");
	ck_fails(cloud_start_round(cloud_rig.cloud, &cloud_rig.e), E_UNAVAILABLE, &cloud_rig.e, "stopping");
	ck_fails(cloud_redeploy(cloud_rig.cloud, 1, true, &cloud_rig.e), E_UNAVAILABLE, &cloud_rig.e, "stopping");
	cloud_rig_done();
}
END_TEST

START_TEST(what_is_not_there_cannot_be_used)
{
	cloud_rig_begin();
	ck_fails(cloud_use_policy(cloud_rig.cloud, "weather", &cloud_rig.e), E_NOT_FOUND, &cloud_rig.e,
	         "weather");
	ck_fails(cloud_redeploy(cloud_rig.cloud, 1, true, &cloud_rig.e), E_UNAVAILABLE, &cloud_rig.e,
	         "signs no agents");
	cloud_rig_done();
}
END_TEST

START_TEST(a_wish_that_cannot_be_stored_ends_the_cloud)
{
	cloud_rig_begin();
	cloud_rig.commits_fail = true;
	ck_assert_int_lt(cloud_pause(cloud_rig.cloud, true, &cloud_rig.e), 0);
	ck_assert_int_eq(cloud_rig.fatals, 1);
	ck_assert(!cloud_control(cloud_rig.cloud)->paused);
	cloud_rig_done();
}
END_TEST

SUITE("core/control", pausing_outlives_a_restart, a_paused_cloud_starts_a_round_only_when_asked,
      finishing_waits_for_the_round_and_can_be_taken_back, a_stopping_cloud_takes_no_wishes,
      what_is_not_there_cannot_be_used, a_wish_that_cannot_be_stored_ends_the_cloud)
