/* Inside of the store: what the files of its tables do for each other. */
#ifndef STORE_PARTS_H
#define STORE_PARTS_H

#include "cloud/store/query.h"

/* Six columns: kind, digest, size, generation, round, metric. */
void put_module_state(struct query *q, const struct module_state *m);
void get_module_state(struct query *q, struct module_state *m); /* and checks it */

/* All seats of r->id, in the order in which they were first saved. */
int load_seats(struct store *s, struct round *r, struct err *e) MUST_CHECK;
/* The tasks of one seat. */
int load_tasks(struct store *s, uint64_t round, struct seat *seat, struct err *e) MUST_CHECK;

#endif
