/* Records as the JSON that the API, the command line and the demo read. Credits are numbers with six
 * decimals. */
#ifndef ADMIN_VIEWS_H
#define ADMIN_VIEWS_H

#include <jansson.h>

#include "cloud/store/ledger.h"
#include "cloud/store/records.h"

json_t *view_round(const struct round *r);
json_t *view_agent(const struct agent_record *a); /* from its manifest */
json_t *view_entry(const struct ledger_entry *x);
/* Takes the reference to `items`. */
json_t *view_ledger(const struct ledger_summary *sum, json_t *items);
json_t *view_edge(const struct edge_record *edge, bool connected);

#endif
