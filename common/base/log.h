/* Log lines on standard error, as text or JSON lines. Every line that has a round, an edge or a
 * task carries it as a field. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

#include "common/base/err.h"

/* LOG_NOTHING is no level of a line: as the least level it silences all. */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_NOTHING };
enum log_format { LOG_TEXT, LOG_JSON };

/* What a line is about; zero or NULL members are left out. */
struct log_about {
	uint64_t round;
	const char *edge;
	uint64_t task;
};

/* The edge that this whole process is: stands in every line that names none. Copied; NULL = none. */
void log_edge(const char *edge);
void log_setup(const char *program, enum log_level least, enum log_format format);
/* The same from the words of options: the level's name; "text" or "json". */
int log_setup_words(const char *program, const char *level, const char *format, struct err *e) MUST_CHECK;
int log_level_parse(const char *text, enum log_level *out, struct err *e) MUST_CHECK;

void log_line(enum log_level level, struct log_about about, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define log_debug(...) log_line(LOG_DEBUG, (struct log_about){0}, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO, (struct log_about){0}, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, (struct log_about){0}, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, (struct log_about){0}, __VA_ARGS__)

#endif
