#include <string.h>

#include "cloud/store/query.h"
#include "common/base/mem.h"
#include "common/base/str.h"

static int check_key(const char *key, struct err *e)
{
	if (str_is_name(key, WIRE_NAME_MAX))
		return 0;
	return err_set(e, E_INVALID, "setting '%.80s' is not a name of up to %d letters, digits, '.', '_', '-'",
	               key, WIRE_NAME_MAX);
}

int store_set(struct store *s, const char *key, const char *value, struct err *e)
{
	struct query q;
	int rc = store_writing(s, "setting", e);

	if (rc == 0)
		rc = check_key(key, e);
	if (rc)
		return rc;
	if (strnlen(value, STORE_SETTING_MAX + 1) > STORE_SETTING_MAX)
		return err_set(e, E_LIMIT, "setting '%s': longer than %d bytes", key, STORE_SETTING_MAX);
	query_start(&q, s, ST_SETTING_SAVE, "setting", 0, "INSERT OR REPLACE INTO setting VALUES(?,?)", e);
	put_text(&q, key);
	put_text(&q, value);
	return query_run(&q);
}

int store_get(struct store *s, const char *key, char **out, struct err *e)
{
	struct query q;
	size_t n;
	int rc;

	*out = NULL;
	query_start(&q, s, ST_SETTING_LOAD, "setting", 1, "SELECT key, value FROM setting WHERE key = ?", e);
	put_text(&q, key);
	if (query_next(&q)) {
		const char *value;

		get_borrowed(&q, WIRE_NAME_MAX, &n);
		value = get_borrowed(&q, STORE_SETTING_MAX, &n);
		if (q.rc == 0)
			*out = mem_dup(value, n + 1);
	}
	rc = query_end(&q);
	if (rc == 0 && !*out)
		rc = err_set(e, E_NOT_FOUND, "there is no setting '%.80s'", key);
	return rc;
}
