/* Shared by the files of the round's state machine (round.c, round_events.c, round_work.c). */
#ifndef CORE_ROUND_INTERNAL_H
#define CORE_ROUND_INTERNAL_H

#include "cloud/core/round.h"

void action_add(struct actions *out, struct action a);
void action_seat(struct actions *out, enum action_kind kind, size_t seat, int stage);

/* Enters a phase: saves, assigns work, tells the edges, starts the jobs. */
void round_enter(struct round *r, const struct round_rules *rules, enum phase p, int64_t now_ms,
                 struct actions *out);
/* Leaves phases that wait for nobody any more. */
void round_advance(struct round *r, const struct round_rules *rules, int64_t now_ms, struct actions *out);
void round_after_job(struct round *r, const struct round_rules *rules, int64_t now_ms, struct actions *out);

/* Closes a task unpaid. */
void round_reject(struct round *r, size_t seat, int stage, const char *reason, struct actions *out);
bool seat_in_stage(const struct seat *s, int stage);
/* The receipts of what needed no work, again: an edge asks for a lost receipt by its update, and without work
 * it has none to send. One that it has changes nothing. */
void round_remind(const struct round *r, size_t seat, struct actions *out);
/* Gives the seat its task of the stage, if it has one; work of no samples is accepted and paid at once. */
void round_assign(struct round *r, const struct round_rules *rules, size_t seat, int stage,
                  struct actions *out);

#endif
