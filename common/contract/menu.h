/* A dynamic contract: K items for period 1, and for each of them a sub-menu of K items for period 2. */
#ifndef CONTRACT_MENU_H
#define CONTRACT_MENU_H

#include <stdbool.h>

#include "common/contract/instance.h"

/* Item k of period 1 asks effort q1[k] and pays r1[k]. Who took it chooses in period 2 among the items l of
 * sub-menu k: effort q2[k][l], pay r2[k][l]. Rewards may be negative: a first period can cost what the second
 * gives back. Indices are from 0 in code and from 1 in messages. */
struct menu {
	int types; /* K */
	double q1[CONTRACT_TYPES_MAX];
	double r1[CONTRACT_TYPES_MAX];
	double q2[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];
	double r2[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];
};

/* Numbers finite, efforts in [0, q_max] within CONTRACT_TOLERANCE, as many types as the terms; E_INVALID
 * names the item. For menus that come from outside. */
int menu_check(const struct menu *m, const struct terms *t, struct err *e) MUST_CHECK;

/* The same numbers, bit for bit, in all that their types fill. */
bool menu_equal(const struct menu *a, const struct menu *b);

/* u2(k, item | own): what sub-menu k's item leaves to true type `own`. */
double menu_rent2(const struct menu *m, const struct terms *t, int k, int item, int own);
/* W_own(k): expected best of sub-menu k, declining included, for true period-1 type `own`. */
double menu_continuation(const struct menu *m, const struct terms *t, int k, int own);
/* U(own, k): both periods together for true type `own` that takes item k. */
double menu_utility(const struct menu *m, const struct terms *t, int own, int k);
/* The cloud's expected profit per edge when every type takes its own item: the whole truth for a feasible
 * menu, and an upper reading for any other (see menu_realised_profit in choice.h). */
double menu_profit(const struct menu *m, const struct instance *in);

#endif
