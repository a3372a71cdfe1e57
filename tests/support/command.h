/* Runs a program of the build to its end and keeps what it printed. */
#ifndef TESTS_COMMAND_H
#define TESTS_COMMAND_H

/* Words end with NULL; the first is the program's name ("foedus"). Answers the exit code. The output (both
 * streams together) is in command_output() until the next call. The test fails when it runs longer than 60 s.
 */
int command_run(const char *program, ...) __attribute__((sentinel));
const char *command_output(void);

#endif
