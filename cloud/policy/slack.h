/* What a direct action leaves to each type, as features for a critic.
 *
 * With rewards free, the profit jumps where some type's own item stops being its best choice: a perceptron of
 * the bare numbers blurs those cliffs, and an actor then either falls off or keeps away. The distance to each
 * cliff, however, is a plain function of state and action: the slack of a type's own item, its utility less
 * that of its best other choice, declining included. For every item of both periods (K + K^2 of them, as in
 * direct.h) the features hold the cloud's margin if it is taken, then its slack, then its slack through a
 * steep tanh. */
#ifndef POLICY_SLACK_H
#define POLICY_SLACK_H

/* 3 (K + K^2). */
int slack_size(int types);
/* From one state (env_encode) and one direct action. */
void slack_of(int types, const float *state, const float *action, float *out);
/* da [2 (K + K^2)] += the gradient by the action, from `by` [slack_size], that by the features. */
void slack_back(int types, const float *state, const float *action, const float *by, float *da);

#endif
