// Finds the type of every part of an expression and what its names mean, before it is ever evaluated.
//
// The rules are those of the specification (langdef.md, "Gradual type checking") with one addition: an
// int or uint and a double mix in + - * /, comparisons and ==, giving a double.
#ifndef RULES_CEL_CHECK_H
#define RULES_CEL_CHECK_H

#include "rules/cel/ast.h"
#include "rules/cel/function.h"
#include "rules/cel/problem.h"

struct cel_variable {
    struct bytes name; // may be qualified: "a.b"
    const struct cel_type *type;
};

// What an expression may use. Borrowed by the checker.
struct cel_scope {
    const struct cel_library *library;
    struct bytes container; // names are looked for in it and in each one around it; may be empty
    const struct cel_variable *variables;
    uint32_t variable_count;
};

// Sets type, variable and field of each node. False when there are problems. The tree's type is then
// root->type; type variables that nothing decided are dyn.
bool cel_check(
    struct arena *arena,
    const struct cel_scope *scope,
    struct cel_node *root,
    struct cel_problems *problems);

// The same for a call that was put together of parts that were checked before, which are left as they are.
bool cel_check_made_call(
    struct arena *arena,
    const struct cel_scope *scope,
    struct cel_node *call,
    struct cel_problems *problems);

// What an unknown name was most likely meant to be, or NULL: a variable, or else a field of an object that
// is one of the scope's variables, as it is written ("contact.plan"). Allocates in the arena. steps: of
// text_nearest_bounded.
const char *cel_scope_nearest(
    struct arena *arena, const struct cel_scope *scope, struct bytes name, size_t *steps);
const char *cel_object_nearest(
    struct arena *arena, const struct cel_object *object, struct bytes name, size_t *steps);

// For expressions that are not checked: sets variable and field only. Names that are not declared are
// left CEL_NOT_A_VARIABLE and fail when they are evaluated.
void cel_resolve(struct arena *arena, const struct cel_scope *scope, struct cel_node *root);

#endif
