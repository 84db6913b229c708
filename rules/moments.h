// When comparisons with `now` in an expression change.
//
// What moves with `now` once, by + and -, is solved for it: now - contact.created > days(30) changes at
// days(30) + contact.created.
#ifndef RULES_MOMENTS_H
#define RULES_MOMENTS_H

#include "rules/cel/check.h"
#include "rules/expression.h"

// Bytes of an expression's text.
struct tree_span {
    uint32_t begin, end;
};

// What was found in trees. Zero-initialised is empty.
struct moments {
    struct rule_moment *items; // owned; their programs are the taker's
    size_t count, cap;
    struct tree_span *hourly; // owned: uses of the clock for which no moment can be told
    size_t hourly_count, hourly_cap;
};

// What makes programs, and where they are put.
struct moment_room {
    struct cel_compiler *compiler;
    struct arena *programs;
    const struct cel_scope *scope; // that the trees were checked with
};

// Adds what a checked tree holds.
void moments_add(
    struct moments *moments, const struct moment_room *room, const struct cel_node *root);
void moments_free(struct moments *moments);

#endif
