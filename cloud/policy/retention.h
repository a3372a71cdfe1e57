/* A whole endogenous episode under one policy: what it earns when who is paid too little leaves
 * (contract-model: "endogenous dynamics"). */
#ifndef POLICY_RETENTION_H
#define POLICY_RETENTION_H

#include "cloud/policy/env.h"
#include "cloud/policy/policy.h"

/* Writes the contract of a round for the instance as it is at this moment of the episode. */
typedef int (*retention_writer)(const struct policy *p, const struct instance *in,
                                const struct env_moment *at, struct menu *out, struct err *e);

/* That of a policy that knows single rounds only: policy_solve(), whatever the moment. */
int retention_write(const struct policy *p, const struct instance *in, const struct env_moment *at,
                    struct menu *out, struct err *e) MUST_CHECK;

struct retention {
	double bonus;    /* that was paid in every round, credits */
	double profit;   /* discounted, per unit of capacity */
	double active;   /* share of the capacity that is left after the last round */
	double feasible; /* share of the rounds whose menu was feasible */
};

/* ENV_ROUNDS rounds from full capacity, each menu with the same bonus on top. */
int retention_play(const struct policy *p, retention_writer write, const struct instance *in, double bonus,
                   struct retention *out, struct err *e) MUST_CHECK;
/* The policy's menus as they are, and with the best constant bonus of 0 to 0.2 alpha in eighths. */
int retention_bonus(const struct policy *p, retention_writer write, const struct instance *in,
                    struct retention *without, struct retention *with, struct err *e) MUST_CHECK;
/* The same of the exact optimum, round by round. */
int retention_exact(const struct instance *in, struct retention *without, struct retention *with,
                    struct err *e) MUST_CHECK;

#endif
