/* The cloud's own model of what a direct action earns: its expected profit if types chose by logit (quantal
 * response, McKelvey and Palfrey 1995), each item with probability in proportion to exp(utility / tau),
 * declining included, tau in shares of env_scale(). It is smooth where the profit jumps, and an item that
 * nobody takes still feels where it would be taken. The critics learn what it leaves out: that types really
 * take the best. */
#ifndef POLICY_LOGIT_H
#define POLICY_LOGIT_H

/* The modelled profit of one direct action in one state, in shares of env_scale(). */
float logit_profit(int types, float tau, const float *state, const float *action);
/* da [2 (K + K^2)] += weight times its gradient. */
void logit_slope(int types, float tau, const float *state, const float *action, float weight, float *da);

#endif
