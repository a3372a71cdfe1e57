#include "common/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/clock.h"

static struct {
	const char *program;
	enum log_level least;
	enum log_format format;
} settings = {"foedus", LOG_INFO, LOG_TEXT};

static char whose[128]; /* empty = none */

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_setup(const char *program, enum log_level least, enum log_format format)
{
	settings.program = program;
	settings.least = least;
	settings.format = format;
}

void log_edge(const char *edge)
{
	snprintf(whose, sizeof(whose), "%s", edge ? edge : "");
}

int log_level_parse(const char *text, enum log_level *out, struct err *e)
{
	for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
		if (strcmp(text, level_names[i]) == 0) {
			*out = (enum log_level)i;
			return 0;
		}
	}
	return err_set(e, E_INVALID, "log level '%.32s' (accepted: debug, info, warn, error)", text);
}

int log_setup_words(const char *program, const char *level, const char *format, struct err *e)
{
	enum log_level least = LOG_INFO;
	int rc = log_level_parse(level, &least, e);

	if (!rc)
		log_setup(program, least, strcmp(format, "json") == 0 ? LOG_JSON : LOG_TEXT);
	return rc;
}

/* Peers can influence messages: control bytes never reach a terminal or break a JSON line. */
static void escaped(struct buf *b, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			buf_fmt(b, "\\u%04x", c);
		else if (c == 0xc2 && (text[1] & 0xe0) == 0x80) /* U+0080 to U+009F: controls too, in two bytes */
			buf_fmt(b, "\\u%04x", (unsigned char)*++text);
		else if (settings.format == LOG_JSON && (c == '"' || c == '\\'))
			buf_fmt(b, "\\%c", c);
		else
			buf_append(b, &c, 1);
	}
}

static void as_json(struct buf *b, const char *when, enum log_level level, const struct log_about *about,
                    const char *text)
{
	buf_fmt(b, "{\"time\":\"%s\",\"level\":\"%s\",\"program\":\"%s\"", when, level_names[level],
	        settings.program);
	if (about->round)
		buf_fmt(b, ",\"round\":%" PRIu64, about->round);
	if (about->edge) {
		buf_str(b, ",\"edge\":\"");
		escaped(b, about->edge);
		buf_str(b, "\"");
	}
	if (about->task)
		buf_fmt(b, ",\"task\":%" PRIu64, about->task);
	buf_str(b, ",\"message\":\"");
	escaped(b, text);
	buf_str(b, "\"}\n");
}

static void as_text(struct buf *b, const char *when, enum log_level level, const struct log_about *about,
                    const char *text)
{
	buf_fmt(b, "%s %-5s %s: ", when, level_names[level], settings.program);
	if (about->round)
		buf_fmt(b, "round %" PRIu64 ": ", about->round);
	if (about->edge) {
		buf_str(b, "edge ");
		escaped(b, about->edge);
		buf_str(b, ": ");
	}
	if (about->task)
		buf_fmt(b, "task %" PRIu64 ": ", about->task);
	escaped(b, text);
	buf_str(b, "\n");
}

void log_line(enum log_level level, struct log_about about, const char *fmt, ...)
{
	struct buf text = BUF_INIT, line = BUF_INIT;
	char when[CLOCK_TEXT];
	va_list ap;

	if (level < settings.least)
		return;
	if (!about.edge && whose[0])
		about.edge = whose;
	va_start(ap, fmt);
	buf_vfmt(&text, fmt, ap);
	va_end(ap);
	clock_text(clock_wall_ms(), when);
	(settings.format == LOG_JSON ? as_json : as_text)(&line, when, level, &about, buf_cstr(&text));
	if (write(STDERR_FILENO, line.data, line.len) < 0) {
		/* nobody is left to tell */
	}
	buf_release(&text);
	buf_release(&line);
}
