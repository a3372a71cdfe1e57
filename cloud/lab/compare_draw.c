#include "cloud/lab/compare_draw.h"

#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "cloud/lab/compare_style.h"
#include "common/base/file.h"
#include "common/base/process.h"

int draw_script(const struct study *s, const struct figure *f, struct err *e)
{
	char path[PATH_MAX];
	struct buf b = BUF_INIT;
	int rc = study_path(s, "", "style", ".gp", path, sizeof(path), e);

	if (rc == 0)
		rc = file_write(path, compare_style, strlen(compare_style), 0644, e);
	buf_fmt(&b, "# Draws %s.svg; run `gnuplot %s.gp` in this folder.\n", f->name, f->name);
	buf_fmt(&b, "main = %d\ntypes = \"", s->main_types);
	for (int i = 0; i < s->types_count; i++)
		buf_fmt(&b, "%s%d", i ? " " : "", s->types[i]);
	buf_fmt(&b, "\"\nseeds = %d\ninstances = %d\nload 'style.gp'\nset output '%s.svg'\n%s", s->seeds,
	        s->instances, f->name, f->script);
	if (rc == 0)
		rc = study_path(s, "", f->name, ".gp", path, sizeof(path), e);
	if (rc == 0)
		rc = file_write(path, b.data, b.len, 0644, e);
	buf_release(&b);
	return rc;
}

/* "cd 'DIR'", where a quote in the name is written twice. */
static void go_there(const char *folder, struct buf *out)
{
	buf_str(out, "cd '");
	for (; *folder; folder++)
		buf_fmt(out, "%s%c", *folder == '\'' ? "'" : "", *folder);
	buf_str(out, "'");
	(void)buf_cstr(out);
}

static int run_gnuplot(struct process *p, const char *program, const char *there, const char *script,
                       struct err *e)
{
	const char *const argv[] = {program, "-e", there, script, NULL};
	const struct timespec pause = {0, 5000000};
	int rc = process_start(p, argv, e);

	if (rc)
		return rc;
	while (process_check(p, NULL) == 0)
		nanosleep(&pause, NULL);
	if (WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0)
		return 0;
	return err_set(e, E_IO, "gnuplot cannot draw %s; it says so in %s", script, p->log);
}

int draw_figure(const struct study *s, const struct figure *f, struct err *e)
{
	char program[PROCESS_PATH_MAX], script[64];
	struct process p = {.name = "gnuplot"};
	struct buf there = BUF_INIT;
	int rc = process_find("gnuplot", program, sizeof(program), e);

	if (rc == 0)
		rc = study_path(s, "", f->name, ".log", p.log, sizeof(p.log), e);
	if (rc)
		return rc;
	go_there(s->out, &there);
	snprintf(script, sizeof(script), "%s.gp", f->name);
	rc = run_gnuplot(&p, program, (const char *)there.data, script, e);
	if (rc == 0)
		(void)remove(p.log);
	buf_release(&there);
	return rc;
}
