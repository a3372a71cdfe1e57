#include "ctl/show.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_CELLS 24

static bool bar_shown;

static bool on_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

static bool in_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return on_terminal() && !(no && *no);
}

void show_clear(void)
{
	if (bar_shown)
		fputs("\r\033[K", stdout);
	bar_shown = false;
	fflush(stdout);
}

void show_step(const char *group, const char *step, double seconds, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	show_clear();
	if (seconds >= 0)
		printf("  %-9s %-10s %-73s %6.1f s\n", group, step, text, seconds);
	else
		printf("  %-9s %-10s %s\n", group, step, text);
	fflush(stdout);
}

void show_line(const char *fmt, ...)
{
	va_list ap;

	show_clear();
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void show_bar(const char *group, const char *step, double share, const char *text)
{
	char bar[BAR_CELLS + 1], line[256];
	struct winsize size = {0};
	int full = (int)(share * BAR_CELLS + 0.5);

	if (!on_terminal())
		return;
	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < full ? '#' : '.';
	bar[BAR_CELLS] = '\0';
	snprintf(line, sizeof(line), "  %-9s %-10s [%s] %s", group, step, bar, text);
	/* a bar that wraps could not be cleared */
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 && size.ws_col <= strlen(line))
		line[size.ws_col - 1] = '\0';
	printf("\r\033[K%s", line);
	fflush(stdout);
	bar_shown = true;
}

void show_verdict(bool ok, const char *fmt, ...)
{
	const char *word = ok ? "ok    " : "FAILED";
	va_list ap;

	show_clear();
	if (in_colour())
		printf("  \033[%dm%s\033[0m  ", ok ? 32 : 31, word);
	else
		printf("  %s  ", word);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}
