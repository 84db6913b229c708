// Text to tree: the grammar of the CEL specification (cel-spec, doc/langdef.md), by recursive descent.
#ifndef RULES_CEL_PARSER_H
#define RULES_CEL_PARSER_H

#include "rules/cel/ast.h"
#include "rules/cel/problem.h"

enum {
    CEL_LENGTH_MAX = 65536, // bytes of an expression
    CEL_DEPTH_MAX = 250,    // of what is nested
};

// NULL when there is a problem, which is then added (the first only: what follows it means little).
// Macros are recognised here. text is borrowed for as long as the tree.
struct cel_node *cel_parse(struct arena *arena, struct bytes text, struct cel_problems *problems);

// The tree as text with every parenthesis written, for tests: (_+_ a (.f b) 1u).
void cel_print(struct buffer *to, const struct cel_node *node);

#endif
