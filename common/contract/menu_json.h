/* Menus as JSON: {"q1":[..],"r1":[..],"q2":[[..],..],"r2":[[..],..]}. */
#ifndef CONTRACT_MENU_JSON_H
#define CONTRACT_MENU_JSON_H

#include "common/base/json.h"
#include "common/contract/menu.h"

/* The caller owns what is returned. Numbers read back as the same doubles when printed with json_line(). */
json_t *menu_to_json(const struct menu *m);
/* Shape and finiteness; the ranges are menu_check()'s. E_INVALID names the field. */
int menu_from_json(const json_t *object, int types, struct menu *m, struct err *e) MUST_CHECK;

/* Lists of n numbers and of n lists of n numbers; an error names the field and the row. */
json_t *json_of_doubles(const double *v, int n);
json_t *json_of_matrix(const double v[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], int n);
int json_get_matrix(const json_t *object, const char *field, int n,
                    double v[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], struct err *e) MUST_CHECK;
/* One line, no final newline, doubles to all their digits; the caller free()s. */
char *json_line(const json_t *value);

#endif
