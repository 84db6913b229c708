// What an expression reads of a contact, found in its checked tree.
#ifndef RULES_READS_H
#define RULES_READS_H

#include "rules/cel/ast.h"
#include "rules/ruleset_data.h"

// A set of dependencies (rules/live.h).
struct reads {
    uint64_t *bits; // dependency_count of them
    bool has_now;   // `now`, or a function that reads the clock
};

// How many dependencies the rules have, once they are compiled.
uint32_t reads_count(const struct ruleset *ruleset);
// Adds what a tree reads; NULL adds nothing.
void reads_add(struct reads *reads, const struct ruleset *ruleset, const struct cel_node *root);

// Whether a tree reads the clock.
bool reads_now(const struct cel_node *node);
// The index of the score that a node is, as score.NAME or score["NAME"]; UINT32_MAX where it is none.
uint32_t reads_score(const struct cel_node *node);

#endif
