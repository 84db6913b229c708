// Conditions of which each part is a simple question, joined by &&: they are answered without a program.
#ifndef RULES_CONJUNCTION_H
#define RULES_CONJUNCTION_H

#include "rules/comparison.h"

struct ruleset;

enum { CONJUNCTS_MAX = 6 };

enum conjunct_kind {
    CONJUNCT_HAS,     // has(data.member)
    CONJUNCT_TEXT,    // data.member == text, of a member that is declared as one
    CONJUNCT_NUMBER,  // a declared number of the event's data, compared with a constant
    CONJUNCT_COUNTER, // one that always says a number, compared with a constant
    CONJUNCT_SCORE,
};

struct conjunct {
    enum conjunct_kind kind;
    struct bytes member, text;
    bool
        is_asked_for; // TEXT, NUMBER: has(…) of the member is asked, too: where it is not there, that is false
    struct comparison comparison; // of NUMBER without a member
};

// The parts of a checked condition whose constants are known (constant_value), or 0 where one of them is not simple or there
// are too many. What they point to belongs to the tree.
uint32_t conjunction_of(
    const struct ruleset *ruleset, const struct cel_node *root, struct conjunct out[CONJUNCTS_MAX]);

#endif
