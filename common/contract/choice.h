/* Self-selection: what a type takes from a menu, feasible or not, and what that earns the cloud.
 *
 * Each takes what is best for it or declines (worth nothing to both sides). Ties within CONTRACT_TOLERANCE go
 * to the type's own item, then to the lowest index, then to declining. */
#ifndef CONTRACT_CHOICE_H
#define CONTRACT_CHOICE_H

#include "common/contract/menu.h"

#define CHOICE_DECLINE (-1)

/* The period-1 item (from 0) that true type `own` (from 0) takes, or CHOICE_DECLINE: it leaves the round. */
int choose_period1(const struct menu *m, const struct terms *t, int own);
/* The period-2 item that the holder of period-1 item k takes, its true type now being `own`, or
 * CHOICE_DECLINE: no effort and no reward in period 2. */
int choose_period2(const struct menu *m, const struct terms *t, int k, int own);

/* The cloud's expected profit per edge from those choices. */
double menu_realised_profit(const struct menu *m, const struct instance *in);

#endif
