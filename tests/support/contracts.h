/* A small contract problem whose numbers can be followed by hand. */
#ifndef TESTS_CONTRACTS_H
#define TESTS_CONTRACTS_H

#include "common/contract/menu.h"

/* Types 1 and 2, C(q) = q, V(q) = 10*log(1 + q), delta = 0.5; type 1 stays with 0.75, type 2 with 0.5. Prior
 * 0.5, 0.5. Intertemporal. */
struct instance small_instance(void);
/* A feasible menu for it: efforts 1 and 2 in period 1; 0.5, 1 after item 1 and 1, 2 after item 2; least
 * rewards, worked out in the tests. */
struct menu small_menu(void);

/* Types 0.8 and 1.8 and the terms of an ordinary market, tidied: what learning on the job is tested on. */
struct instance small_market(void);

#endif
