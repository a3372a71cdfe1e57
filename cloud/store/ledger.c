#include "cloud/store/ledger.h"

#include <inttypes.h>
#include <string.h>

#include "cloud/store/check.h"
#include "cloud/store/query.h"

#define COLUMNS "entry, task, round, period, edge, amount_micro, wall_ms, previous, hash"

static uint8_t *be(uint8_t *p, uint64_t v, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
	return p + bytes;
}

struct digest ledger_hash(const struct ledger_entry *x)
{
	static const char tag[] = "foedus-ledger-1"; /* hashed with its final NUL */
	uint8_t bytes[sizeof(tag) + 6 * 8 + DIGEST_BYTES + WIRE_NAME_MAX];
	size_t n = strnlen(x->edge, WIRE_NAME_MAX);
	uint8_t *p = bytes;

	memcpy(p, tag, sizeof(tag));
	p = be(p + sizeof(tag), x->entry, 8);
	p = be(p, x->task, 8);
	p = be(p, x->round, 8);
	p = be(p, x->period, 4);
	p = be(p, n, 4);
	memcpy(p, x->edge, n);
	p = be(p + n, (uint64_t)x->amount_micro, 8);
	p = be(p, (uint64_t)x->wall_ms, 8);
	memcpy(p, x->previous.bytes, DIGEST_BYTES);
	p += DIGEST_BYTES;
	return digest_of(bytes, (size_t)(p - bytes));
}

static void get_entry(struct query *q, struct ledger_entry *x)
{
	*x = (struct ledger_entry){0};
	x->entry = get_u64(q);
	x->task = get_u64(q);
	x->round = get_u64(q);
	x->period = (uint32_t)get_i64(q, 0, UINT32_MAX);
	get_text(q, x->edge, sizeof(x->edge));
	x->amount_micro = get_i64(q, INT64_MIN, INT64_MAX);
	x->wall_ms = get_i64(q, INT64_MIN, INT64_MAX);
	get_digest(q, &x->previous);
	get_digest(q, &x->hash);
	if (q->rc == 0)
		query_checked(q, ledger_entry_check(x, q->e));
}

static int find_task(struct store *s, uint64_t task, struct ledger_entry *found, bool *paid, struct err *e)
{
	struct query q;

	query_start(&q, s, ST_LEDGER_OF_TASK, "ledger", 1, "SELECT " COLUMNS " FROM ledger WHERE task = ?", e);
	put_u64(&q, task);
	*paid = query_next(&q);
	if (*paid)
		get_entry(&q, found);
	return query_end(&q);
}

static int find_head(struct store *s, struct ledger_entry *head, struct err *e)
{
	struct query q;

	*head = (struct ledger_entry){0};
	query_start(&q, s, ST_LEDGER_HEAD, "ledger", 1,
	            "SELECT " COLUMNS " FROM ledger ORDER BY entry DESC LIMIT 1", e);
	if (query_next(&q))
		get_entry(&q, head);
	return query_end(&q);
}

static int append(struct store *s, const struct ledger_entry *x, struct err *e)
{
	struct query q;

	query_start(&q, s, ST_LEDGER_ADD, "ledger", 0,
	            "INSERT INTO ledger(" COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?)", e);
	put_u64(&q, x->entry);
	put_u64(&q, x->task);
	put_u64(&q, x->round);
	put_u64(&q, x->period);
	put_text(&q, x->edge);
	put_i64(&q, x->amount_micro);
	put_i64(&q, x->wall_ms);
	put_digest(&q, &x->previous);
	put_bytes(&q, x->hash.bytes, DIGEST_BYTES);
	return query_run(&q);
}

static int again(struct ledger_entry *x, const struct ledger_entry *there, struct err *e)
{
	if (there->amount_micro != x->amount_micro || there->round != x->round || there->period != x->period ||
	    strcmp(there->edge, x->edge) != 0)
		return err_set(e, E_INVALID,
		               "task %" PRIu64 " is paid already: entry %" PRIu64 " gives %" PRId64
		               " millionths to '%s' for period %" PRIu32 " of round %" PRIu64,
		               x->task, there->entry, there->amount_micro, there->edge, there->period, there->round);
	*x = *there;
	return 0;
}

int ledger_pay(struct store *s, struct ledger_entry *x, struct err *e)
{
	struct ledger_entry last;
	bool paid;
	int rc = store_writing(s, "ledger", e);

	if (rc)
		return rc;
	e = store_err(s, e);
	if (ledger_entry_check(x, e))
		return err_wrap(e, "payment of task %" PRIu64, x->task);
	rc = find_task(s, x->task, &last, &paid, e);
	if (rc)
		return rc;
	if (paid)
		return again(x, &last, e);
	rc = find_head(s, &last, e);
	if (rc)
		return rc;
	x->entry = last.entry + 1;
	x->previous = last.hash;
	x->hash = ledger_hash(x);
	return append(s, x, e);
}

