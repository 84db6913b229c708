// What the files of the checker share.
#ifndef RULES_CEL_CHECK_INTERNAL_H
#define RULES_CEL_CHECK_INTERNAL_H

#include "rules/cel/check.h"
#include "rules/cel/infer.h"

// A name that a macro or cel.bind brings.
struct local {
    struct bytes name;
    const struct cel_type *type;
    const struct local *outer;
};

struct checker {
    struct arena *arena;
    const struct cel_scope *scope;
    struct cel_problems *problems; // NULL: names only, no types
    struct infer infer;
    const struct local *locals; // innermost first
};

// --- names (resolve.c)
// Finds out what a node that may be a name is: sets variable, or makes it a literal that is a type.
// False when it is neither (nor a local name).
bool resolve_name(struct checker *checker, struct cel_node *node);
const struct local *find_local(const struct checker *checker, const struct cel_node *node);
// The function that a call names; NULL when there is none. A receiver that is only the beginning of a
// function's name ("math" in math.abs(x)) is taken off the call, also where there is no such function.
const struct cel_named_function *resolve_function(struct checker *checker, struct cel_node *call);

// Sets the type of a node and of all below it; gives it. (check.c)
const struct cel_type *check_node(struct checker *checker, struct cel_node *node);

// --- calls (check_call.c)
const struct cel_type *check_call(struct checker *checker, struct cel_node *call);
// The same where the arguments are checked, and function is what it calls: NULL when there is none.
const struct cel_type *check_called(
    struct checker *checker, struct cel_node *call, const struct cel_named_function *function);
// The type of a member with a dash in its name that was written as a subtraction, when the call is one; the
// problem is added. Else NULL, and nothing was said. (check_dash.c)
const struct cel_type *check_dashed(struct checker *checker, struct cel_node *minus);

// --- problems; the type of what is wrong is dyn
const struct cel_type *check_fail(
    struct checker *checker, const struct cel_node *node, const char *format, ...)
    PRINTF_LIKE(3, 4);
// What is known of a node's type so far.
const struct cel_type *check_head(struct checker *checker, const struct cel_node *node);
// The type as text, in the arena; of a long one the beginning.
const char *check_type_text(struct checker *checker, const struct cel_type *type);

#endif
