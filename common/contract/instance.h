/* One contract problem: who the edges may be, what effort costs them and what it is worth to the cloud.
 * (Two-period dynamic contract after arXiv 2504.14326; theory in Laffont & Martimort 2002, ch. 8.) */
#ifndef CONTRACT_INSTANCE_H
#define CONTRACT_INSTANCE_H

#include "common/base/err.h"
#include "common/contract/limits.h"

/* What both sides know. An edge needs no more than this, the menu and its own type to choose. */
struct terms {
	int types;                                                 /* K */
	double theta[CONTRACT_TYPES_MAX];                          /* willingness, increasing, positive */
	double transition[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX]; /* [k][l]: type k becomes type l in period 2 */
	double delta;                                              /* discount factor of period 2, (0, 1] */
	double e1, e3;                                             /* base cost C(q) = e1*q + e3*q^3, credits */
	double q_max;                                              /* efforts lie in [0, q_max], training units */
};

enum participation {
	PARTICIPATION_INTERTEMPORAL, /* both periods together are worth at least nothing to every type */
	PARTICIPATION_PER_PERIOD,    /* and period 1 alone too */
};

struct instance {
	char id[CONTRACT_ID_MAX];
	struct terms terms;
	double prior[CONTRACT_TYPES_MAX]; /* of the type in period 1 */
	double alpha, beta;               /* the cloud's value of an effort, V(q) = alpha*log(1 + beta*q) */
	enum participation participation;
};

/* E_INVALID or E_LIMIT names the field, and the element or row, that is wrong. */
int terms_check(const struct terms *t, struct err *e) MUST_CHECK;
int instance_check(const struct instance *in, struct err *e) MUST_CHECK;

/* Makes probabilities that passed the check sum to 1 exactly, and the rows exactly ordered. Numbers that
 * already do stay as they are, bit for bit. */
void instance_tidy(struct instance *in);

/* Worst breach of first-order stochastic dominance: the most by which a higher type's cumulative row lies
 * above a lower type's. 0 when the rows are ordered; *row (from 0) is the higher type of the worst pair. */
double fosd_breach(const double p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], int types, int *row);
/* Nearest rows that are ordered: isotonic regression of each cumulative column over the types, weighted by
 * weight[k] > 0. The rows of `p` sum to 1 before and after. */
void fosd_project(double p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], int types, const double *weight);

const char *participation_name(enum participation p); /* "intertemporal", "per-period" */
int participation_parse(const char *text, enum participation *out, struct err *e) MUST_CHECK;

#endif
