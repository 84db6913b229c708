// Random expressions that are well typed but for what dyn() hides: a tree, its text, what it comes to.
//
// A type is a word: b i u d s for the scalars, t and h for times and durations, l and a type for a list, m and two types for a map ("msli" is
// a map of strings to lists of ints). In the table's rows a capital letter is any type, K a type of keys, C one
// with an order.
#ifndef TESTS_RULES_CEL_RANDOM_TREE_H
#define TESTS_RULES_CEL_RANDOM_TREE_H

#include "engine/base/buffer.h"

#include "tests/rules/cel/naive.h"
#include "tests/sim/random.h"

enum { TREE_TYPE_BYTES = 16, TREE_CHILDREN_MAX = 6, TREE_LITERALS_MAX = 4096 };

enum tree_form {
    FORM_LITERAL,
    FORM_LOCAL,
    FORM_LIST,
    FORM_MAP,
    FORM_BINARY, // a text b; level says how it binds
    FORM_PREFIX,
    FORM_CALL,   // text(a, b)
    FORM_METHOD, // a.text(b)
    FORM_INDEX,
    FORM_SELECT, // a.field
    FORM_HAS,    // has(a.field)
    FORM_AND,
    FORM_OR,
    FORM_CONDITION,
    FORM_BIND, // cel.bind(name, a, b)
    FORM_ALL,  // from here on macros: a.text(names, bodies)
    FORM_EXISTS,
    FORM_EXISTS_ONE,
    FORM_FILTER,
    FORM_TRANSFORM,     // map and transformList
    FORM_TRANSFORM_MAP, // a map of the same keys
    FORM_SORT_BY,
};

struct tree_row {
    enum tree_form form;
    const char *text;
    int level;
    const char *result, *params;
    const char *names, *bodies; // of macros: the types of its names and of its bodies
    naive_function *function;
    uint32_t weight;
};

struct tree {
    enum tree_form form;
    const struct tree_row *row;
    const char *name[2]; // of a macro, a local, a member
    struct tree *children[TREE_CHILDREN_MAX];
    size_t child_count;
    size_t name_count;
    struct naive literal;
    uint32_t number; // of the literal
};

struct tree_maker {
    struct arena *arena;
    struct sim_random random;
    uint32_t lies_permille; // parts whose type is hidden by dyn(), and another than is wanted
    const struct tree *literals[TREE_LITERALS_MAX];
    uint32_t literal_count;
    bool has_unknown; // something empty, or dyn(), is in it
};

// An expression of a random type, nested at most depth deep.
struct tree *tree_make(struct tree_maker *maker, unsigned depth);

// What it comes to.
struct naive tree_walk(struct arena *arena, const struct tree *tree);

// Its text, with a variable v0, v1, … in place of each literal that is_variable says. Spaces, line ends, comments
// and parentheses that change nothing come from random.
struct tree_printer {
    struct buffer *to;
    struct sim_random random;
    bool (*is_variable)(uint32_t number);
};
void tree_print(struct tree_printer *printer, const struct tree *tree);
// A value, for people.
void tree_print_value(struct buffer *to, struct naive value);
void tree_add_utf8(struct buffer *to, uint32_t point);

#endif
