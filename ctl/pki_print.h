/* Certificates as lines, tables and JSON on standard output. */
#ifndef CTL_PKI_PRINT_H
#define CTL_PKI_PRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/net/pki.h"

void pki_print_made(const struct pki_info *info, const char *file);
void pki_print_list(const struct pki_info *list, size_t count, bool as_json);
/* `checked` = it was looked up in a revocation list. */
void pki_print_show(const struct pki_info *info, bool checked, bool as_json);

#endif
