#include "edge/daemon/nature.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/contract/instance_json.h"
#include "common/contract/menu_json.h"

#define FILE_NAME "nature.json"

int nature_open(struct nature *n, const struct records *r, struct err *e)
{
	char path[RECORDS_PATH_MAX];
	struct buf text = BUF_INIT;
	int rc = file_read(records_path(r, FILE_NAME, path), CONTRACT_LINE_MAX, &text, e);

	n->known = false;
	if (!rc)
		rc = instance_parse((const char *)text.data, text.len, &n->in, e);
	else if (rc == E_NOT_FOUND)
		return 0;
	buf_release(&text);
	if (rc)
		return err_wrap(e, "%s", path);
	n->known = true;
	return 0;
}

static void save(const struct nature *n, const struct records *r)
{
	char path[RECORDS_PATH_MAX];
	json_t *object = instance_to_json(&n->in);
	char *line = json_line(object);
	struct err e = ERR_INIT;

	if (file_write(records_path(r, FILE_NAME, path), line, strlen(line), 0600, &e))
		log_warn("%s; after a restart our type may move otherwise", e.text);
	free(line);
	json_decref(object);
}

const struct instance *nature_in(struct nature *n, const struct records *r, const struct market *m)
{
	if (n->known && n->in.terms.types == m->terms.types)
		return &n->in;
	n->in = (struct instance){.terms = m->terms, .alpha = 1, .beta = 1};
	str_copy(n->in.id, sizeof(n->in.id), "nature");
	memcpy(n->in.prior, m->prior, sizeof(n->in.prior));
	instance_tidy(&n->in);
	n->known = true;
	save(n, r);
	return &n->in;
}
