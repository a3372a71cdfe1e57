/* Neural-network layers written the slow and obvious way, in double precision, channels first as
 * PyTorch: what common/nn is tested against, directly and through finite differences. */
#ifndef TESTS_NN_ORACLE_H
#define TESTS_NN_ORACLE_H

#include <stddef.h>
#include <stdint.h>

#include "common/nn/net.h"

/* The perception network. */
extern const struct net_spec oracle_product;

/* x [ic][h][w], w [oc][ic][k][k], y [oc][h-k+1][w-k+1] */
void oracle_conv(const double *x, int ic, int h, int w, const double *weight, const double *bias, int oc,
                 int k, double *y);
void oracle_relu(double *v, size_t n);
/* x [c][h][w] to y [c][h/2][w/2] */
void oracle_pool(const double *x, int c, int h, int w, double *y);
/* x [in], weight [out][in] */
void oracle_dense(const double *x, int in, const double *weight, const double *bias, int out, double *y);
double oracle_cross_entropy(const double *logits, int n, int label);

/* Logits of one input x [c][h][w] under a whole parameter block. */
void oracle_net(const struct net_spec *spec, const double *params, const double *x, double *logits);
/* Mean cross-entropy over a batch. */
double oracle_net_loss(const struct net_spec *spec, const double *params, const double *x,
                       const uint8_t *labels, int batch);

/* Derivative of f at v[i] by central differences. */
double oracle_slope(double (*f)(void *arg), void *arg, double *v);

/* Fills with normal numbers from the seed; `same` gets them in double. */
void oracle_fill(unsigned long seed, size_t n, float *v, double *same);

/* Fails the test if got differs from want by more than tolerance * max(1, |want|). */
void oracle_near(const char *what, size_t i, double got, double want, double tolerance);

#endif
