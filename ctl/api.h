/* What the nouns that ask the cloud share: where it is, the token, requests, and how errors are told.
 *
 * The address is that of --cloud, else of the state folder named by --state, else FOEDUS_CLOUD, else of the
 * folder FOEDUS_STATE or ./foedus-cloud, else http://127.0.0.1:7701. A state folder's token goes only to the
 * address that stands in the same folder, or when the folder was named on the command line. */
#ifndef CTL_API_H
#define CTL_API_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/cli.h"
#include "common/base/opt.h"
#include "common/http/client.h"

/* The first member of every noun's options. */
struct api_options {
	const char *cloud, *state, *token_file, *colour;
	int64_t timeout_s;
	bool json;
};

#define API_AT(member) OPT_AT(api_options, member)
/* clang-format off */
#define API_WHERE                                                                                            \
	{"cloud", 'c', OPT_TEXT, "URL", "the cloud's HTTP address; else FOEDUS_CLOUD", NULL, 0, 0, API_AT(cloud)},  \
	{"state", 's', OPT_TEXT, "DIR", "the cloud's state folder, which knows address and token; else FOEDUS_STATE", \
	 NULL, 0, 0, API_AT(state)},                                                                             \
	{"token-file", 0, OPT_TEXT, "FILE", "the token of changes; else FOEDUS_TOKEN_FILE, else the state folder's", \
	 NULL, 0, 0, API_AT(token_file)},                                                                        \
	{"timeout-s", 0, OPT_INT, "S", "how long one request may take", "30", 1, 3600, API_AT(timeout_s)}
#define API_COLOUR                                                                                           \
	{"color", 0, OPT_CHOICE, "auto|always|never", "colours; auto = on a terminal, unless NO_COLOR is set",      \
	 "auto", 0, 0, API_AT(colour)}
#define API_JSON {"json", 'j', OPT_FLAG, "", "print JSON, for programs", NULL, 0, 0, API_AT(json)}
/* clang-format on */
#define API_OPTIONS API_WHERE, API_COLOUR, API_JSON

struct api {
	const struct api_options *o;
	struct http_client *http;
	char base[300];
	bool json, colours;
	int count; /* operands */
	char **word;
};

typedef int api_work(struct api *a, struct err *e);

/* Parses into `options` (which begins with struct api_options, zeroed), checks the number of operands against
 * p->operands ("EDGE", "[ROUND]", "EDGE..."), connects, works, and tells what went wrong. The exit code. */
int api_run(const struct opt_program *p, int argc, char **argv, void *options, api_work *work);
/* Address and token alone, for whoever tells errors in another way; api_close() also after an error. */
int api_open(const struct api_options *o, struct api *out, struct err *e) MUST_CHECK;
void api_close(struct api *a);
bool api_colours(const char *when); /* "auto", "always" or "never", of standard output */

/* *out is a new reference to an object. */
int api_get(struct api *a, json_t **out, struct err *e, const char *fmt, ...) MUST_CHECK
    __attribute__((format(printf, 4, 5)));
int api_post(struct api *a, json_t **out, struct err *e, const char *fmt, ...) MUST_CHECK
    __attribute__((format(printf, 4, 5)));
/* Items over all pages of a list, at most `limit`; 0 = all. `path` without query; `first` is the
 * first page's cursor, or empty. */
int api_list(struct api *a, const char *path, size_t limit, json_t **items, struct err *e) MUST_CHECK;
int api_list_from(struct api *a, const char *path, const char *first, size_t limit, json_t **items,
                  struct err *e) MUST_CHECK;

/* The operand at `i`, or "latest"; a number from 1. E_INVALID says what is accepted. */
int api_round(const struct api *a, int i, const char **out, struct err *e) MUST_CHECK;
/* The operand must be a name such as edges have. */
int api_name(const struct api *a, int i, const char *what, const char **out, struct err *e) MUST_CHECK;

/* Takes what a terminal must not get out of texts that came another way than by the calls above; nothing for
 * programs (--json). */
void api_clean(const struct api *a, json_t *v);

/* Indented, on standard output; borrows. */
void api_print(const json_t *body);

#endif
