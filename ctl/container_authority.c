/* An authority that needs nobody: made at the first start; edges of the host get their certificates from it.
 * A name is signed once: whoever comes with another key for it has to ask a person. */
#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/agent/key.h"
#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/net/pki.h"
#include "common/base/cli.h"
#include "ctl/container.h"
#include "ctl/stop.h"

enum { FILE_MAX = 1 << 24, REQUEST_MAX = 1 << 16 };

struct authority_options {
	const char *dir, *keys, *trust, *requests, *prefix, *hosts;
	int64_t shards, days;
	bool prepare;
};

#define AT(member) OPT_AT(authority_options, member)

static const struct opt options[] = {
    {"dir", 'd', OPT_TEXT, "DIR", "folder of the authority", "/authority", 0, 0, AT(dir)},
    {"keys", 0, OPT_TEXT, "DIR", "where the cloud's files go", "/keys", 0, 0, AT(keys)},
    {"trust", 0, OPT_TEXT, "DIR", "where edges read", "/trust", 0, 0, AT(trust)},
    {"requests", 0, OPT_TEXT, "DIR", "where edges write", "/requests", 0, 0, AT(requests)},
    {"prefix", 0, OPT_TEXT, "TEXT", "edges are called TEXT-1, TEXT-2, ...", "edge", 0, 0, AT(prefix)},
    {"shards", 0, OPT_INT, "N", "places for edges: the last is called TEXT-N", "8", 1, CONTAINER_PLACES_MAX,
     AT(shards)},
    {"host", 0, OPT_TEXT, "NAMES", "names or addresses of the cloud, with commas",
     "cloud,localhost,127.0.0.1", 0, 0, AT(hosts)},
    {"days", 0, OPT_INT, "N", "days that all of it is valid", "3650", 1, PKI_DAYS_MAX, AT(days)},
    {"prepare", 0, OPT_FLAG, "", "end when all of it is made; sign nothing", NULL, 0, 0, AT(prepare)},
    OPT_END};

static const struct opt_program program = {
    .name = "foedus container authority",
    .summary = "makes an authority and signs the requests of edges as they come",
    .operands = "",
    .table = options,
    .examples = "  foedus container authority --dir authority --keys keys\n",
};

/* Copies DIR/name when the other folder has not the same already. */
static int publish(const char *from, const char *to, const char *name, mode_t mode, struct err *e)
{
	struct buf new = BUF_INIT, old = BUF_INIT;
	char a[CONTAINER_PATH], b[CONTAINER_PATH];
	int rc = file_read(container_path(a, from, name, ""), FILE_MAX, &new, e);

	container_path(b, to, name, "");
	if (!rc && (file_read(b, FILE_MAX, &old, NULL) || old.len != new.len ||
	            memcmp(old.data, new.data, new.len) != 0))
		rc = file_write(b, new.data, new.len, mode, e);
	buf_release(&new);
	buf_release(&old);
	return rc;
}

static int make_agent_key(const struct authority_options *o, struct err *e)
{
	char private_file[CONTAINER_PATH], public_file[CONTAINER_PATH];
	struct agent_key *key = NULL;
	int rc = 0;

	container_path(private_file, o->dir, "agent-key.pem", "");
	container_path(public_file, o->dir, "agent-pub.pem", "");
	if (file_exists(public_file))
		return 0;
	if (file_exists(private_file)) {
		rc = agent_key_load(private_file, &key, e);
	} else {
		key = agent_key_new();
		rc = agent_key_save(key, private_file, e);
	}
	if (!rc)
		rc = agent_key_public_save(key, public_file, e);
	agent_key_free(key);
	return rc;
}

static int issue_cloud(const struct authority_options *o, struct err *e)
{
	struct pki_terms t = {.role = NET_ROLE_CLOUD, .days = (int)o->days, .hosts = o->hosts};
	char cert[CONTAINER_PATH], key[CONTAINER_PATH];

	if (file_exists(container_path(cert, o->keys, "cloud", ".crt")))
		return 0;
	unlink(
	    container_path(key, o->keys, "cloud", ".key")); /* of a start that did not come to its certificate */
	return pki_issue(o->dir, "cloud", &t, o->keys, NULL, e);
}

/* The cloud's certificate comes last: where it is, all is. */
static int prepare(const struct authority_options *o, struct err *e)
{
	char path[CONTAINER_PATH];
	int rc = 0;

	if (!file_exists(container_path(path, o->dir, "ca.crt", "")))
		rc = pki_init(o->dir, "foedus", (int)o->days, e);
	if (!rc)
		rc = make_agent_key(o, e);
	if (!rc)
		rc = publish(o->dir, o->keys, "ca.crt", 0644, e);
	if (!rc)
		rc = publish(o->dir, o->keys, "ca.crl", 0644, e);
	if (!rc)
		rc = publish(o->dir, o->keys, "agent-key.pem", 0600, e);
	if (!rc)
		rc = publish(o->dir, o->trust, "ca.crt", 0644, e);
	if (!rc)
		rc = publish(o->dir, o->trust, "agent-pub.pem", 0644, e);
	return rc ? rc : issue_cloud(o, e);
}

