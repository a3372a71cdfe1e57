#include "edge/daemon/nature.h"

#include "common/base/file.h"
#include "common/base/str.h"
#include "tests/support/suite.h"

static struct market market(int types, double stay)
{
	struct market m = {.terms = {.types = types, .delta = 0.9, .e1 = 0.4, .q_max = 10},
	                   .samples_per_effort = 100};

	for (int k = 0; k < types; k++) {
		m.terms.theta[k] = 1 + k;
		m.prior[k] = 1.0 / types;
		for (int l = 0; l < types; l++)
			m.terms.transition[k][l] = stay * (k == l) + (1 - stay) / types;
	}
	return m;
}

static void open_folder(struct records *r)
{
	*r = (struct records){.lock = -1};
	ck_assert(str_copy(r->folder, sizeof(r->folder), suite_tmp()));
}

START_TEST(the_first_market_stays)
{
	struct market first = market(2, 0.6), later = market(2, 0.1), other = market(3, 0.5);
	struct nature n, again;
	struct records r;
	struct err e = ERR_INIT;
	const struct instance *in;

	open_folder(&r);
	ck_ok(nature_open(&n, &r, &e), &e);
	ck_assert(!n.known);
	in = nature_in(&n, &r, &first);
	ck_assert_double_eq_tol(in->terms.transition[0][0], 0.8, 1e-12);
	in = nature_in(&n, &r, &later);
	ck_assert_double_eq_tol(in->terms.transition[0][0], 0.8, 1e-12);
	ck_ok(nature_open(&again, &r, &e), &e);
	ck_assert(again.known);
	in = nature_in(&again, &r, &later);
	ck_assert_double_eq(in->terms.transition[0][0], n.in.terms.transition[0][0]);
	in = nature_in(&again, &r, &other); /* types that it knows nothing of */
	ck_assert_int_eq(in->terms.types, 3);
	ck_ok(nature_open(&n, &r, &e), &e);
	ck_assert_int_eq(n.in.terms.types, 3);
}
END_TEST

START_TEST(a_broken_file_is_named)
{
	struct nature n;
	struct records r;
	struct err e = ERR_INIT;
	char path[RECORDS_PATH_MAX];

	open_folder(&r);
	ck_ok(file_write(records_path(&r, "nature.json", path), "{\"id\":", 6, 0600, &e), &e);
	ck_fails(nature_open(&n, &r, &e), E_INVALID, &e, "nature.json");
}
END_TEST

SUITE("edge/daemon/nature", the_first_market_stays, a_broken_file_is_named)
