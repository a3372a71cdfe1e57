/* What the critics are shown of a structured action beside its coordinates: for each effort that it comes to,
 * the effort's value and its base cost, both in shares of the value of the largest effort. A coordinate says
 * how far an effort goes beyond its floor; what it means for the profit depends on all the coordinates below
 * it, which a critic would have to learn first. What edges make of a contract, and what it earns, stays for
 * the critics to learn. */
#ifndef POLICY_SIGHT_H
#define POLICY_SIGHT_H

/* Numbers that are shown: two for each of K + K^2 efforts. */
int sight_size(int types);
/* out [sight_size] from a state as of env.h and an action [at least K + K^2], of which no more is read. */
void sight_of(int types, const float *state, const float *action, float *out);
/* da [K + K^2] += gradient by the action, from `by` [sight_size], that by the numbers shown. */
void sight_back(int types, const float *state, const float *action, const float *by, float *da);

#endif
