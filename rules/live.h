// What is live: scores and segments, kept true as contacts change and as time goes by.
#ifndef RULES_LIVE_H
#define RULES_LIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/bytes.h"
#include "rules/guard.h"
#include "rules/place.h"

struct rule_expression;
struct rule_moment;
struct ruleset;

struct segment_def {
    struct bytes name, label;
    uint32_t index;
    const struct rule_expression *condition;
    int64_t known_for_ms; // not before the contact has been known so long; 0: at once
    int64_t for_ms;       // true without a break for so long; 0: at once
    bool is_from_now;     // `history: from_now`: nothing holds since before
    uint64_t hash;        // of how it is written
    struct rule_place place;
};

// How deep scores may be made of each other, by `combine` and `while`: to read one is to evaluate so many expressions one
// within the other.
enum { SCORE_DEPTH_MAX = 15 };

// A state rule is a node of its own: it is looked at only when what it reads has changed.
// A stop of workflows is looked at for each run of the contact.
enum live_kind { LIVE_RULE, LIVE_SCORE, LIVE_SEGMENT, LIVE_STOP };
struct live_node {
    enum live_kind kind;
    uint32_t index; // into rules, scores, segments, or stops about the contact
    // What else must be looked at by time: union of what its expressions (combine, while, if) have.
    const struct rule_moment *moments;
    uint32_t moment_count;
    // Reads `now`, or a score that forgets, in a way for which no moments can be told beforehand: it is tried at the
    // next full hour, and where that has another outcome the moment between is searched for.
    bool is_hourly;
    // Of scores it knows only on which sides of their thresholds they are, and nothing in it changes by time: a rule or
    // a segment. A score that stays on its side changes nothing.
    bool is_by_sides;
    // The same of counters.
    bool is_by_counter_sides;
    // A rule or a segment that holds of no contact of whom nothing is known, a score that is 0 of it: what it reads would
    // have to change first.
    bool is_false_of_new;
    // It cannot be true unless a declared field has one value: its number, and the value's hash (GUARD_CONTACT).
    bool is_guarded;
    uint32_t guard_field;
    uint64_t guard_hash;
};

// Anything about a contact that an expression may read.
//   0 … members of the scope's contact (enum scope_contact_field, kinds of identifier, declared fields),
//   then counters, scores, segments, objects.
typedef uint32_t dependency;

// Live nodes, in an order in which each comes behind all that it reads.
size_t ruleset_live_count(const struct ruleset *ruleset);
const struct live_node *ruleset_live(const struct ruleset *ruleset, size_t position);
uint32_t ruleset_live_position(const struct ruleset *ruleset, enum live_kind kind, size_t index);
// Positions of the nodes that read it, ascending.
struct live_list {
    const uint32_t *positions;
    uint32_t count;
};
struct live_list ruleset_dependents(const struct ruleset *ruleset, dependency of);
dependency ruleset_dependency_contact(const struct ruleset *ruleset, uint32_t scope_contact_field);
dependency ruleset_dependency_counter(const struct ruleset *ruleset, size_t counter);
dependency ruleset_dependency_score(const struct ruleset *ruleset, size_t score);
dependency ruleset_dependency_segment(const struct ruleset *ruleset, size_t segment);
dependency ruleset_dependency_object(const struct ruleset *ruleset, size_t object);
// Whether anything live changes by time alone: counters with `within`, forgetting, `for`, `known_for`, `now`.
bool ruleset_has_timers(const struct ruleset *ruleset);

#endif
