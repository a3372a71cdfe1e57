#include "cloud/store/store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cloud/store/migrations.h"
#include "cloud/store/query.h"
#include "common/base/mem.h"

#define BUSY_MS 5000 /* patience with a reader from outside, say a backup */

/* recursive_triggers lets the ledger's triggers see what INSERT OR REPLACE deletes. */
static const char pragmas[] = "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA foreign_keys = ON;"
                              "PRAGMA recursive_triggers = ON;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA cell_size_check = ON;"
                              "PRAGMA cache_size = -256;";

/* Payments and settings are the owner's to read, whatever folder they lie in; SQLite gives its other files
 * the same mode. Only a new file is opened here: closing one that is in use would drop SQLite's locks on it.
 */
static void make_private(const char *path)
{
	bool is_file = strcmp(path, ":memory:") != 0;
	int fd = is_file ? open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;

	if (fd >= 0)
		close(fd);
}

static int open_db(struct store *s, const char *path, struct err *e)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

	make_private(path);
	if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
		return db_error(s->db, e, "database");
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	if (sqlite3_exec(s->db, pragmas, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(s->db, e, "database");
	return migrate(s->db, store_migrations, store_migration_count, e);
}

int store_open(const char *path, struct store **out, struct err *e)
{
	struct store *s;
	int rc;

	*out = NULL;
	if (path[0] == '\0')
		return err_set(e, E_INVALID, "the database's path is empty");
	s = mem_zalloc(sizeof(*s));
	rc = open_db(s, path, store_err(s, e));
	if (rc) {
		store_close(s);
		err_wrap(e, "%s", path);
		return rc;
	}
	*out = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (int i = 0; i < ST_COUNT; i++)
		sqlite3_finalize(s->cached[i]);
	sqlite3_close(s->db);
	free(s);
}

static int control(struct store *s, enum statement id, const char *sql, struct err *e)
{
	struct query q;

	query_start(&q, s, id, "transaction", 0, sql, e);
	return query_run(&q);
}

int store_begin(struct store *s, struct err *e)
{
	if (!sqlite3_get_autocommit(s->db))
		return err_set(e, E_STATE, "a transaction of the store is open already");
	return control(s, ST_BEGIN, "BEGIN IMMEDIATE", e);
}

int store_commit(struct store *s, struct err *e)
{
	if (sqlite3_get_autocommit(s->db))
		return err_set(e, E_STATE, "no transaction of the store is open");
	if (s->fails && s->fails(s->fails_ctx))
		return err_set(e, E_IO, "database: a failure that was asked for");
	return control(s, ST_COMMIT, "COMMIT", e);
}

void store_plan_failures(struct store *s, bool (*fails)(void *ctx), void *ctx)
{
	s->fails = fails;
	s->fails_ctx = ctx;
}

void store_rollback(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db) && control(s, ST_ROLLBACK, "ROLLBACK", NULL))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}
