#include "common/base/address.h"

#include <string.h>

#include "tests/support/suite.h"

static char host[ADDRESS_HOST_MAX];
static uint16_t port;

START_TEST(takes_names_and_both_families)
{
	struct err e = ERR_INIT;

	ck_ok(address_parse("cloud.example:7700", "--cloud", 1, host, &port, &e), &e);
	ck_assert_str_eq(host, "cloud.example");
	ck_assert_uint_eq(port, 7700);
	ck_ok(address_parse("[::1]:0", "--listen", 0, host, &port, &e), &e);
	ck_assert_str_eq(host, "::1");
	ck_assert_uint_eq(port, 0);
}
END_TEST

START_TEST(says_what_is_wrong)
{
	char longest[400];
	struct err e = ERR_INIT;

	ck_fails(address_parse("cloud", "--cloud", 1, host, &port, &e), E_INVALID, &e,
	         "--cloud: 'cloud' is not HOST:PORT");
	ck_fails(address_parse("cloud:0", "--cloud", 1, host, &port, &e), E_INVALID, &e, "from 1 to 65535");
	ck_fails(address_parse("cloud:65536", "--cloud", 0, host, &port, &e), E_INVALID, &e, "65535");
	ck_fails(address_parse("::1:80", "--cloud", 0, host, &port, &e), E_INVALID, &e, "in brackets");
	ck_fails(address_parse(":80", "--cloud", 0, host, &port, &e), E_INVALID, &e, "HOST:PORT");
	ck_fails(address_parse("[]:80", "--cloud", 0, host, &port, &e), E_INVALID, &e, "1 to 255 characters");
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + sizeof(longest) - 4, ":80", 4);
	ck_fails(address_parse(longest, "--cloud", 0, host, &port, &e), E_INVALID, &e, "1 to 255 characters");
}
END_TEST

SUITE("base/address", takes_names_and_both_families, says_what_is_wrong)
