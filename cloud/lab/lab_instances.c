#include "cloud/lab/lab_instances.h"

#include "common/base/file.h"
#include "common/contract/instance_json.h"

static int read_instances(const char *path, struct instance **list, size_t *n, struct err *e)
{
	struct buf text = BUF_INIT;
	const char *source = path[0] == '-' && !path[1] ? "standard input" : path;
	int rc = file_read(path, CONTRACT_FILE_MAX, &text, e);

	if (rc == 0)
		rc = instances_parse((const char *)text.data, text.len, source, list, n, e);
	buf_release(&text);
	return rc;
}

int lab_instances(int argc, char **argv, int first, struct instance **list, size_t *n, struct err *e)
{
	if (first == argc)
		return err_set(e, E_INVALID, "name a file of instances, or - for standard input");
	if (first + 1 < argc)
		return err_set(e, E_INVALID, "'%.64s' after '%.64s': one file of instances is taken", argv[first + 1],
		               argv[first]);
	return read_instances(argv[first], list, n, e);
}
