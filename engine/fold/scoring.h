// The scores of the contact in hand: entries that rules, people and withdrawals write or take away, and what they are
// worth. All of it inside a frame of the state.
#ifndef ENGINE_FOLD_SCORING_H
#define ENGINE_FOLD_SCORING_H

#include "engine/event/event.h"
#include "engine/fold/score_value.h"
#include "projections/ledger.h"
#include "projections/limits.h"

struct fold;

// What a score of the contact in hand is worth at a moment, which is not before fold->now_ms.
struct score_value fold_score_value(struct fold *fold, uint32_t score, int64_t at_ms);
// The contact that what follows is asked about, outside an event, as of the last tick or a later fold->asked_ms.
void fold_look_at(struct fold *fold, struct contact_number contact);
// Whether the score says anything about the contact in hand: it has an entry, or is not 0. What it was once does not
// matter, so that rules that come later say the same.
bool fold_has_score(struct fold *fold, uint32_t score);
// Whether a state rule is true of the contact in hand, and what it gives.
bool fold_state_rule(struct fold *fold, const struct score_rule *rule, int64_t *milli_out);
// All that its value follows from, in memory of the fold that the next call uses again. Not for `combine`.
void fold_score_parts(struct fold *fold, uint32_t score, struct score_parts *parts_out);
// Of a score that was just evaluated, not one with `combine`: whether no entry of it is below 0, and when it crosses a
// threshold next (score_next_crossing).
bool fold_score_never_below(struct fold *fold, uint32_t score);
int64_t fold_score_crossing(struct fold *fold, uint32_t score);

// An event rule, for the event that expressions are about: condition, points, limit, entry.
void fold_apply_rule(struct fold *fold, const struct score_rule *rule);
// Writes an entry of the contact in hand; old ones make room where there are too many.
void fold_add_entry(struct fold *fold, const struct ledger_entry *entry);
// How a limit of rules counts what they give.
enum limit_mode fold_limit_mode(const struct limit_def *limit);
// By which a withdrawal finds the entries of an event; 0 for an event without an id.
uint64_t fold_event_key(const struct fold *fold, struct bytes source, struct bytes id);
uint64_t fold_input_key(struct fold *fold); // of the event that is folded
// The number in the state of "SCORE/RULE", given where it has none. What steps of workflows give has a RULE of its own.
#define WORKFLOW_RULE "workflow"
struct name_id fold_rule_name(struct fold *fold, struct bytes score, const char *rule);
// Makes room in the ledger of the contact in hand: entries that are worth nothing any more go, then of the others the
// older half is summed up, a line for each rule. (condense.c)
void fold_condense(struct fold *fold);

// --- by hand (adjust.c)
// contact.points_adjusted: an entry of its own, named "SCORE/contact.points_adjusted".
void fold_adjust_points(struct fold *fold, const struct event *event);
// event.retracted: takes back what an earlier event of the contact gave.
void fold_retract(struct fold *fold, const struct event *event);

// The name in the state of what adjusts a score by hand, or of what idleness took when old entries were condensed.
#define ADJUSTMENT_RULE "contact.points_adjusted"
#define FORGOTTEN_RULE  "forgotten"

#endif
