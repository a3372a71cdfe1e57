#include "cloud/store/migrations.h"

#include <inttypes.h>
#include <stdio.h>

#include "cloud/store/query.h"
#include "common/base/mem.h"

/* Digests are 32 bytes, NULL for none; times are milliseconds since 1970 in UTC, 0 for never; money is
 * millionths of a credit. Seats are read in the order of their numbers, which is that of joining. */
static const char rounds[] =
    "CREATE TABLE round("
    "id INTEGER PRIMARY KEY, phase TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL,"
    "deadline_ms INTEGER NOT NULL, instance TEXT NOT NULL, samples_per_effort REAL NOT NULL, menu TEXT,"
    "policy TEXT NOT NULL, expected_profit REAL, agent_version INTEGER NOT NULL, failure TEXT NOT NULL"
    ") STRICT;"
    "CREATE TABLE round_module("
    "round INTEGER NOT NULL REFERENCES round(id), position INTEGER NOT NULL, kind TEXT NOT NULL,"
    "digest BLOB, size INTEGER NOT NULL, generation INTEGER NOT NULL, changed_round INTEGER NOT NULL,"
    "metric REAL, PRIMARY KEY(round, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE seat("
    "number INTEGER PRIMARY KEY, round INTEGER NOT NULL REFERENCES round(id), edge TEXT NOT NULL,"
    "cpu_free1 REAL, energy_price1 REAL, link_mbps1 REAL, queue_length1 REAL, samples1 REAL,"
    "cpu_free2 REAL, energy_price2 REAL, link_mbps2 REAL, queue_length2 REAL, samples2 REAL,"
    "item1 INTEGER NOT NULL /* from 0; -1 declined, -2 no choice */, item2 INTEGER NOT NULL,"
    "deploy TEXT NOT NULL, deploy_reason TEXT NOT NULL, UNIQUE(round, edge)) STRICT;";

static const char tasks[] =
    "CREATE TABLE task("
    "task INTEGER PRIMARY KEY, round INTEGER NOT NULL, edge TEXT NOT NULL,"
    "period INTEGER NOT NULL /* 1, 2; 3 derives */, deadline_ms INTEGER NOT NULL, seed INTEGER NOT NULL,"
    "effort REAL NOT NULL, reward_micro INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,"
    "answered INTEGER NOT NULL, duration_ms INTEGER NOT NULL, metric REAL, paid_micro INTEGER NOT NULL,"
    "ledger_entry INTEGER NOT NULL, ledger_hash BLOB, UNIQUE(round, edge, period),"
    "FOREIGN KEY(round, edge) REFERENCES seat(round, edge)) STRICT;"
    "CREATE TABLE task_work("
    "task INTEGER NOT NULL REFERENCES task(task), position INTEGER NOT NULL, kind TEXT NOT NULL,"
    "start BLOB, start_size INTEGER NOT NULL, needs BLOB, needs_size INTEGER NOT NULL,"
    "samples INTEGER NOT NULL, generation INTEGER NOT NULL, PRIMARY KEY(task, position)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE task_result("
    "task INTEGER NOT NULL REFERENCES task(task), position INTEGER NOT NULL, kind TEXT NOT NULL,"
    "digest BLOB, size INTEGER NOT NULL, samples INTEGER NOT NULL, loss REAL,"
    "PRIMARY KEY(task, position)) STRICT, WITHOUT ROWID;";

static const char standing[] =
    "CREATE TABLE module("
    "number INTEGER PRIMARY KEY, kind TEXT NOT NULL UNIQUE, digest BLOB, size INTEGER NOT NULL,"
    "generation INTEGER NOT NULL, round INTEGER NOT NULL, metric REAL) STRICT;"
    "CREATE TABLE agent("
    "version INTEGER PRIMARY KEY, round INTEGER NOT NULL, made_ms INTEGER NOT NULL, manifest BLOB NOT NULL"
    ") STRICT;"
    "CREATE TABLE edge("
    "edge TEXT PRIMARY KEY, allowed INTEGER NOT NULL, revoked INTEGER NOT NULL,"
    "first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL, agent_version INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE edge_belief("
    "edge TEXT NOT NULL REFERENCES edge(edge), type INTEGER NOT NULL /* from 0 */,"
    "probability REAL NOT NULL, PRIMARY KEY(edge, type)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;";

