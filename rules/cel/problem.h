// What is wrong with an expression, and where.
#ifndef RULES_CEL_PROBLEM_H
#define RULES_CEL_PROBLEM_H

#include "engine/base/arena.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"

struct cel_object;

enum cel_problem_kind {
    CEL_PROBLEM_SYNTAX,   // not an expression
    CEL_PROBLEM_LIMIT,    // too long, too deep
    CEL_PROBLEM_NAME,     // no such variable or field
    CEL_PROBLEM_FUNCTION, // no such function
    CEL_PROBLEM_TYPE,     // types do not fit
    CEL_PROBLEM_ARGUMENT, // a constant argument that can only fail: a regular expression, a zone
};

struct cel_problem {
    enum cel_problem_kind kind;
    uint32_t begin, end; // bytes of the expression's text; end > begin unless at its end
    const char *message; // lower case, names quoted 'so', no full stop
    const struct cel_object *object; // of which word is no field; NULL: it is no variable
    struct bytes word; // the name that is not known, CEL_PROBLEM_NAME and _FUNCTION; else empty
};

enum { CEL_PROBLEMS_MAX = 20 }; // kept of one expression

// Zero-initialised is a valid empty list. Messages live in the arena that add was given.
struct cel_problems {
    struct cel_problem items[CEL_PROBLEMS_MAX];
    size_t count; // kept
    size_t total;
    bool is_unread; // no messages are made: nobody will read them
};

void cel_problem_add(
    struct cel_problems *problems,
    struct arena *arena,
    struct cel_problem where, // all but the message
    const char *format,
    ...) PRINTF_LIKE(4, 5);

#endif
