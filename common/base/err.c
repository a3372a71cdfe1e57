#include "common/base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return code;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return code;
}

int err_errno(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t n;

	if (!e)
		return E_IO;
	e->code = E_IO;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof(e->text) - n, ": %s", strerror(saved));
	return E_IO;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char context[sizeof(e->text)];
	char inner[sizeof(e->text)];
	va_list ap;
	size_t n;

	if (!e)
		return E_INTERNAL;
	va_start(ap, fmt);
	vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	memcpy(inner, e->text, sizeof(inner));
	snprintf(e->text, sizeof(e->text), "%s", context);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof(e->text) - n, ": %s", inner);
	return e->code ? e->code : E_INTERNAL;
}

int err_exit_code(int code)
{
	switch (code) {
	case E_INVALID:
	case E_LIMIT:
	case E_AUTH:
	case E_NOT_FOUND:
	case E_EXISTS:
	case E_CORRUPT:
		return 2;
	default:
		return 1;
	}
}

const char *err_name(int code)
{
	switch (code) {
	case 0:
		return "ok";
#define X(c, value, name)                                                                                    \
	case c:                                                                                                  \
		return name;
		ERR_LIST(X)
#undef X
	default:
		return "unknown";
	}
}
