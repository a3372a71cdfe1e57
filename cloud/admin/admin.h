/* The cloud's HTTP side: health, metrics, and what the federation is doing, as JSON. */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include <stdint.h>

#include "cloud/core/cloud.h"
#include "common/base/metrics.h"

struct admin;

struct uv_loop_s; /* a uv_loop_t */

int admin_new(struct uv_loop_s *loop, const char *listen, struct cloud *cloud, struct metrics *metrics,
              struct admin **out, struct err *e) MUST_CHECK;
void admin_free(struct admin *a); /* NULL is fine */
uint16_t admin_port(const struct admin *a);

#endif
