#include "ctl/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/base/str.h"

#define PATH_MAX_OURS 512
#define SMALL_FILE    4096

/* The first line of a small file in the folder. */
static int read_line(const char *path, char *out, size_t cap, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = file_read(path, SMALL_FILE, &text, e);
	char *line = buf_cstr(&text);

	line[strcspn(line, "\r\n")] = '\0';
	if (!rc && (!*line || !str_copy(out, cap, line)))
		rc = err_set(e, E_INVALID, "%s: not one short line", path);
	buf_release(&text);
	return rc;
}

static int state_address(const char *dir, char *out, size_t cap, struct err *e)
{
	char path[PATH_MAX_OURS], port[16];
	int64_t number = 0;
	int rc = path_join(path, sizeof(path), dir, "admin.port", e);

	if (!rc)
		rc = read_line(path, port, sizeof(port), e);
	if (!rc) /* "1@elsewhere" would take the token to another host */
		rc = str_to_int(port, path, 1, UINT16_MAX, &number, e);
	if (!rc)
		snprintf(out, cap, "http://127.0.0.1:%d", (int)number);
	return rc;
}

/* Where the cloud is; *folder is the state folder that may know the token, or NULL. */
static int find_cloud(const struct api_options *o, struct api *a, const char **folder, struct err *e)
{
	const char *cloud = getenv("FOEDUS_CLOUD"), *state = getenv("FOEDUS_STATE");

	*folder = o->state;
	if (o->cloud || (!o->state && cloud && *cloud)) {
		if (!str_copy(a->base, sizeof(a->base), o->cloud ? o->cloud : cloud))
			return err_set(e, E_LIMIT, "the cloud's address is longer than %zu bytes", sizeof(a->base) - 1);
		return 0;
	}
	if (o->state)
		return state_address(o->state, a->base, sizeof(a->base), e)
		           ? err_wrap(e, "--state %.200s: is it the state folder of a running cloud?", o->state)
		           : 0;
	*folder = state && *state ? state : "foedus-cloud";
	if (state_address(*folder, a->base, sizeof(a->base), NULL) == 0)
		return 0;
	*folder = NULL;
	str_copy(a->base, sizeof(a->base), "http://127.0.0.1:7701");
	return 0;
}

/* A token that was named must be there; that of a state folder may be out of our reach: reading needs none.
 */
static int find_token(const struct api_options *o, const char *folder, char *token, size_t cap, struct err *e)
{
	const char *named = o->token_file ? o->token_file : getenv("FOEDUS_TOKEN_FILE");
	char path[PATH_MAX_OURS];
	int rc;

	*token = '\0';
	if (named && *named) {
		rc = read_line(named, token, cap, e);
		return rc ? err_wrap(e, "%s", o->token_file ? "--token-file" : "FOEDUS_TOKEN_FILE") : 0;
	}
	if (folder && path_join(path, sizeof(path), folder, "admin.token", NULL) == 0 &&
	    read_line(path, token, cap, NULL) != 0)
		*token = '\0';
	return 0;
}

int api_open(const struct api_options *o, struct api *out, struct err *e)
{
	const char *folder;
	char token[256];
	int rc;

	out->o = o;
	out->json = o->json;
	out->colours = api_colours(o->colour ? o->colour : "auto");
	rc = find_cloud(o, out, &folder, e);
	if (!rc)
		rc = find_token(o, folder, token, sizeof(token), e);
	if (!rc)
		rc = http_client_new(out->base, (long)o->timeout_s * 1000, &out->http, e);
	if (!rc && *token)
		http_client_token(out->http, token);
	return rc;
}

void api_close(struct api *a)
{
	http_client_free(a->http);
	a->http = NULL;
}

bool api_colours(const char *when)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

/* Least and most operands of "EDGE", "[ROUND]", "FILE...": what the help says is what is checked. */
static void operands(const char *form, int *least, int *most)
{
	*least = *most = 0;
	for (const char *w = form; *w; w += strcspn(w, " ")) {
		w += strspn(w, " ");
		*least += *w && *w != '[';
		*most += *w != '\0';
	}
	if (strstr(form, "..."))
		*most = 1000;
}

static int check_count(const struct opt_program *p, int count)
{
	int least, most;

	operands(p->operands, &least, &most);
	if (count < least)
		return cli_usage(p->name, "wanted: %s (`%s --help` shows an example)", p->operands, p->name);
	if (count > most)
		return cli_usage(p->name, "more operands than %s (`%s --help` shows an example)", p->operands,
		                 p->name);
	return -1;
}

/* What went wrong, and what to do about it. */
static int tell(const struct opt_program *p, const struct api *a, const struct err *e)
{
	int code = cli_failed(p->name, e);

	if (e->code == E_UNAVAILABLE && a->http)
		fprintf(stderr,
		        "The cloud is not reachable at %s. Does foedus-cloud run? --cloud URL or --state DIR names "
		        "another.\n",
		        a->base);
	if (e->code == E_AUTH && a->http)
		fprintf(stderr, "The token stands in admin.token in the cloud's state folder: --token-file FILE or "
		                "--state DIR gives it.\n");
	return code;
}

int api_run(const struct opt_program *p, int argc, char **argv, void *options, api_work *work)
{
	struct api a = {.http = NULL};
	struct err e = ERR_INIT;
	int first, code = cli_parse(p, argc, argv, options, &first);

	if (code >= 0)
		return code;
	code = check_count(p, argc - first);
	if (code >= 0)
		return code;
	a.count = argc - first;
	a.word = argv + first;
	if (api_open(options, &a, &e) || work(&a, &e))
		code = tell(p, &a, &e);
	else
		code = CLI_OK;
	api_close(&a);
	return code;
}
