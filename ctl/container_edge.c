/* An edge among several of a host: takes the first free place of a folder, and with it a name, a part of the
 * data and a state that last; has its key certified; becomes foedus-edge. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/process.h"
#include "common/net/pki.h"
#include "common/base/cli.h"
#include "ctl/container.h"
#include "ctl/stop.h"

enum { WORDS_MAX = 64 };

struct edge_options {
	const char *state, *trust, *requests, *prefix;
	int64_t shards, wait_s;
};

struct place {
	int64_t number; /* from 0 */
	char name[WIRE_NAME_MAX + 1];
	char dir[CONTAINER_PATH];
	char key[CONTAINER_PATH], csr[CONTAINER_PATH], cert[CONTAINER_PATH];
};

#define AT(member) OPT_AT(edge_options, member)

static const struct opt options[] = {
    {"state", 's', OPT_TEXT, "DIR", "the places of all edges of this host", "/state", 0, 0, AT(state)},
    {"trust", 0, OPT_TEXT, "DIR", "where the authority answers", "/trust", 0, 0, AT(trust)},
    {"requests", 0, OPT_TEXT, "DIR", "where the authority is asked", "/requests", 0, 0, AT(requests)},
    {"prefix", 0, OPT_TEXT, "TEXT", "edges are called TEXT-1, TEXT-2, ...", "edge", 0, 0, AT(prefix)},
    {"shards", 0, OPT_INT, "N", "places, and parts that the data is split into", "8", 1, CONTAINER_PLACES_MAX,
     AT(shards)},
    {"wait-s", 0, OPT_INT, "S", "how long the authority may take", "60", 1, 3600, AT(wait_s)},
    OPT_END};

static const struct opt_program program = {
    .name = "foedus container edge",
    .summary = "takes a free place among the edges of a host and becomes foedus-edge there",
    .operands = "[-- OPTIONS OF foedus-edge]",
    .table = options,
    .examples = "  foedus container edge --state state -- --cloud cloud:7700\n",
};

/* The lock is inherited by foedus-edge: it ends when that ends. 1 = somebody else's place. */
static int try_place(const struct edge_options *o, int64_t number, struct place *p, struct err *e)
{
	char path[CONTAINER_PATH];
	int fd, rc;

	p->number = number;
	if (snprintf(p->name, sizeof(p->name), "%s-%lld", o->prefix, (long long)number + 1) >=
	    (int)sizeof(p->name))
		return err_set(e, E_LIMIT, "--prefix: names would be longer than %d characters", WIRE_NAME_MAX);
	rc = dir_make(container_path(p->dir, o->state, p->name, ""), 0700, e);
	if (rc)
		return rc;
	fd = open(container_path(path, p->dir, "place", ""), O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		return err_errno(e, "%s: cannot open", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	rc = errno == EWOULDBLOCK ? 1 : err_errno(e, "%s: cannot lock", path);
	close(fd);
	return rc;
}

static int take_place(const struct edge_options *o, struct place *p, struct err *e)
{
	int rc = 1;

	for (int64_t i = 0; rc == 1 && i < o->shards; i++)
		rc = try_place(o, i, p, e);
	if (rc == 1)
		return err_set(e, E_LIMIT, "all %lld places in %s are taken (--shards)", (long long)o->shards,
		               o->state);
	container_path(p->key, p->dir, "edge.key", "");
	container_path(p->cert, o->trust, p->name, ".crt");
	container_path(p->csr, o->requests, p->name, ".csr");
	return rc;
}

/* A key without a certificate is of a start that was cut short: nobody has signed it, a new one takes over.
 */
static int ask_authority(const struct place *p, struct err *e)
{
	char made[CONTAINER_PATH];
	int rc;

	if (unlink(p->key) && errno != ENOENT)
		return err_errno(e, "%s: cannot remove", p->key);
	rc = pki_request(p->key, container_path(made, p->dir, "edge.csr", ""), p->name, NET_ROLE_EDGE, e);
	if (!rc) { /* beside its final name first: the authority sees it whole */
		struct buf csr = BUF_INIT;

		rc = file_read(made, 1 << 16, &csr, e);
		if (!rc)
			rc = file_write(p->csr, csr.data, csr.len, 0644, e);
		buf_release(&csr);
		unlink(made);
	}
	return rc;
}

/* Until the file is there, or the authority took the request away and wrote none. */
static int wait_cert(const struct edge_options *o, const struct place *p, struct err *e)
{
	int64_t until = clock_mono_ms() + o->wait_s * 1000;

	while (!stop_asked()) {
		bool waiting = file_exists(p->csr);

		if (file_exists(p->cert))
			return 0;
		if (!waiting)
			return err_set(e, E_AUTH, "the authority refused %s; its log says why", p->name);
		if (clock_mono_ms() > until)
			return err_set(e, E_TIMEOUT, "no certificate for %s after %lld s: does the authority run?",
			               p->name, (long long)o->wait_s);
		stop_sleep(CONTAINER_POLL_MS);
	}
	return err_set(e, E_STATE, "stopped by signal %d", stop_signal());
}

static int become(const struct edge_options *o, const struct place *p, char **more, int count, struct err *e)
{
	char path[PROCESS_PATH_MAX], ca[CONTAINER_PATH], signer[CONTAINER_PATH], shard[24], shards[24];
	const char *own[] = {path,   "--state",  p->dir, "--cert",      p->cert, "--key",
	                     p->key, "--ca",     ca,     "--agent-key", signer,  "--shard",
	                     shard,  "--shards", shards, "--will-seed", shard};
	char *words[WORDS_MAX + 1];
	int n = (int)(sizeof(own) / sizeof(own[0])), rc = process_find("foedus-edge", path, sizeof(path), e);

	if (rc)
		return rc;
	if (n + count > WORDS_MAX)
		return err_set(e, E_LIMIT, "more than %d words for foedus-edge", WORDS_MAX - n);
	container_path(ca, o->trust, "ca.crt", "");
	container_path(signer, o->trust, "agent-pub.pem", "");
	snprintf(shard, sizeof(shard), "%lld", (long long)p->number);
	snprintf(shards, sizeof(shards), "%lld", (long long)o->shards);
	memcpy(words, own, sizeof(own));
	memcpy(words + n, more, (size_t)count * sizeof(*more));
	words[n + count] = NULL;
	execv(path, words);
	return err_errno(e, "cannot run %s", path);
}

int container_edge(int argc, char **argv)
{
	struct edge_options o = {0};
	struct place p;
	struct err e = ERR_INIT;
	int first, rc, code = cli_parse(&program, argc, argv, &o, &first);

	if (code >= 0)
		return code;
	log_setup("foedus-container", LOG_INFO, LOG_TEXT);
	stop_install();
	rc = take_place(&o, &p, &e);
	if (!rc && !file_exists(p.cert)) {
		rc = ask_authority(&p, &e);
		if (!rc)
			rc = wait_cert(&o, &p, &e);
	}
	if (!rc) {
		log_info("%s, part %lld of %lld", p.name, (long long)p.number + 1, (long long)o.shards);
		rc = become(&o, &p, argv + first, argc - first, &e);
	}
	return cli_failed(program.name, &e);
}
