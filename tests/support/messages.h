/* A valid message of every kind, for tests of the wire and for fuzzing. */
#ifndef TESTS_MESSAGES_H
#define TESTS_MESSAGES_H

#include "common/wire/msg.h"

/* Fills `m` with a message in which every field has a value of its own, and every list is full. */
void message_sample(enum msg_kind kind, struct msg *m);

#endif
