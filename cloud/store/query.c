#include "cloud/store/query.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"

static int code_of(int sqlite)
{
	switch (sqlite & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return E_CORRUPT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return E_UNAVAILABLE;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return E_IO;
	case SQLITE_CONSTRAINT:
		return E_INVALID;
	case SQLITE_TOOBIG:
		return E_LIMIT;
	default:
		return E_INTERNAL;
	}
}

int db_error(sqlite3 *db, struct err *e, const char *what)
{
	return err_set(e, code_of(sqlite3_extended_errcode(db)), "%s: %s", what, sqlite3_errmsg(db));
}

int store_writing(const struct store *s, const char *table, struct err *e)
{
	if (sqlite3_get_autocommit(s->db))
		return err_set(e, E_STATE, "table '%s' is changed only between store_begin() and store_commit()",
		               table);
	return 0;
}

static void failed(struct query *q)
{
	if (q->rc)
		return;
	q->rc = db_error(q->s->db, q->e, "database");
	err_wrap(q->e, "table '%s'", q->table);
}

void query_start(struct query *q, struct store *s, enum statement id, const char *table, int keys,
                 const char *sql, struct err *e)
{
	*q = (struct query){.s = s, .table = table, .keys = keys, .e = store_err(s, e)};
	if (!s->cached[id] &&
	    sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->cached[id], NULL) != SQLITE_OK) {
		failed(q);
		return;
	}
	q->st = s->cached[id];
	sqlite3_reset(q->st);
}

int query_end(struct query *q)
{
	if (q->st)
		sqlite3_reset(q->st);
	return q->rc;
}

int query_run(struct query *q)
{
	if (q->rc == 0 && sqlite3_step(q->st) != SQLITE_DONE)
		failed(q);
	return query_end(q);
}

int query_upsert(struct query *q, const char *taken)
{
	int rc = query_run(q);

	if (rc == 0 && sqlite3_changes(q->s->db) == 0)
		rc = err_set(q->e, E_EXISTS, "table '%s': %s", q->table, taken);
	return rc;
}

