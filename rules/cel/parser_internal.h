// What the files of the parser share.
#ifndef RULES_CEL_PARSER_INTERNAL_H
#define RULES_CEL_PARSER_INTERNAL_H

#include "rules/cel/lexer.h"
#include "rules/cel/parser.h"

struct parser {
    struct cel_lexer lexer;
    struct cel_token token; // the next one
    uint32_t last_end;      // of the token taken last
    uint32_t depth;
    bool has_failed; // then the token is the end
};

// Adds the first problem; NULL.
struct cel_node *parse_fail(struct parser *parser, uint32_t begin, uint32_t end, const char *why);

// A node that begins where its first child does, or at begin, and ends at the token taken last.
struct cel_node *parse_node(
    struct parser *parser,
    enum cel_node_kind kind,
    uint32_t begin,
    struct cel_node *const *children,
    uint32_t count);

// Makes a macro of a call that is one by its name and number of arguments; else gives it back. NULL when
// its arguments cannot be a macro's.
struct cel_node *parse_macro(struct parser *parser, struct cel_node *call);

#endif
