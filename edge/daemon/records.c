#include "edge/daemon/records.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/agent/manifest.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/folder.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "edge/core/state_json.h"

const char *records_path(const struct records *r, const char *name, char out[RECORDS_PATH_MAX])
{
	snprintf(out, RECORDS_PATH_MAX, "%s/%.48s", r->folder, name);
	return out;
}

int records_open(struct records *r, const char *folder, struct err *e)
{
	int rc;

	r->lock = -1;
	if (!str_copy(r->folder, sizeof(r->folder), folder) || !folder[0])
		return err_set(e, E_INVALID, "--state: a folder's name has 1 to %zu characters",
		               sizeof(r->folder) - 1);
	rc = folder_lock(folder, "foedus-edge", &r->lock, e);
	return rc ? err_wrap(e, "--state") : 0;
}

void records_close(struct records *r)
{
	folder_unlock(&r->lock);
}

int records_claim(const struct records *r, const char *name, struct err *e)
{
	char path[RECORDS_PATH_MAX];
	struct buf owner = BUF_INIT;
	int rc = file_read(records_path(r, "edge", path), WIRE_NAME_MAX, &owner, e);

	if (rc == E_NOT_FOUND)
		rc = file_write(path, name, strlen(name), 0600, e);
	else if (rc == 0 && strcmp(buf_cstr(&owner), name) != 0)
		rc = err_set(e, E_INVALID, "%s: the state of edge '%.64s', but the certificate is that of '%s'",
		             r->folder, buf_cstr(&owner), name);
	buf_release(&owner);
	return rc;
}

int records_load_state(const struct records *r, struct edge_state *out, bool *there, struct err *e)
{
	char path[RECORDS_PATH_MAX];
	struct edge_state read;
	struct buf text = BUF_INIT;
	int rc = file_read(records_path(r, "state.json", path), EDGE_STATE_BYTES_MAX, &text, e);

	*there = rc != E_NOT_FOUND;
	if (rc == 0) {
		rc = edge_state_read((const char *)text.data, text.len, &read, e);
		if (rc == 0)
			*out = read;
		else
			err_wrap(e, "%s", path);
	}
	buf_release(&text);
	return *there ? rc : 0;
}

int records_save_state(const struct records *r, const struct edge_state *s, struct err *e)
{
	char path[RECORDS_PATH_MAX];
	struct buf text = BUF_INIT;
	int rc;

	edge_state_write(s, &text);
	rc = file_write(records_path(r, "state.json", path), text.data, text.len, 0600, e);
	buf_release(&text);
	return rc;
}

static char *receipt_line(uint64_t round, const struct msg_receipt *m, int64_t wall_ms)
{
	json_t *o = json_object();
	char hex[DIGEST_HEX], when[CLOCK_TEXT];
	char *line;

	digest_hex(&m->ledger_hash, hex);
	clock_text(wall_ms, when);
	json_object_set_new(o, "time", json_string(when));
	json_object_set_new(o, "round", json_integer((json_int_t)round));
	json_object_set_new(o, "task", json_integer((json_int_t)m->task));
	json_object_set_new(o, "accepted", json_boolean(m->accepted));
	json_object_set_new(o, "reason", json_string(m->reason));
	json_object_set_new(o, "paid_micro", json_integer(m->paid_micro));
	json_object_set_new(o, "ledger_entry", json_integer((json_int_t)m->ledger_entry));
	json_object_set_new(o, "ledger_hash", json_string(m->ledger_entry ? hex : ""));
	line = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return line;
}

/* A crash may have left half a line: the next one must not be glued to it. */
static bool ends_in_midline(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char last;

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

int records_add_receipt(const struct records *r, uint64_t round, const struct msg_receipt *receipt,
                        int64_t wall_ms, struct err *e)
{
	char path[RECORDS_PATH_MAX];
	struct buf text = BUF_INIT;
	char *line;
	int fd = open(records_path(r, "receipts.jsonl", path), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	int rc = 0;

	if (fd < 0)
		return err_errno(e, "%s: cannot open", path);
	line = receipt_line(round, receipt, wall_ms);
	buf_fmt(&text, "%s%s\n", ends_in_midline(fd) ? "\n" : "", line);
	free(line);
	if (write(fd, text.data, text.len) != (ssize_t)text.len || fsync(fd))
		rc = err_errno(e, "%s: cannot write", path);
	close(fd);
	buf_release(&text);
	return rc;
}

int records_load_agent(const struct records *r, struct buf *out, struct err *e)
{
	char path[RECORDS_PATH_MAX];

	return file_read(records_path(r, "agent.json", path), MANIFEST_BYTES_MAX, out, e);
}

int records_save_agent(const struct records *r, const uint8_t *manifest, size_t n, struct err *e)
{
	char path[RECORDS_PATH_MAX];

	return file_write(records_path(r, "agent.json", path), manifest, n, 0644, e);
}
