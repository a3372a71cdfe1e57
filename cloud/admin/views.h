/* Records as the JSON that the API answers with (docs/openapi.json has the shapes). Credits are numbers with
 * six decimals, "_micro" are whole millionths, times are texts in UTC, items and types count from 0. All
 * answers are owned by the caller. */
#ifndef ADMIN_VIEWS_H
#define ADMIN_VIEWS_H

#include <jansson.h>

#include "cloud/store/ledger.h"
#include "cloud/store/records.h"

json_t *view_credits(int64_t micro);
json_t *view_moment(int64_t wall_ms); /* null for 0 */
json_t *view_measured(double metric); /* null for what was not measured */
json_t *view_hash(const struct digest *d);

/* What stands in lists of rounds and in events. */
json_t *view_round_summary(const struct round *r, const struct round_counts *n);
/* That, and its terms, menu and seats. */
json_t *view_round(const struct round *r);
json_t *view_seat(const struct seat *s);
/* A seat without its tasks, with the signals. */
json_t *view_choice(const struct seat *s);
json_t *view_task(const struct task *t);
json_t *view_receipt(const struct task *t);
json_t *view_agent(const struct agent_record *a); /* from its manifest */
json_t *view_entry(const struct ledger_entry *x);
json_t *view_edge(const struct edge_record *edge, bool connected);

#endif
