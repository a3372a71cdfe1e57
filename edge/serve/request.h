/* The body of POST /v1/agent/act, checked field by field. */
#ifndef SERVE_REQUEST_H
#define SERVE_REQUEST_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "common/module/act.h"

#define SERVE_BODY_MAX ((size_t)64 * 1024)
#define SERVE_TEXT_MAX 4096 /* bytes */

/* {"session":NAME,"text":TEXT,"image":{"format":..,"data":BASE64}}: each may be missing, but not both text
 * and image. Fills in the request's part of `a` (after act_init()); its texts live as long as *root, which
 * the caller releases, also after an error (NULL is fine). E_INVALID names the field and what is accepted. */
int serve_request_parse(const uint8_t *body, size_t n, struct act *a, json_t **root,
                        struct err *e) MUST_CHECK;

#endif
