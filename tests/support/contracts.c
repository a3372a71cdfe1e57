#include "tests/support/contracts.h"

struct instance small_instance(void)
{
	return (struct instance){
	    .id = "small",
	    .terms = {.types = 2,
	              .theta = {1, 2},
	              .transition = {{0.75, 0.25}, {0.5, 0.5}},
	              .delta = 0.5,
	              .e1 = 1,
	              .e3 = 0,
	              .q_max = 10},
	    .prior = {0.5, 0.5},
	    .alpha = 10,
	    .beta = 1,
	};
}

/* Sub-menu 1: rents 0 and 0.5*(1 - 1/2) = 0.25; sub-menu 2: 0 and 1*(1/2) = 0.5.
 * W_1(1) = 0.25*0.25 = 0.0625, W_2(1) = 0.5*0.25 = 0.125, W_1(2) = 0.25*0.5 = 0.125, W_2(2) = 0.25.
 * U_1 = 0; U_2 = U_1 + 1*(1 - 1/2) + 0.5*(0.125 - 0.0625) = 0.53125.
 * r1_1 = 0 + 1 - 0.5*0.0625 = 0.96875; r1_2 = 0.53125 + 2/2 - 0.5*0.25 = 1.40625. */
struct menu small_menu(void)
{
	return (struct menu){
	    .types = 2,
	    .q1 = {1, 2},
	    .r1 = {0.96875, 1.40625},
	    .q2 = {{0.5, 1}, {1, 2}},
	    .r2 = {{0.5, 0.75}, {1, 1.5}},
	};
}

struct instance small_market(void)
{
	struct instance in = {.id = "market",
	                      .terms = {.types = 2,
	                                .theta = {0.8, 1.8},
	                                .transition = {{0.8, 0.2}, {0.3, 0.7}},
	                                .delta = 0.9,
	                                .e1 = 0.4,
	                                .e3 = 0.006,
	                                .q_max = 10},
	                      .prior = {0.5, 0.5},
	                      .alpha = 8,
	                      .beta = 0.8};

	instance_tidy(&in);
	return in;
}
