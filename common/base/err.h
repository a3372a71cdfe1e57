/* Errors: a typed code and a sentence for people.
 *
 * A function that can fail returns 0 or a negative enum err_code and fills `struct err`.
 * The sentence names what was wrong, where, and what is accepted; callers prepend context
 * with err_wrap() as it climbs. `err` may be NULL where the caller does not care. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

#define MUST_CHECK __attribute__((warn_unused_result))

/* code, value, name as seen on the wire, in logs and in JSON */
#define ERR_LIST(X)                                                                                          \
	X(E_INVALID, -1, "invalid")          /* an argument, option, file or field is wrong */                   \
	X(E_IO, -2, "io")                    /* the operating system said no */                                  \
	X(E_LIMIT, -3, "limit")              /* larger than what is accepted */                                  \
	X(E_PROTOCOL, -4, "protocol")        /* a peer broke the protocol */                                     \
	X(E_AUTH, -5, "auth")                /* a certificate, name or signature is refused */                   \
	X(E_NOT_FOUND, -6, "not-found")      /* no such thing */                                                 \
	X(E_EXISTS, -7, "exists")            /* it is there already */                                           \
	X(E_STATE, -8, "state")              /* not in this state */                                             \
	X(E_CORRUPT, -9, "corrupt")          /* stored or received bytes fail their digest */                    \
	X(E_TIMEOUT, -10, "timeout")         /* too late */                                                      \
	X(E_UNAVAILABLE, -11, "unavailable") /* the other side is not there now */                               \
	X(E_INFEASIBLE, -12, "infeasible")   /* no rewards implement it; a constraint fails */                   \
	X(E_SOLVER, -13, "solver")           /* a numerical method did not converge */                           \
	X(E_INTERNAL, -14, "internal")       /* our own fault */

enum err_code {
#define X(code, value, name) code = value,
	ERR_LIST(X)
#undef X
};

struct err {
	int code;       /* 0 or an enum err_code */
	char text[512]; /* one line, no final newline */
};

#define ERR_INIT ((struct err){0})

/* Each sets `e` (when not NULL) and returns `code`, so that `return err_set(...)` reads well. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* E_IO with ": strerror(errno)" appended. */
int err_errno(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The exit code of a program that cannot begin: 2 when what it was given is wrong, else 1. */
int err_exit_code(int code);
/* Puts "context: " before the text and returns the code it holds (E_INTERNAL if none). */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The name of a code ("invalid", ...); "ok" for 0, "unknown" otherwise. */
const char *err_name(int code);

#endif