/* Does `x` follow on what was summed up so far? */
static void verify_entry(struct query *q, const struct ledger_entry *x, struct ledger_summary *sum)
{
	struct digest hash = ledger_hash(x);

	if (x->entry != sum->entries + 1)
		query_corrupt(q, "entry %" PRIu64 " is missing", sum->entries + 1);
	else if (!digest_equal(&x->previous, &sum->head))
		query_corrupt(q, "does not name the hash of the entry before");
	else if (!digest_equal(&x->hash, &hash))
		query_corrupt(q, "its hash is not that of its contents");
	else if (__builtin_add_overflow(sum->total_micro, x->amount_micro, &sum->total_micro))
		query_corrupt(q, "the sum of all payments overflows");
	sum->entries = x->entry;
	sum->head = x->hash;
}

/* An end that was cut off leaves a chain that fits; but the tasks remember their entries. */
static int verify_tasks(struct store *s, struct err *e)
{
	static const char sql[] =
	    "SELECT task.task, task.ledger_entry FROM task WHERE task.ledger_entry <> 0 AND NOT EXISTS("
	    "SELECT 1 FROM ledger WHERE ledger.entry = task.ledger_entry AND ledger.task = task.task "
	    "AND ledger.hash = task.ledger_hash AND ledger.amount_micro = task.paid_micro "
	    "AND ledger.edge = task.edge) ORDER BY task.ledger_entry LIMIT 1";
	struct query q;

	query_start(&q, s, ST_LEDGER_LOST, "task", 2, sql, e);
	if (query_next(&q)) {
		get_u64(&q);
		query_corrupt(&q, "was paid by entry %" PRIu64 ", and the ledger has no such entry for it",
		              get_u64(&q));
	}
	return query_end(&q);
}

static void read_from(struct query *q, struct store *s, uint64_t first, uint64_t limit, struct err *e)
{
	query_start(q, s, ST_LEDGER_EACH, "ledger", 1,
	            "SELECT " COLUMNS " FROM ledger WHERE entry >= ? ORDER BY entry LIMIT ?", e);
	put_u64(q, first);
	put_i64(q, limit == 0 || limit > INT64_MAX ? -1 : (int64_t)limit);
}

int ledger_verify(struct store *s, struct ledger_summary *out, struct err *e)
{
	struct ledger_entry x;
	struct query q;
	int rc;

	*out = (struct ledger_summary){0};
	read_from(&q, s, 0, 0, e);
	while (query_next(&q)) {
		get_entry(&q, &x);
		if (q.rc == 0)
			verify_entry(&q, &x, out);
	}
	rc = query_end(&q);
	return rc ? rc : verify_tasks(s, e);
}

int ledger_each(struct store *s, uint64_t first, uint64_t limit,
                int (*each)(void *ctx, const struct ledger_entry *x), void *ctx, struct err *e)
{
	struct ledger_entry x;
	struct query q;
	int rc = 0;

	read_from(&q, s, first, limit, e);
	while (rc == 0 && query_next(&q)) {
		get_entry(&q, &x);
		if (q.rc == 0)
			rc = each(ctx, &x);
	}
	return query_end(&q) ? q.rc : rc;
}

int ledger_since(struct store *s, uint64_t after, struct ledger_summary *out, struct err *e)
{
	struct ledger_entry head;
	struct query q;
	int rc;

	*out = (struct ledger_summary){.entries = after};
	query_start(&q, s, ST_LEDGER_SINCE, "ledger", 0,
	            "SELECT coalesce(sum(amount_micro), 0) FROM ledger WHERE entry > ?", e);
	put_u64(&q, after);
	if (query_next(&q))
		out->total_micro = get_i64(&q, INT64_MIN, INT64_MAX);
	rc = query_end(&q);
	if (rc == 0)
		rc = find_head(s, &head, e);
	if (rc == 0 && head.entry > after) {
		out->entries = head.entry;
		out->head = head.hash;
	}
	return rc;
}

int ledger_paid_to(struct store *s, const char *edge, int64_t *micro, struct err *e)
{
	struct query q;

	*micro = 0;
	query_start(&q, s, ST_LEDGER_PAID, "ledger", 0,
	            "SELECT coalesce(sum(amount_micro), 0) FROM ledger WHERE edge = ?", e);
	put_text(&q, edge);
	if (query_next(&q))
		*micro = get_i64(&q, INT64_MIN, INT64_MAX);
	return query_end(&q);
}