bool query_next(struct query *q)
{
	int rc;

	if (q->rc)
		return false;
	q->at = 0;
	rc = sqlite3_step(q->st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		failed(q);
	return rc == SQLITE_ROW;
}

/* "table 'task', task 7" */
static void place_of(const struct query *q, char *out, size_t cap)
{
	size_t n = (size_t)snprintf(out, cap, "table '%s'", q->table);

	for (int i = 0; i < q->keys && n < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, ", %s %.80s", sqlite3_column_name(q->st, i),
		                      sqlite3_column_type(q->st, i) == SQLITE_NULL
		                          ? "NULL"
		                          : (const char *)sqlite3_column_text(q->st, i));
}

void query_corrupt(struct query *q, const char *fmt, ...)
{
	char place[256], why[256];
	va_list ap;

	if (q->rc)
		return;
	place_of(q, place, sizeof(place));
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	q->rc = err_set(q->e, E_CORRUPT, "%s: %s", place, why);
}

void query_checked(struct query *q, int rc)
{
	char place[256];

	if (rc == 0 || q->rc)
		return;
	place_of(q, place, sizeof(place));
	err_wrap(q->e, "%s", place);
	q->e->code = q->rc = E_CORRUPT;
}

static void put(struct query *q, int sqlite)
{
	if (sqlite != SQLITE_OK)
		failed(q);
}

void put_u64(struct query *q, uint64_t v)
{
	q->at++;
	if (q->rc)
		return;
	if (v > INT64_MAX)
		q->rc = err_set(q->e, E_LIMIT, "table '%s': %" PRIu64 " is too large; accepted is up to %" PRId64,
		                q->table, v, INT64_MAX);
	else
		put(q, sqlite3_bind_int64(q->st, q->at, (int64_t)v));
}

void put_bits(struct query *q, uint64_t v)
{
	int64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	put_i64(q, bits);
}

void put_i64(struct query *q, int64_t v)
{
	q->at++;
	if (q->rc == 0)
		put(q, sqlite3_bind_int64(q->st, q->at, v));
}

void put_real(struct query *q, double v)
{
	q->at++;
	if (q->rc == 0)
		put(q, sqlite3_bind_double(q->st, q->at, v)); /* binds a NAN as NULL */
}

void put_text(struct query *q, const char *text)
{
	q->at++;
	if (q->rc == 0)
		put(q, sqlite3_bind_text(q->st, q->at, text, -1, SQLITE_STATIC));
}

void put_bytes(struct query *q, const void *p, size_t n)
{
	q->at++;
	if (q->rc == 0)
		put(q, sqlite3_bind_blob64(q->st, q->at, n ? p : "", n, SQLITE_STATIC));
}

void put_null(struct query *q)
{
	q->at++;
	if (q->rc == 0)
		put(q, sqlite3_bind_null(q->st, q->at));
}

void put_digest(struct query *q, const struct digest *d)
{
	if (digest_is_zero(d))
		put_null(q);
	else
		put_bytes(q, d->bytes, DIGEST_BYTES);
}

void put_blob_ref(struct query *q, const struct blob_ref *b)
{
	put_digest(q, &b->digest);
	put_u64(q, b->size);
}

/* The next column if it is of this type; -1 and an error otherwise. */
static int column(struct query *q, int type, const char *what)
{
	int i = q->at++;

	if (q->rc)
		return -1;
	if (sqlite3_column_type(q->st, i) == type)
		return i;
	query_corrupt(q, "column '%s' is not %s", sqlite3_column_name(q->st, i), what);
	return -1;
}

uint64_t get_bits(struct query *q)
{
	int i = column(q, SQLITE_INTEGER, "a whole number");
	int64_t v = i < 0 ? 0 : sqlite3_column_int64(q->st, i);
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits;
}

int64_t get_i64(struct query *q, int64_t lo, int64_t hi)
{
	int i = column(q, SQLITE_INTEGER, "a whole number");
	int64_t v = i < 0 ? 0 : sqlite3_column_int64(q->st, i);

	if (i < 0)
		return 0;
	if (v >= lo && v <= hi)
		return v;
	query_corrupt(q, "column '%s' is %" PRId64 ", not from %" PRId64 " to %" PRId64,
	              sqlite3_column_name(q->st, i), v, lo, hi);
	return 0;
}

uint64_t get_u64(struct query *q)
{
	return (uint64_t)get_i64(q, 0, INT64_MAX);
}

bool get_bool(struct query *q)
{
	return get_i64(q, 0, 1) == 1;
}

double get_real(struct query *q)
{
	int i;

	if (get_null(q))
		return NAN;
	i = column(q, SQLITE_FLOAT, "a number");
	return i < 0 ? 0 : sqlite3_column_double(q->st, i);
}

const char *get_borrowed(struct query *q, size_t max, size_t *n)
{
	int i = column(q, SQLITE_TEXT, "a text");
	const char *text;

	*n = 0;
	if (i < 0)
		return "";
	text = (const char *)sqlite3_column_text(q->st, i);
	*n = (size_t)sqlite3_column_bytes(q->st, i);
	if (text && *n <= max && strlen(text) == *n)
		return text;
	query_corrupt(q, "column '%s' is not a text of up to %zu bytes without NUL",
	              sqlite3_column_name(q->st, i), max);
	*n = 0;
	return "";
}

void get_text(struct query *q, char *out, size_t cap)
{
	size_t n;

	str_copy(out, cap, get_borrowed(q, cap - 1, &n));
}

const void *get_bytes(struct query *q, size_t max, size_t *n)
{
	int i = column(q, SQLITE_BLOB, "bytes");
	const void *p;

	*n = 0;
	if (i < 0)
		return "";
	p = sqlite3_column_blob(q->st, i);
	*n = (size_t)sqlite3_column_bytes(q->st, i);
	if (*n <= max)
		return *n ? p : "";
	query_corrupt(q, "column '%s' has %zu bytes, not up to %zu", sqlite3_column_name(q->st, i), *n, max);
	*n = 0;
	return "";
}

void get_digest(struct query *q, struct digest *d)
{
	const void *p;
	size_t n;

	*d = (struct digest){0};
	if (get_null(q))
		return;
	p = get_bytes(q, DIGEST_BYTES, &n);
	if (n == DIGEST_BYTES)
		memcpy(d->bytes, p, n);
	else
		query_corrupt(q, "column '%s' is not a digest of %d bytes", sqlite3_column_name(q->st, q->at - 1),
		              DIGEST_BYTES);
}

void get_blob_ref(struct query *q, struct blob_ref *b)
{
	get_digest(q, &b->digest);
	b->size = get_u64(q);
}

bool get_null(struct query *q)
{
	if (q->rc || sqlite3_column_type(q->st, q->at) != SQLITE_NULL)
		return false;
	q->at++;
	return true;
}
