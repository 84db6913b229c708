// What an expression reads of a contact, found in its checked tree.
#ifndef RULES_READS_H
#define RULES_READS_H

#include "rules/cel/ast.h"
#include "rules/live.h"

// Members that follow each other: one, or all of an object that is read as a whole.
struct read {
    dependency first;
    uint32_t count;
    uint32_t begin, end; // bytes of the expression's text
};

// Zero-initialised is empty.
struct reads {
    struct read *items; // owned; the same may come several times
    size_t count, cap;
};

// Adds what a checked tree reads, in the order written.
void reads_add(struct reads *reads, const struct ruleset *ruleset, const struct cel_node *root);
void reads_free(struct reads *reads);

// How many dependencies the rules have, once all is compiled that expressions may read.
uint32_t reads_dependency_count(const struct ruleset *ruleset);

// What a dependency is.
enum read_kind { READ_CONTACT, READ_COUNTER, READ_SCORE, READ_SEGMENT, READ_OBJECT };
// The kind, and the index in the ruleset (of a member: in the scope's contact).
enum read_kind reads_kind(const struct ruleset *ruleset, dependency of, uint32_t *index_out);

// What a tree names.
struct tree_survey {
    uint32_t variables; // bits of the scope's variables that it names
};

static inline bool survey_names(const struct tree_survey *survey, uint32_t variable)
{
    return (survey->variables >> variable & 1) != 0;
}

// Looks once at a checked tree, and where it reads the clock: `now`, age(). Each part is asked by reads_now, as often as
// it is in.
struct tree_survey reads_survey(struct cel_node *root);
bool reads_now(const struct cel_node *node);
// Whether a node is that itself.
bool reads_is_clock(const struct cel_node *node);
// The index of the member of a variable (SCOPE_SCORE, SCOPE_COUNTER) that a node is, as score.NAME or score["NAME"];
// UINT32_MAX where it is none.
uint32_t reads_member(const struct cel_node *node, uint32_t variable);

#endif
