/* Options read again while the program runs. */
#include <string.h>

#include "common/base/log.h"
#include "common/base/opt.h"

static size_t size_of(const struct opt *o)
{
	switch (o->kind) {
	case OPT_FLAG:
		return sizeof(bool);
	case OPT_INT:
	case OPT_BYTES:
		return sizeof(int64_t);
	case OPT_DOUBLE:
		return sizeof(double);
	case OPT_TEXT:
	case OPT_CHOICE:
		break;
	}
	return sizeof(const char *);
}

static bool is_same(const struct opt *o, const void *now, const void *fresh)
{
	const void *a = (const char *)now + o->offset, *b = (const char *)fresh + o->offset;
	const char *x, *y;

	if (o->kind != OPT_TEXT && o->kind != OPT_CHOICE)
		return memcmp(a, b, size_of(o)) == 0;
	x = *(const char *const *)a;
	y = *(const char *const *)b;
	return x && y ? strcmp(x, y) == 0 : x == y;
}

int opt_reload(const struct opt_program *p, int argc, char **argv, void *fresh, struct err *e)
{
	int rc = opt_parse(p, argc, argv, fresh, NULL, e);

	return rc == OPT_HELP_SHOWN ? err_set(e, E_INVALID, "the words ask for help, not for a run") : rc;
}

void opt_changes(const struct opt_program *p, const void *now, const void *fresh, bool reloadable,
                 struct buf *out)
{
	buf_clear(out);
	for (const struct opt *o = p->table; o->name; o++)
		if (o->reload == reloadable && !is_same(o, now, fresh))
			buf_fmt(out, "%s%s", out->len ? ", " : "", o->name);
}

void opt_say_changes(const struct opt_program *p, const void *now, const void *fresh)
{
	struct buf names = BUF_INIT;

	opt_changes(p, now, fresh, true, &names);
	if (names.len)
		log_info("changed: %s", buf_cstr(&names));
	opt_changes(p, now, fresh, false, &names);
	if (names.len)
		log_warn("changed, but only a restart takes it over: %s", buf_cstr(&names));
	buf_release(&names);
}

void opt_take(const struct opt_program *p, void *now, const void *fresh)
{
	for (const struct opt *o = p->table; o->name; o++)
		if (o->reload)
			memcpy((char *)now + o->offset, (const char *)fresh + o->offset, size_of(o));
}