static int check_new(const struct authority_options *o, const char *name, struct err *e)
{
	struct pki_info *list = NULL;
	size_t count = 0;
	int rc = pki_list(o->dir, &list, &count, e);

	for (size_t i = 0; !rc && i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			rc = err_set(e, E_EXISTS, "%s has a certificate already, for another key%s", name,
			             list[i].revoked_s ? ", and it was revoked" : "");
	free(list);
	return rc;
}

/* Edges write there: it may be a pipe, on which one would wait for ever, or a link to a file that is ours. */
static int read_request(const char *csr, struct buf *out, struct err *e)
{
	int fd = open(csr, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return err_errno(e, "%s: cannot open", csr);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > REQUEST_MAX) {
		close(fd);
		return err_set(e, E_INVALID, "%s: no file of at most %d bytes", csr, REQUEST_MAX);
	}
	n = read(fd, buf_reserve(out, REQUEST_MAX), REQUEST_MAX);
	if (n < 0)
		err_errno(e, "%s: cannot read", csr);
	else
		out->len += (size_t)n;
	close(fd);
	return n < 0 ? E_IO : 0;
}

/* A copy of it in the authority's own folder, where it stays what it is. */
static int copy_request(const char *csr, const char *own, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = read_request(csr, &text, e);

	if (!rc)
		rc = file_write(own, text.data, text.len, 0600, e);
	buf_release(&text);
	return rc;
}

/* Of a place that there is. An edge that was taken over could ask for more names than edges there are. */
static int check_name(const struct authority_options *o, const char *name, struct err *e)
{
	char place[WIRE_NAME_MAX + 24];

	for (int64_t i = 1; i <= o->shards; i++) {
		snprintf(place, sizeof(place), "%s-%lld", o->prefix, (long long)i);
		if (strcmp(name, place) == 0 && str_is_name(name, WIRE_NAME_MAX))
			return 0;
	}
	return err_set(e, E_AUTH, "'%.80s' is no name of a place (accepted: %s-1 to %s-%lld)", name, o->prefix,
	               o->prefix, (long long)o->shards);
}

static int sign(const struct authority_options *o, const char *name, const char *csr, struct err *e)
{
	struct pki_terms t = {.role = NET_ROLE_EDGE, .days = (int)o->days, .only = name};
	char cert[CONTAINER_PATH], own[CONTAINER_PATH];
	int rc;

	container_path(cert, o->trust, name, ".crt");
	container_path(own, o->dir, "request", ".pem");
	rc = check_name(o, name, e);
	if (!rc)
		rc = check_new(o, name, e);
	if (!rc && file_exists(cert)) /* from another authority */
		rc = err_set(e, E_EXISTS, "%s is there already", cert);
	if (!rc)
		rc = copy_request(csr, own, e);
	if (!rc)
		rc = pki_sign(o->dir, own, &t, cert, NULL, e);
	unlink(own);
	return rc;
}

/* Every request is answered once and taken away. */
static void sign_all(const struct authority_options *o)
{
	DIR *d = opendir(o->requests);
	const struct dirent *f;

	while (d && (f = readdir(d)) != NULL) {
		size_t n = strlen(f->d_name);
		char name[WIRE_NAME_MAX + 8] = "", csr[CONTAINER_PATH];
		struct err e = ERR_INIT;

		if (n < 5 || strcmp(f->d_name + n - 4, ".csr") != 0)
			continue;
		container_path(csr, o->requests, f->d_name, "");
		if (n - 4 < sizeof(name))
			memcpy(name, f->d_name, n - 4);
		if (sign(o, name, csr, &e))
			log_warn("refused: %s", e.text);
		else
			log_info("signed for %s", name);
		if (unlink(csr) && rmdir(csr))
			log_debug("%s stays", csr);
	}
	if (d)
		closedir(d);
}

int container_authority(int argc, char **argv)
{
	struct authority_options o = {0};
	struct err e = ERR_INIT;
	int first, code = cli_parse(&program, argc, argv, &o, &first);

	if (code >= 0)
		return code;
	log_setup("foedus-authority", LOG_INFO, LOG_TEXT);
	stop_install();
	if (prepare(&o, &e))
		return cli_failed(program.name, &e);
	if (o.prepare)
		return CLI_OK;
	log_info("ready; signs for %s-1 to %s-%lld", o.prefix, o.prefix, (long long)o.shards);
	while (!stop_asked()) {
		sign_all(&o);
		if (publish(o.dir, o.keys, "ca.crl", 0644, &e)) /* `foedus pki revoke` may have changed it */
			log_warn("%s", e.text);
		stop_sleep(CONTAINER_POLL_MS);
	}
	return CLI_OK;
}
