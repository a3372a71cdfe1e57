#include "ctl/screen.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "ctl/stop.h"

/* the other screen, no cursor, no wrapping; and back */
#define TAKE "\033[?1049h\033[?25l\033[?7l"
#define GIVE "\033[?7h\033[?25h\033[?1049l"

static bool taken, keys;
static struct termios before;
static bool drawn;

bool screen_is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

void screen_close(void)
{
	if (keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	keys = false;
	if (!taken)
		return;
	taken = false;
	fputs(GIVE, stdout);
	fflush(stdout);
}

void screen_open(void)
{
	stop_install();
	if (!screen_is_terminal())
		return;
	atexit(screen_close);
	/* Suspended or dumped programs could not give the screen back. */
	signal(SIGTSTP, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	if (tcgetattr(STDIN_FILENO, &before) == 0) {
		struct termios raw = before;

		raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
		keys = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
	}
	taken = true;
	fputs(TAKE, stdout);
}

void screen_draw(const char *text)
{
	struct winsize size = {0};
	int rows;

	if (!taken) {
		printf("%s%s", drawn ? "\n" : "", text);
		drawn = true;
		fflush(stdout);
		return;
	}
	rows = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
	fputs("\033[H", stdout);
	for (int row = 0; row < rows && *text; row++) {
		size_t n = strcspn(text, "\n");

		printf("%s%.*s\033[K", row ? "\r\n" : "", (int)n, text);
		text += n + (text[n] == '\n');
	}
	fputs("\033[J", stdout);
	fflush(stdout);
}

bool screen_wait(int ms)
{
	int64_t until = clock_mono_ms() + ms;

	while (!stop_asked() && clock_mono_ms() < until) {
		struct pollfd p = {.fd = keys ? STDIN_FILENO : -1, .events = POLLIN};
		char key;

		if (poll(&p, 1, (int)(until - clock_mono_ms())) <= 0 || !(p.revents & POLLIN))
			continue;
		if (read(STDIN_FILENO, &key, 1) != 1)
			keys = false;
		else if (key == 'q' || key == 'Q')
			return false;
	}
	return !stop_asked();
}
