/* Inside of the store: the database handle, and statements with their parameters and columns in order.
 *
 * A query lives on the stack: query_start(), then the put_ calls in the order of the parameters, then
 * query_run() for a change, or query_next() and the get_ calls in the order of the columns for a reading,
 * then query_end(). The first error sticks, later calls do nothing, and query_run() / query_end() return it.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include <sqlite3.h>

#include "cloud/store/store.h"

/* One cached statement each. */
enum statement {
	ST_BEGIN,
	ST_COMMIT,
	ST_ROLLBACK,
	ST_ROUND_SAVE,
	ST_ROUND_LOAD,
	ST_ROUND_LAST,
	ST_ROUND_COUNTS,
	ST_ROUND_MODULE_SAVE,
	ST_ROUND_MODULE_TRIM,
	ST_ROUND_MODULE_LOAD,
	ST_SEAT_SAVE,
	ST_SEAT_LOAD,
	ST_TASK_SAVE,
	ST_TASK_LOAD,
	ST_TASK_ONE,
	ST_WORK_SAVE,
	ST_WORK_TRIM,
	ST_WORK_LOAD,
	ST_RESULT_SAVE,
	ST_RESULT_TRIM,
	ST_RESULT_LOAD,
	ST_RESULT_KNOWN,
	ST_MODULE_SAVE,
	ST_MODULE_LOAD,
	ST_AGENT_SAVE,
	ST_AGENT_LOAD,
	ST_EDGE_SAVE,
	ST_EDGE_LOAD,
	ST_BELIEF_SAVE,
	ST_BELIEF_TRIM,
	ST_BELIEF_LOAD,
	ST_SETTING_SAVE,
	ST_SETTING_LOAD,
	ST_LEDGER_ADD,
	ST_LEDGER_OF_TASK,
	ST_LEDGER_HEAD,
	ST_LEDGER_EACH,
	ST_LEDGER_PAID,
	ST_LEDGER_SINCE,
	ST_LEDGER_LOST,
	ST_COUNT,
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *cached[ST_COUNT];
	bool (*fails)(void *ctx); /* asked before a commit; NULL = never */
	void *fails_ctx;
	struct err scratch; /* takes the errors of callers who passed NULL */
};

struct query {
	struct store *s;
	sqlite3_stmt *st;
	const char *table; /* for errors */
	int keys;          /* the first columns of a reading, which name the row in errors */
	int at;            /* the next parameter or column */
	int rc;            /* the first error, else 0 */
	struct err *e;     /* never NULL */
};

/* The sentence of the last SQLite error, "what: database is locked", with a fitting code. */
int db_error(sqlite3 *db, struct err *e, const char *what);
/* E_STATE outside a transaction. */
int store_writing(const struct store *s, const char *table, struct err *e) MUST_CHECK;

/* `e`, or the store's own when the caller does not care. */
static inline struct err *store_err(struct store *s, struct err *e)
{
	return e ? e : &s->scratch;
}

/* `sql` must be the same text for the same statement every time. */
void query_start(struct query *q, struct store *s, enum statement id, const char *table, int keys,
                 const char *sql, struct err *e);
int query_run(struct query *q) MUST_CHECK;
/* The same for an upsert; E_EXISTS with this text when it changed nothing. */
int query_upsert(struct query *q, const char *taken) MUST_CHECK;
/* True when there is a row to read; false at the end and after an error. */
bool query_next(struct query *q);
int query_end(struct query *q) MUST_CHECK;
/* The row does not make sense: E_CORRUPT with table, key and this reason. */
void query_corrupt(struct query *q, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A check of the record that was read: its error, if any, becomes that of the row. */
void query_checked(struct query *q, int rc);

/* Texts and bytes must live until query_run() or query_end(). */
void put_u64(struct query *q, uint64_t v);  /* E_LIMIT above INT64_MAX */
void put_bits(struct query *q, uint64_t v); /* all 64 bits, as a signed number */
void put_i64(struct query *q, int64_t v);
void put_real(struct query *q, double v); /* NAN as NULL */
void put_text(struct query *q, const char *text);
void put_bytes(struct query *q, const void *p, size_t n);
void put_digest(struct query *q, const struct digest *d); /* zero as NULL */
void put_blob_ref(struct query *q, const struct blob_ref *b);
void put_null(struct query *q);

uint64_t get_u64(struct query *q); /* 0 to INT64_MAX */
uint64_t get_bits(struct query *q);
int64_t get_i64(struct query *q, int64_t lo, int64_t hi);
bool get_bool(struct query *q);
double get_real(struct query *q); /* NULL as NAN */
/* At most cap - 1 bytes, none of them NUL; an empty text after an error. */
void get_text(struct query *q, char *out, size_t cap);
/* Borrowed until the next query_next() or query_end(); "" after an error. */
const char *get_borrowed(struct query *q, size_t max, size_t *n);
const void *get_bytes(struct query *q, size_t max, size_t *n);
void get_digest(struct query *q, struct digest *d); /* NULL as zero */
void get_blob_ref(struct query *q, struct blob_ref *b);
/* Whether the next column is NULL, in which case it is passed over. */
bool get_null(struct query *q);

#endif
