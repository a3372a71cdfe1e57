#include "edge/daemon/options.h"

#include <string.h>

#include "tests/support/suite.h"

START_TEST(every_default_is_accepted)
{
	char *argv[] = {(char *)"foedus-edge",
	                (char *)"--cloud=c:1",
	                (char *)"--cert=c",
	                (char *)"--key=k",
	                (char *)"--agent-key=a",
	                (char *)"--ca=a",
	                NULL};
	struct edge_options o = {0};
	struct err e = ERR_INIT;

	ck_ok(opt_parse(&edge_program, 6, argv, &o, NULL, &e), &e);
	ck_assert_str_eq(o.cloud, "c:1");
	ck_assert_int_eq(o.shards, 1);
	ck_assert_double_eq(o.alpha, 0.5);
	ck_assert_ptr_null(o.crl);
	ck_fails(opt_parse(&edge_program, 5, argv, &(struct edge_options){0}, NULL, &e), E_INVALID, &e,
	         "--ca FILE is needed");
}
END_TEST

START_TEST(wrong_values_name_the_option)
{
	char *argv[] = {(char *)"foedus-edge", (char *)"--willingness", (char *)"lucky", NULL};
	struct edge_options o = {0};
	struct err e = ERR_INIT;

	ck_fails(opt_parse(&edge_program, 3, argv, &o, NULL, &e), E_INVALID, &e, "not one of markov|load");
	argv[1] = (char *)"--shard";
	argv[2] = (char *)"-1";
	ck_fails(opt_parse(&edge_program, 3, argv, &o, NULL, &e), E_INVALID, &e, "--shard");
}
END_TEST

SUITE("edge/daemon/options", every_default_is_accepted, wrong_values_name_the_option)
