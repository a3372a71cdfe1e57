/* Checks answers against docs/openapi.json. Its schemas may use the words of JSON Schema that this knows; any
 * other fails the test, so that nothing is described and not checked. */
#ifndef TESTS_OPENAPI_H
#define TESTS_OPENAPI_H

#include <jansson.h>

/* The document; read once, from the working directory. */
const json_t *openapi(void);
/* What "#/components/schemas/NAME" leads to, and so on; fails the test when it leads nowhere. */
const json_t *openapi_follow(const json_t *ref_or_value);
/* The operation of "get" or "post" and a path with its names in braces; NULL if there is none. */
const json_t *openapi_operation(const char *method, const char *path);
#define OPENAPI_PLACE_MAX 256
/* What is wrong with the value, and where, or NULL when it is what the schema says. */
const char *openapi_wrong(const json_t *schema, const json_t *value, char place[OPENAPI_PLACE_MAX]);
/* The test fails, naming the place, unless the value is what the schema says. */
void openapi_check(const json_t *schema, const json_t *value, const char *where);
/* An answer to a request; `type` without parameters. Bodies that are not JSON are not looked into. */
void openapi_check_answer(const char *method, const char *path, int status, const char *type,
                          const json_t *body);

#endif
