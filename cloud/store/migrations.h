/* The database's schema as numbered steps. A step, once released, never changes; a new one is added below it.
 * PRAGMA user_version counts those that were taken. */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

#include <sqlite3.h>
#include <stddef.h>

#include "common/base/err.h"

#define STORE_APPLICATION_ID 0x466f6564 /* "Foed", PRAGMA application_id */

extern const char *const store_migrations[];
extern const size_t store_migration_count;

/* Takes the steps that are missing, each in a transaction of its own with its number. E_INVALID when the
 * database is another program's, or has more steps than `count`: then a newer program made it. */
int migrate(sqlite3 *db, const char *const *steps, size_t count, struct err *e) MUST_CHECK;

#endif
