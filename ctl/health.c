/* foedus health: is a daemon well? The probe of containers that have no shell and no curl. */
#include <stddef.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/base/grid.h"
#include "common/http/client.h"
#include "common/base/cli.h"
#include "ctl/nouns.h"

#define SHOWN_MAX 200 /* bytes of an answer */

struct health_options {
	const char *path;
	int64_t wait_ms;
	bool quiet;
};

static const struct opt options[] = {
    {"path", 'p', OPT_TEXT, "PATH", "what is asked: /healthz = it runs, /readyz = it can serve", "/healthz",
     0, 0, OPT_AT(health_options, path)},
    {"timeout-ms", 't', OPT_INT, "MS", "how long it may take", "3000", 1, 600000,
     OPT_AT(health_options, wait_ms)},
    {"quiet", 'q', OPT_FLAG, "", "say nothing when it is well", NULL, 0, 0, OPT_AT(health_options, quiet)},
    OPT_END};

static const struct opt_program program = {
    .name = "foedus health",
    .summary = "exit code 0 when the daemon at an HTTP address is well, 1 when not",
    .operands = "HOST:PORT",
    .table = options,
    .examples = "  foedus health 127.0.0.1:7701 --path /readyz\n",
};

/* The beginning of what the daemon said. */
static void tell(struct buf *reply)
{
	struct buf shown = BUF_INIT;

	reply->len = reply->len < SHOWN_MAX ? reply->len : SHOWN_MAX;
	while (reply->len && reply->data[reply->len - 1] == '\n')
		reply->len--;
	grid_clean(buf_cstr(reply), &shown);
	printf("%s\n", buf_cstr(&shown));
	buf_release(&shown);
}

int noun_health(int argc, char **argv)
{
	struct health_options o = {0};
	struct http_client *c = NULL;
	struct buf reply = BUF_INIT;
	struct err e = ERR_INIT;
	int first, rc, code = cli_parse(&program, argc, argv, &o, &first);

	if (code >= 0)
		return code;
	if (argc - first != 1)
		return cli_usage(program.name, "wanted: one HOST:PORT, where the daemon answers HTTP");
	if (o.path[0] != '/')
		return cli_usage(program.name, "--path: '%.80s' does not begin with '/'", o.path);
	rc = http_client_new(argv[first], (long)o.wait_ms, &c, &e);
	if (!rc)
		rc = http_client_get_bytes(c, o.path, &reply, &e);
	if (!rc && !o.quiet)
		tell(&reply);
	buf_release(&reply);
	http_client_free(c);
	return rc ? cli_failed(program.name, &e) : CLI_OK;
}
