/* What a daemon on this host is configured with; the daemon itself reads the file. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/base/address.h"
#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/net/pki.h"
#include "ctl/cells.h"
#include "ctl/doctor.h"
#include "ctl/exec.h"

static void check_certificate(struct doctor *d, const json_t *config, const char *key)
{
	const char *file = field_text(config, key), *crl = field_text(config, "crl");
	struct pki_info info;
	struct err e = ERR_INIT;

	if (!*file)
		return;
	if (pki_show(file, *crl ? crl : NULL, &info, &e)) {
		doctor_say(d, FINDING_FAILED, key, "%s", e.text);
		return;
	}
	doctor_say(d,
	           info.days_left < 0 || info.revoked_s ? FINDING_FAILED
	           : info.days_left < d->days           ? FINDING_WARN
	                                                : FINDING_OK,
	           key, "%s: %s %s, %s%d days left", file,
	           info.is_authority ? "authority" : net_role_name(info.role), info.name,
	           info.revoked_s ? "revoked, " : "", info.days_left);
}

static void check_key(struct doctor *d, const json_t *config, const char *key)
{
	const char *file = field_text(config, key);
	struct stat st;

	if (!*file)
		return;
	if (stat(file, &st) != 0 || access(file, R_OK) != 0)
		doctor_say(d, FINDING_FAILED, key, "%s: cannot be read", file);
	else if (st.st_mode & 077)
		doctor_say(d, FINDING_WARN, key, "%s: others may read it (mode %03o); `chmod 600` it", file,
		           (unsigned)st.st_mode & 0777);
	else
		doctor_say(d, FINDING_OK, key, "%s: only its owner may read it", file);
}

/* A port on which somebody listens is in use: by the daemon, when it runs. */
static void check_port(struct doctor *d, const json_t *config, const char *key)
{
	const char *text = field_text(config, key);
	char host[ADDRESS_HOST_MAX], number[8];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
	struct err e = ERR_INIT;
	uint16_t port;
	int fd, yes = 1, rc;

	if (!*text)
		return;
	if (address_parse(text, key, 0, host, &port, &e)) {
		doctor_say(d, FINDING_FAILED, key, "%s", e.text);
		return;
	}
	snprintf(number, sizeof(number), "%u", port);
	rc = getaddrinfo(host, number, &hints, &found);
	fd = rc ? -1 : socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (rc)
		doctor_say(d, FINDING_FAILED, key, "%s: %s", text, gai_strerror(rc));
	else if (fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0)
		doctor_say(d, FINDING_OK, key, "%s: free", text);
	else
		doctor_say(d, FINDING_WARN, key, "%s: %m; that is right when the daemon runs already", text);
	if (fd >= 0)
		close(fd);
	if (found)
		freeaddrinfo(found);
}

void doctor_disk(struct doctor *d, const char *check, const char *dir)
{
	struct statvfs v;
	char at[512];
	double mb;

	/* A folder that the daemon will make is as large as the one it goes into. */
	if (!str_copy(at, sizeof(at), dir))
		return;
	while (statvfs(at, &v) != 0) {
		char *slash = strrchr(at, '/');

		if (slash && slash != at)
			*slash = '\0';
		else if (!str_copy(at, sizeof(at), slash && strcmp(at, "/") != 0 ? "/" : "."))
			return;
	}
	mb = (double)v.f_bavail * (double)v.f_frsize / 1048576;
	doctor_say(d,
	           mb < 64                   ? FINDING_FAILED
	           : mb < (double)d->free_mb ? FINDING_WARN
	                                     : FINDING_OK,
	           check, "%s: %.0f MB free", dir, mb);
}

static void check_folder(struct doctor *d, const json_t *config, const char *key, const char *file)
{
	const char *dir = field_text(config, key);
	char path[600];

	if (!*dir)
		return;
	snprintf(path, sizeof(path), "%.500s/%.80s", dir, file);
	if (access(path, R_OK) == 0)
		doctor_say(d, FINDING_OK, key, "%s", dir);
	else
		doctor_say(d, FINDING_FAILED, key, "%s cannot be read", path);
}

static int read_config(const char *program, const char *file, json_t **config, struct err *e)
{
	const char *words[] = {"--config", file, "--show-config=json", NULL};
	struct buf text = BUF_INIT;
	int code = 0, rc = exec_read(program, words, &text, &code, e);

	if (!rc && code)
		rc = err_set(e, E_INVALID, "%.*s", (int)strcspn(buf_cstr(&text), "\n"), buf_cstr(&text));
	if (!rc)
		rc = json_parse(buf_cstr(&text), text.len, config, e);
	buf_release(&text);
	return rc;
}

void doctor_config(struct doctor *d, const char *program, const char *file)
{
	bool cloud = strcmp(program, "foedus-cloud") == 0;
	struct err e = ERR_INIT;
	char name[64];
	json_t *c;

	if (read_config(program, file, &c, &e)) {
		doctor_say(d, FINDING_FAILED, program, "%s", e.text);
		return;
	}
	doctor_say(d, FINDING_OK, program, "%s is right", file);
	check_certificate(d, c, "cert");
	check_certificate(d, c, "ca");
	check_key(d, c, "key");
	if (cloud)
		check_key(d, c, "agent-key");
	check_port(d, c, cloud ? "listen" : "serve");
	if (cloud)
		check_port(d, c, "admin");
	check_folder(d, c, "data", "train-labels-idx1-ubyte.gz");
	snprintf(name, sizeof(name), "edmsac-k%lld%s.safetensors", (long long)field_int(c, "types"),
	         strcmp(field_text(c, "participation"), "per-period") == 0 ? "-per-period" : "");
	if (cloud && !*field_text(c, "market"))
		check_folder(d, c, "policy-dir", name);
	if (*field_text(c, "state"))
		doctor_disk(d, "disk", field_text(c, "state"));
	json_decref(c);
}