/* The insert trigger also refuses INSERT OR REPLACE, which would delete without asking the delete trigger. */
static const char ledger[] =
    "CREATE TABLE ledger("
    "entry INTEGER PRIMARY KEY, task INTEGER NOT NULL UNIQUE, round INTEGER NOT NULL,"
    "period INTEGER NOT NULL, edge TEXT NOT NULL, amount_micro INTEGER NOT NULL, wall_ms INTEGER NOT NULL,"
    "previous BLOB, hash BLOB NOT NULL) STRICT;"
    "CREATE INDEX ledger_edge ON ledger(edge, amount_micro);"
    "CREATE TRIGGER ledger_keeps BEFORE UPDATE ON ledger "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER ledger_holds BEFORE DELETE ON ledger "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER ledger_grows BEFORE INSERT ON ledger "
    "WHEN NEW.entry IS NOT (SELECT coalesce(max(entry), 0) + 1 FROM ledger) "
    "OR EXISTS(SELECT 1 FROM ledger WHERE task = NEW.task) "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: one entry a task, without gaps'); END;";

/* Whether an update's parameters were seen before is asked for every update. */
static const char known[] = "CREATE INDEX task_result_digest ON task_result(digest);"
                            "CREATE INDEX round_module_digest ON round_module(digest);";

/* Rounds of before say nothing about weights. */
static const char authors[] = "ALTER TABLE round ADD COLUMN policy_weights TEXT NOT NULL DEFAULT '';"
                              "ALTER TABLE round ADD COLUMN policy_updates INTEGER NOT NULL DEFAULT 0;"
                              "ALTER TABLE round ADD COLUMN policy_fallback INTEGER NOT NULL DEFAULT 0;";

/* Whose work an update is that two tasks name. */
static const char order[] = "ALTER TABLE task ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;";

/* What the next update is compared with. */
static const char norms[] = "ALTER TABLE task_result ADD COLUMN norm REAL NOT NULL DEFAULT 0;";

const char *const store_migrations[] = {rounds, tasks, standing, ledger, known, authors, order, norms};
const size_t store_migration_count = ARRAY_LEN(store_migrations);

static int run(sqlite3 *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, e, "database");
	return 0;
}

/* The one number that `sql` selects. */
static int number(sqlite3 *db, const char *sql, int64_t *out, struct err *e)
{
	sqlite3_stmt *st;
	int rc = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		return db_error(db, e, "database");
	if (sqlite3_step(st) == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	else
		rc = db_error(db, e, "database");
	sqlite3_finalize(st);
	return rc;
}

static int taken(sqlite3 *db, size_t count, size_t *version, struct err *e)
{
	int64_t program = 0, tables = 0, steps = 0;
	int rc = number(db, "PRAGMA application_id", &program, e);

	if (rc == 0)
		rc = number(db, "SELECT count(*) FROM sqlite_master", &tables, e);
	if (rc == 0)
		rc = number(db, "PRAGMA user_version", &steps, e);
	if (rc)
		return rc;
	if (program != STORE_APPLICATION_ID && (program != 0 || tables != 0 || steps != 0))
		return err_set(e, E_INVALID, "this is the database of another program");
	if (steps < 0 || (uint64_t)steps > count)
		return err_set(e, E_INVALID,
		               "a newer program made this database: it has version %" PRId64
		               ", this program knows up to %zu",
		               steps, count);
	*version = (size_t)steps;
	return 0;
}

static int take(sqlite3 *db, const char *step, size_t version, struct err *e)
{
	char mark[128];
	int rc = run(db, "BEGIN IMMEDIATE", e);

	if (rc)
		return rc;
	snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %zu",
	         STORE_APPLICATION_ID, version);
	rc = run(db, step, e);
	if (rc == 0)
		rc = run(db, mark, e);
	if (rc == 0)
		rc = run(db, "COMMIT", e);
	if (rc) {
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		return err_wrap(e, "migration to version %zu", version);
	}
	return 0;
}

int migrate(sqlite3 *db, const char *const *steps, size_t count, struct err *e)
{
	size_t version = 0;
	int rc = taken(db, count, &version, e);

	for (; rc == 0 && version < count; version++)
		rc = take(db, steps[version], version + 1, e);
	return rc;
}
