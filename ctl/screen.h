/* A terminal that is drawn over and over, and given back as it was on every way out. On anything else than a
 * terminal the frames follow each other, with an empty line between them. */
#ifndef CTL_SCREEN_H
#define CTL_SCREEN_H

#include <stdbool.h>

/* Takes the terminal, if standard output is one; installs the signals of stop.h. */
void screen_open(void);
/* Gives it back; also done at exit. */
void screen_close(void);
bool screen_is_terminal(void);
/* Draws one frame: as much of it as there is room for. */
void screen_draw(const char *text);
/* Waits; false when asked to stop by a signal or by 'q'. */
bool screen_wait(int ms);

#endif
