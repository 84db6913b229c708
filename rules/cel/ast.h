// The tree of an expression. All of it lives in the arena that the parser was given.
#ifndef RULES_CEL_AST_H
#define RULES_CEL_AST_H

#include "rules/cel/type.h"
#include "rules/cel/value.h"

enum cel_node_kind {
    CEL_NODE_LITERAL,
    CEL_NODE_IDENT,  // text: the name; is_rooted: written .name
    CEL_NODE_SELECT, // children[0].text
    CEL_NODE_HAS,    // has(children[0].text)
    CEL_NODE_CALL,   // text(children…); is_member: children[0] stands before the dot
    CEL_NODE_AND,    // children[0] && children[1] && …, two at least
    CEL_NODE_OR,
    CEL_NODE_CONDITIONAL, // children[0] ? children[1] : children[2]
    CEL_NODE_LIST,        // the elements
    CEL_NODE_MAP,         // key, value, key, value, …
    CEL_NODE_MACRO,       // children[0] is the range, then the bodies; see cel_macro
    CEL_NODE_BIND,        // cel.bind(names[0], children[0], children[1])
};

// The macros that walk a list or the keys of a map. names[0] is each element (or key); with two names
// names[0] is the index (or key) and names[1] the element (or value).
enum cel_macro {
    CEL_MACRO_ALL,                 // (x, predicate)
    CEL_MACRO_EXISTS,              // (x, predicate)
    CEL_MACRO_EXISTS_ONE,          // (x, predicate); also existsOne
    CEL_MACRO_FILTER,              // (x, predicate)
    CEL_MACRO_MAP,                 // (x, transform) or (x, predicate, transform); transformList
    CEL_MACRO_SORT_BY,             // (x, key): the list stably in the order of its keys
    CEL_MACRO_TRANSFORM_MAP,       // (k, v, transform) or (k, v, predicate, transform): a map
    CEL_MACRO_TRANSFORM_MAP_ENTRY, // likewise, the transform being a map
};

struct cel_named_function;

struct cel_node {
    enum cel_node_kind kind;
    enum cel_macro macro;
    bool is_member;
    bool is_rooted;
    bool has_clock; // for the rules: set by reads_survey
    // Set by a compiler with is_kept: it is made of constants and functions of them, and literal is what it always gives.
    bool is_folded;
    uint32_t begin, end; // bytes of the expression's text
    uint32_t size;       // of its parts as the parser made them: itself and all below
    uint32_t text_begin; // where text is written: the field, the function
    struct bytes text;   // unescaped; operators are functions: "_+_", "!_", "-_", "_[_]", "@in"
    struct bytes names[2];
    struct cel_value literal;
    struct cel_node **children;
    uint32_t child_count;
    uint32_t height;             // 1 for a leaf, at most CEL_DEPTH_MAX
    const struct cel_type *type; // set by the checker; NULL without it
    // Set by the checker, or by cel_resolve without it.
    const struct cel_named_function *function; // CALL: NULL when there is none of that name
    uint32_t variable; // IDENT, SELECT that is a qualified name: of the scope; CEL_NOT_A_VARIABLE
    uint32_t field;    // SELECT, HAS: the index in the object; else CEL_NO_FIELD
};

#define CEL_NOT_A_VARIABLE UINT32_MAX

#endif
