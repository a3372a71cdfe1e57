/* Training from outside: interrupts, threads, and input that is refused. */
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "tests/support/lab.h"
#include "tests/support/suite.h"

static const char *file(const char *name)
{
	static char path[4][300];
	static int next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", suite_tmp(), name);
	return p;
}

static void read_all(const char *path, struct buf *into)
{
	struct err e = ERR_INIT;

	ck_ok(file_read(path, 1 << 26, into, &e), &e);
}

static void write_all(const char *path, const void *data, size_t n)
{
	struct err e = ERR_INIT;

	ck_ok(file_write(path, data, n, 0600, &e), &e);
}

static void assert_same_files(const char *a, const char *b)
{
	struct buf x = BUF_INIT, y = BUF_INIT;

	read_all(a, &x);
	read_all(b, &y);
	ck_assert_uint_eq(x.len, y.len);
	ck_assert_mem_eq(x.data, y.data, x.len);
	buf_release(&x);
	buf_release(&y);
}

static void must(const char *line)
{
	free(lab_prints(line));
}

static const char *words(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *words(const char *format, ...)
{
	static char text[1000];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return text;
}

static void await_file(const char *path)
{
	for (int i = 0; i < 600 && access(path, F_OK) != 0; i++)
		usleep(50000);
	ck_assert_int_eq(access(path, F_OK), 0);
}

/* The same training twice: once straight through, once killed by `signal` when its file `until` was there,
 * and resumed. The bytes are the same. */
static void check_interrupt(int signal, int code, const char *until)
{
	const char *options = " -n 3000 -q -k 2 --hidden 16 -b 32 -e 16 --replay 2000 --save-every 0.2";
	struct lab_outcome o;
	pid_t pid;

	unlink(file("part"));
	unlink(file("log"));
	must(words("train%s --out %s", options, file("whole")));
	pid = lab_start("", words("train%s --out %s --log %s", options, file("part"), file("log")));
	await_file(file(until));
	ck_assert_int_eq(kill(pid, signal), 0);
	o = lab_wait(pid);
	ck_assert_msg(o.code == code, "exit code %d: %s", o.code, (char *)o.err.data);
	if (code == 3)
		ck_assert_ptr_nonnull(strstr((char *)o.err.data, "of 3000 updates; the checkpoint is written"));
	lab_done(&o);
	must(words("train -q --resume %s --out %s", file("part"), file("part")));
	assert_same_files(file("whole"), file("part"));
}

START_TEST(an_interrupt_leaves_a_checkpoint_to_go_on_from)
{
	check_interrupt(SIGINT, 3, "log");
	check_interrupt(SIGTERM, 3, "log");
}
END_TEST

START_TEST(a_kill_leaves_the_last_checkpoint)
{
	check_interrupt(SIGKILL, 128 + SIGKILL, "part");
}
END_TEST

START_TEST(equal_seeds_and_threads_write_equal_bytes)
{
	const char *options = "-q -k 2 -n 60 --hidden 16 -b 32 -e 16 --no-replay";

	for (int i = 0; i < 2; i++) {
		must(words("train %s --out %s", options, file(i ? "b" : "a")));
		must(words("train %s --threads 2 --out %s", options, file(i ? "d" : "c")));
	}
	assert_same_files(file("a"), file("b"));
	assert_same_files(file("c"), file("d"));
	lab_refuses("", words("train --threads 65 --out %s", file("e")), "--threads");
	lab_refuses("", words("train -b 4 --threads 8 --out %s", file("e")), "threads is 8 (accepted: 1 to 4)");
}
END_TEST

/* ---- refusals ------------------------------------------------------------------------------------ */

#define HEAD "{\"id\":\"x\",\"types\":[1,2],\"prior\":[0.5,0.5],"
#define TAIL                                                                                                 \
	"\"alpha\":8,\"beta\":1,\"e1\":0.5,\"e3\":0.01,\"delta\":0.9,\"q_max\":10,\"participation\":"            \
	"\"intertemporal\"}\n"

static const struct {
	const char *line, *part;
} bad_instances[] = {
    {HEAD "\"transition\":[[0.7,0.2],[0.2,0.8]]," TAIL, "transition"},
    {HEAD "\"transition\":[[0.2,0.8],[0.7,0.3]]," TAIL, "is not ordered after row 1"},
    {HEAD "\"transition\":[[0.7,0.3]]," TAIL, "transition"},
    {HEAD "\"transition\":[[0.7,1e999],[0.2,0.8]]," TAIL, "line 2"},
    {HEAD "\"transition\":[[0.7,-0.3],[0.2,0.8]]," TAIL, "transition"},
    {"{\"id\":\"x\",\"types\":[2,1],\"prior\":[0.5,0.5],\"transition\":[[0.7,0.3],[0.2,0.8]]," TAIL, "types"},
    {"{\"id\":\"x\",\"types\":[1,1],\"prior\":[0.5,0.5],\"transition\":[[0.7,0.3],[0.2,0.8]]," TAIL, "types"},
    {"{\"id\":\"x\",\"types\":[1,2],\"prior\":[0.5,0.6],\"transition\":[[0.7,0.3],[0.2,0.8]]," TAIL, "prior"},
    {"{\"id\":\"x\",\"types\":[1,NaN],\"prior\":[0.5,0.5],\"transition\":[[0.7,0.3],[0.2,0.8]]," TAIL,
     "line 2"},
};

/* Through every command that reads instances; the line is named, and what is wrong in it. */
START_TEST(bad_instances_are_named_by_line_and_field)
{
	const char *good = HEAD "\"transition\":[[0.7,0.3],[0.2,0.8]]," TAIL;

	must(words("train -q -k 2 -n 2 --hidden 8 -b 8 -e 8 --no-replay --out %s", file("k2")));
	for (size_t i = 0; i < ARRAY_LEN(bad_instances); i++) {
		char input[1500];

		snprintf(input, sizeof(input), "%s%s", good, bad_instances[i].line);
		lab_refuses(input, "solve --json -", bad_instances[i].part);
		lab_refuses(input, "solve --json -", "standard input, line 2");
		lab_refuses(input, words("eval --checkpoint %s -", file("k2")), bad_instances[i].part);
	}
}
END_TEST

/* A broken checkpoint is refused by each command that reads one, and a file at --out stays as it was. */
static void check_broken(const struct buf *bytes, size_t n, const char *part)
{
	struct buf after = BUF_INIT;

	write_all(file("broken"), bytes->data, n);
	write_all(file("precious"), "mine", 4);
	lab_refuses("", words("train --resume %s --out %s", file("broken"), file("precious")), part);
	lab_refuses("", words("train --resume %s --out %s", file("broken"), file("broken")), part);
	lab_refuses("", words("eval --checkpoint %s %s", file("broken"), file("instances")), part);
	lab_refuses("",
	            words("solve --policy edmsac --checkpoint %s --json %s", file("broken"), file("instances")),
	            part);
	read_all(file("precious"), &after);
	ck_assert_uint_eq(after.len, 4);
	ck_assert_mem_eq(after.data, "mine", 4);
	buf_clear(&after);
	read_all(file("broken"), &after);
	ck_assert_uint_eq(after.len, n);
	ck_assert_mem_eq(after.data, bytes->data, n);
	buf_release(&after);
}

/* Replaces the first occurrence of a text by one of the same length. */
static void change(struct buf *b, const char *from, const char *to)
{
	uint8_t *at = memmem(b->data, b->len, from, strlen(from));

	ck_assert(at != NULL);
	memcpy(at, to, strlen(to));
}

START_TEST(broken_checkpoints_are_refused_and_nothing_is_written_over)
{
	char *drawn = lab_prints("draw --types 2 --count 2");
	struct buf b = BUF_INIT;

	write_all(file("instances"), drawn, strlen(drawn));
	must(words("train -q -k 2 -n 3 --hidden 8 -b 8 -e 8 --out %s", file("good")));
	read_all(file("good"), &b);
	check_broken(&b, 0, "too few");
	check_broken(&b, 7, "too few");
	check_broken(&b, 300, "cut short");
	check_broken(&b, b.len / 2, "broken");
	check_broken(&b, b.len - 1, "broken");
	b.data[b.len - 9] ^= 1;
	check_broken(&b, b.len, "sha256");
	b.data[b.len - 9] ^= 1;
	change(&b, "\"version\":\"1\"", "\"version\":\"9\"");
	check_broken(&b, b.len, "its version is '9'");
	change(&b, "\"version\":\"9\"", "\"version\":\"1\"");
	change(&b, "\\\"types\\\":2", "\\\"types\\\":4");
	check_broken(&b, b.len, "tensor 'actor.x.weight'");
	buf_release(&b);
	free(drawn);
}
END_TEST

START_TEST(nothing_is_learned_that_could_not_be_saved)
{
	char *drawn = lab_prints("draw --types 3 --count 1");

	lab_refuses("", "train --out /nonexistent/x.safetensors", "--out: cannot write into '/nonexistent'");
	lab_refuses("", words("train --resume %s --out %s", file("absent"), file("x")), "absent");
	must(words("train -q -k 2 -n 2 --hidden 8 -b 8 -e 8 --no-replay --out %s", file("k2")));
	lab_refuses(drawn, words("eval --checkpoint %s -", file("k2")), "for 2 types, the instance has 3");
	free(drawn);
}
END_TEST

SUITE_TIMEOUT("edmsac/train", 400, an_interrupt_leaves_a_checkpoint_to_go_on_from,
              a_kill_leaves_the_last_checkpoint, equal_seeds_and_threads_write_equal_bytes,
              bad_instances_are_named_by_line_and_field,
              broken_checkpoints_are_refused_and_nothing_is_written_over,
              nothing_is_learned_that_could_not_be_saved)
