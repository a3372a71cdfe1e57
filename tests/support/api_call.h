/* Requests to the administration of a farm's cloud, byte for byte, whose answers are checked against
 * docs/openapi.json. */
#ifndef TESTS_API_CALL_H
#define TESTS_API_CALL_H

#include "tests/support/farm.h"

struct api_call {
	const char *method;
	const char *path;    /* as described, with names in braces */
	const char *actual;  /* as asked, with a query; NULL = the same */
	const char *headers; /* further ones, each with its line end; NULL = none */
	const char *body;    /* NULL = none */
	bool token;          /* send the right one */
};

/* The status; the answer's JSON (NULL when it is none) in *out, the caller's; `out` may be NULL. */
int api_call(struct farm *f, struct api_call call, json_t **out);
/* A GET that must be answered by 200. */
json_t *api_get(struct farm *f, const char *path, const char *actual);

#endif
