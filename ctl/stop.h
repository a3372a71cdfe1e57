/* SIGINT, SIGTERM and SIGHUP set a flag that long work asks for, so that every exit path cleans up. */
#ifndef CTL_STOP_H
#define CTL_STOP_H

#include <stdbool.h>

void stop_install(void);
/* From any thread. */
bool stop_asked(void);
int stop_signal(void); /* the signal that came; 0 = none */
/* Sleeps; shorter when asked to stop. */
void stop_sleep(int ms);

#endif
