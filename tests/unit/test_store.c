#include "cloud/store/store.h"

#include <string.h>
#include <sys/stat.h>

#include "cloud/store/migrations.h"
#include "cloud/store/query.h"
#include "common/base/file.h"
#include "tests/support/rounds.h"
#include "tests/support/suite.h"

static struct store *s;
static struct err e;
static char path[512];

static const char *fresh_path(const char *name)
{
	ck_ok(path_join(path, sizeof(path), suite_tmp(), name, &e), &e);
	return path;
}

static int64_t number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;
	int64_t v;

	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

static void run(sqlite3 *db, const char *sql)
{
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
}

/* Another program's statement on the same file. */
static void from_outside(const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	run(db, sql);
	sqlite3_close(db);
}

START_TEST(a_database_is_made_and_opened_again)
{
	char *value;

	ck_ok(store_open(fresh_path("a.db"), &s, &e), &e);
	ck_assert_int_eq(number(s->db, "PRAGMA user_version"), (int64_t)store_migration_count);
	ck_assert_int_eq(number(s->db, "PRAGMA synchronous"), 2);
	ck_assert_int_eq(number(s->db, "PRAGMA foreign_keys"), 1);
	ck_assert_int_eq(number(s->db, "SELECT 1 FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
	ck_ok(store_begin(s, &e), &e);
	ck_ok(store_set(s, "agent-id", "a-1", &e), &e);
	ck_ok(store_commit(s, &e), &e);
	ck_ok(store_begin(s, &e), &e);
	ck_ok(store_set(s, "agent-id", "a-2", &e), &e);
	store_close(s);
	ck_ok(store_open(path, &s, &e), &e);
	ck_ok(store_get(s, "agent-id", &value, &e), &e);
	ck_assert_str_eq(value, "a-1");
	free(value);
	store_close(s);
	store_close(NULL);
}
END_TEST

START_TEST(a_database_is_its_owners)
{
	static const char *const names[] = {"owned.db", "owned.db-wal", "owned.db-shm"};
	mode_t before = umask(0);
	struct stat st;

	ck_ok(store_open(fresh_path("owned.db"), &s, &e), &e);
	umask(before);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ck_assert_int_eq(stat(fresh_path(names[i]), &st), 0);
		ck_assert_msg((st.st_mode & 0777) == 0600, "%s has mode %o", names[i], st.st_mode & 0777);
	}
	store_close(s);
}
END_TEST

START_TEST(strange_databases_are_refused)
{
	ck_fails(store_open("", &s, &e), E_INVALID, &e, "path is empty");
	ck_fails(store_open("/nonexistent/x.db", &s, &e), E_IO, &e,
	         "/nonexistent/x.db: database: unable to open");
	ck_assert_ptr_null(s);
	ck_assert_int_eq(store_open("/nonexistent/x.db", &s, NULL), E_IO);

	ck_ok(
	    file_write(fresh_path("text.db"), "this is no database, this is a text of some length", 50, 0600, &e),
	    &e);
	ck_fails(store_open(path, &s, &e), E_CORRUPT, &e, "not a database");

	fresh_path("other.db");
	from_outside("CREATE TABLE music(title)");
	ck_fails(store_open(path, &s, &e), E_INVALID, &e, "another program");

	ck_ok(store_open(fresh_path("newer.db"), &s, &e), &e);
	store_close(s);
	from_outside("PRAGMA user_version = 4711");
	ck_fails(store_open(path, &s, &e), E_INVALID, &e, "version 4711");
	ck_fails(store_open(path, &s, &e), E_INVALID, &e, "newer program");
}
END_TEST

START_TEST(a_damaged_file_is_an_error)
{
	struct buf image = BUF_INIT;
	struct round r;
	struct rng rng;
	int rc;

	rng_seed(&rng, suite_seed(), 0);
	ck_ok(store_open(fresh_path("damaged.db"), &s, &e), &e);
	rounds_make(&rng, 1, 20, &r);
	ck_ok(rounds_save(s, &r, &e), &e);
	round_release(&r);
	store_close(s);
	ck_ok(file_read(path, 1 << 24, &image, &e), &e);
	for (size_t i = 8192; i < image.len; i++)
		image.data[i] = (uint8_t)rng_u64(&rng);
	ck_ok(file_write(path, image.data, image.len, 0600, &e), &e);
	buf_release(&image);
	rc = store_open(path, &s, &e);
	if (rc == 0) {
		rc = store_load_round(s, 1, &r, &e);
		store_close(s);
	}
	ck_assert_int_eq(rc, E_CORRUPT);
}
END_TEST

START_TEST(migrations_run_once_and_whole)
{
	static const char *const steps[] = {"CREATE TABLE a(x); INSERT INTO a VALUES(1)",
	                                    "INSERT INTO a VALUES(2)",
	                                    "INSERT INTO a VALUES(3); INSERT INTO nowhere VALUES(4)"};
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
	ck_ok(migrate(db, steps, 1, &e), &e);
	ck_ok(migrate(db, steps, 1, &e), &e);
	ck_assert_int_eq(number(db, "SELECT count(*) FROM a"), 1);
	ck_fails(migrate(db, steps, 3, &e), E_INTERNAL, &e, "migration to version 3: database: no such table");
	ck_assert_int_eq(number(db, "SELECT count(*) FROM a"), 2);
	ck_assert_int_eq(number(db, "PRAGMA user_version"), 2);
	ck_ok(migrate(db, steps, 2, &e), &e);
	ck_fails(migrate(db, steps, 1, &e), E_INVALID, &e, "version 2, this program knows up to 1");
	sqlite3_close(db);
}
END_TEST

/* A database of every released version opens, with its rows. */
START_TEST(older_databases_are_brought_forward)
{
	for (size_t from = 1; from < store_migration_count; from++) {
		uint64_t last;
		sqlite3 *db;

		fresh_path("older.db");
		ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
		ck_ok(migrate(db, store_migrations, from, &e), &e);
		sqlite3_close(db);
		ck_ok(store_open(path, &s, &e), &e);
		ck_ok(store_last_round(s, &last, &e), &e);
		ck_assert_int_eq(number(s->db, "PRAGMA user_version"), (int64_t)store_migration_count);
		store_close(s);
		ck_assert_int_eq(remove(path), 0);
	}
}
END_TEST

START_TEST(settings_are_texts_by_name)
{
	char *value, *big = mem_zalloc(STORE_SETTING_MAX + 2);

	memset(big, 'x', STORE_SETTING_MAX + 1);
	ck_ok(store_open(":memory:", &s, &e), &e);
	ck_fails(store_get(s, "missing", &value, &e), E_NOT_FOUND, &e, "'missing'");
	ck_assert_ptr_null(value);
	ck_fails(store_set(s, "a", "b", &e), E_STATE, &e, "'setting'");
	ck_ok(store_begin(s, &e), &e);
	ck_fails(store_set(s, "two words", "b", &e), E_INVALID, &e, "'two words'");
	ck_fails(store_set(s, "big", big, &e), E_LIMIT, &e, "'big'");
	big[STORE_SETTING_MAX] = '\0';
	ck_ok(store_set(s, "big", big, &e), &e);
	ck_ok(store_set(s, "empty", "", &e), &e);
	ck_ok(store_commit(s, &e), &e);
	ck_ok(store_get(s, "big", &value, &e), &e);
	ck_assert_str_eq(value, big);
	free(value);
	ck_ok(store_get(s, "empty", &value, &e), &e);
	ck_assert_str_eq(value, "");
	free(value);
	run(s->db, "UPDATE setting SET value = 'a' || char(0)");
	ck_fails(store_get(s, "empty", &value, &e), E_CORRUPT, &e, "table 'setting', key empty");
	ck_assert_ptr_null(value);
	free(big);
	store_close(s);
}
END_TEST

SUITE("store/store", a_database_is_made_and_opened_again, a_database_is_its_owners,
      strange_databases_are_refused, a_damaged_file_is_an_error, migrations_run_once_and_whole,
      older_databases_are_brought_forward, settings_are_texts_by_name)
