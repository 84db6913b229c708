// The most telling equality that a condition needs: without it the condition cannot be true, so whoever has the value of
// the member at hand need not evaluate the others.
#ifndef RULES_GUARD_H
#define RULES_GUARD_H

#include "rules/cel/ast.h"

struct ruleset;

enum guard_kind {
    GUARD_NONE,
    GUARD_DATA,    // data.member == constant
    GUARD_CONTACT, // contact.field == constant, of a declared field
};

struct rule_guard {
    enum guard_kind kind;
    struct bytes member; // GUARD_DATA: its name
    uint32_t field;      // GUARD_CONTACT: index into the declared fields
    uint64_t hash;       // value_hash of the constant, seed 0
    // The condition also asks has(…) of the member: where it is not there, the condition is false and does not fail.
    bool is_asked_for;
};

// Of a condition that has been checked: one of the equalities that && joins at its top.
struct rule_guard guard_of(const struct ruleset *ruleset, const struct cel_node *root);

// Whether two guards are about the same member.
bool guard_is_same_member(const struct rule_guard *a, const struct rule_guard *b);

#endif
