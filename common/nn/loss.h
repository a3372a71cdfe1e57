/* Softmax and cross-entropy. */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include <stdint.h>

/* p [n] = softmax(logits [n]); may be in place. A NaN or an infinite logit makes NaN. */
void softmax(const float *logits, int n, float *p);

/* Mean cross-entropy over the batch of logits [batch][classes] against labels [batch], each < classes;
 * d [batch][classes] = its gradient. *correct counts the rows whose largest logit is the label's. */
double cross_entropy(const float *logits, const uint8_t *labels, int batch, int classes, float *d,
                     int *correct);

/* Index of the largest of n values, the first of equals. */
int argmax(const float *v, int n);

#endif
