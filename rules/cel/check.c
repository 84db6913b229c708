#include "rules/cel/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/base/text.h"
#include "rules/cel/check_internal.h"

// --- problems
const struct cel_type *check_fail(
    struct checker *checker, const struct cel_node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char message[400];
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    cel_problem_add(
        checker->problems, checker->arena,
        (struct cel_problem){.kind = CEL_PROBLEM_TYPE, .begin = node->begin, .end = node->end},
        "%s", message);
    return &cel_type_dyn;
}

static const struct cel_type *fail_name(
    struct checker *checker, const struct cel_node *node, const struct cel_object *object)
{
    struct bytes name = node->text;
    cel_problem_add(
        checker->problems, checker->arena,
        (struct cel_problem){
            .kind = CEL_PROBLEM_NAME,
            .begin = node->text_begin,
            .end = node->text_begin + (uint32_t)name.len,
            .object = object,
            .word = name},
        object == NULL ? "unknown name '%.*s'" : "unknown field '%.*s'", text_shown_len(name, 60),
        (const char *)name.data);
    return &cel_type_dyn;
}

const char *check_type_text(struct checker *checker, const struct cel_type *type)
{
    enum { SHOWN_BYTES_MAX = 80 };
    if (checker->problems->count == CEL_PROBLEMS_MAX || checker->problems->is_unread)
        return ""; // nobody will read it
    struct buffer text = {0};
    cel_type_add(&text, infer_snapshot(&checker->infer, type));
    if (text.len > SHOWN_BYTES_MAX) {
        text.len = (size_t)text_shown_len(buffer_bytes(&text), SHOWN_BYTES_MAX);
        buffer_add_text(&text, "...");
    }
    const char *copy = arena_text(checker->arena, buffer_bytes(&text));
    buffer_free(&text);
    return copy;
}

const struct cel_type *check_head(struct checker *checker, const struct cel_node *node)
{
    return infer_head(&checker->infer, node->type);
}

static bool may_be(struct checker *checker, const struct cel_type *from, const struct cel_type *to)
{
    return infer_assign(&checker->infer, &from, &to, 1);
}

// --- names and members
static const struct cel_type *literal_type(struct checker *checker, struct cel_value value)
{
    switch (value.kind) {
    case CEL_NULL: return &cel_type_null;
    case CEL_BOOL: return &cel_type_bool;
    case CEL_INT: return &cel_type_int;
    case CEL_UINT: return &cel_type_uint;
    case CEL_DOUBLE: return &cel_type_double;
    case CEL_STRING: return &cel_type_string;
    case CEL_BYTES: return &cel_type_bytes;
    case CEL_TIMESTAMP: return &cel_type_timestamp;
    case CEL_DURATION: return &cel_type_duration;
    case CEL_TYPE: return cel_type_of_type(checker->arena, value.as.type);
    case CEL_ERROR:
    case CEL_LIST:
    case CEL_MAP: return &cel_type_dyn;
    }
    return &cel_type_dyn;
}

static const struct cel_type *check_ident(struct checker *checker, struct cel_node *node)
{
    const struct local *local = find_local(checker, node);
    if (local != NULL)
        return local->type;
    if (!resolve_name(checker, node))
        return fail_name(checker, node, NULL);
    return node->kind == CEL_NODE_LITERAL ? literal_type(checker, node->literal)
                                          : checker->scope->variables[node->variable].type;
}

static const struct cel_type *member_of_object(
    struct checker *checker, struct cel_node *node, const struct cel_object *object)
{
    node->field = cel_object_find(object, node->text);
    if (node->field != CEL_NO_FIELD)
        return object->fields[node->field].type;
    return object->is_open ? &cel_type_dyn : fail_name(checker, node, object);
}

static const struct cel_type *member_type(struct checker *checker, struct cel_node *node)
{
    const struct cel_type *of = check_head(checker, node->children[0]);
    switch (of->kind) {
    case CEL_TYPE_OBJECT: return member_of_object(checker, node, of->object);
    case CEL_TYPE_MAP: return of->params[1];
    case CEL_TYPE_DYN: return &cel_type_dyn;
    case CEL_TYPE_VARIABLE: (void)may_be(checker, &cel_type_dyn, of); return &cel_type_dyn;
    case CEL_TYPE_NULL:
    case CEL_TYPE_BOOL:
    case CEL_TYPE_INT:
    case CEL_TYPE_UINT:
    case CEL_TYPE_DOUBLE:
    case CEL_TYPE_STRING:
    case CEL_TYPE_BYTES:
    case CEL_TYPE_TIMESTAMP:
    case CEL_TYPE_DURATION:
    case CEL_TYPE_LIST:
    case CEL_TYPE_TYPE: break;
    }
    return check_fail(
        checker, node, "%s has no members, so none that is called '%.*s'",
        check_type_text(checker, of), text_shown_len(node->text, 60),
        (const char *)node->text.data);
}

static const struct cel_type *check_select(struct checker *checker, struct cel_node *node)
{
    if (resolve_name(checker, node))
        return node->kind == CEL_NODE_LITERAL ? literal_type(checker, node->literal)
                                              : checker->scope->variables[node->variable].type;
    (void)check_node(checker, node->children[0]);
    return member_type(checker, node);
}

static const struct cel_type *check_has(struct checker *checker, struct cel_node *node)
{
    (void)check_node(checker, node->children[0]);
    (void)member_type(checker, node);
    return &cel_type_bool;
}

// --- parts that hold others
static const struct cel_type *check_list(struct checker *checker, struct cel_node *node)
{
    const struct cel_type *of = NULL;
    for (uint32_t i = 0; i < node->child_count; i++) {
        const struct cel_type *type = check_node(checker, node->children[i]);
        of = of == NULL ? type : infer_join(&checker->infer, of, type);
    }
    return cel_type_list(checker->arena, of == NULL ? infer_fresh(&checker->infer) : of);
}

static bool may_be_key(const struct cel_type *type)
{
    return type->kind == CEL_TYPE_BOOL || type->kind == CEL_TYPE_INT ||
           type->kind == CEL_TYPE_UINT || type->kind == CEL_TYPE_STRING ||
           type->kind == CEL_TYPE_DYN || type->kind == CEL_TYPE_VARIABLE;
}

static const struct cel_type *check_map(struct checker *checker, struct cel_node *node)
{
    const struct cel_type *of[2] = {NULL, NULL};
    for (uint32_t i = 0; i < node->child_count; i++) {
        const struct cel_type *type = check_node(checker, node->children[i]);
        if (i % 2 == 0 && !may_be_key(infer_head(&checker->infer, type)))
            type = check_fail(
                checker, node->children[i],
                "a key of a map is a string, a bool, an int or a uint, not %s",
                check_type_text(checker, type));
        of[i % 2] = of[i % 2] == NULL ? type : infer_join(&checker->infer, of[i % 2], type);
    }
    if (of[0] == NULL) {
        of[0] = infer_fresh(&checker->infer);
        of[1] = infer_fresh(&checker->infer);
    }
    return infer_map(&checker->infer, of[0], of[1]);
}

static void expect_bool(struct checker *checker, struct cel_node *node, const char *what)
{
    if (!may_be(checker, node->type, &cel_type_bool))
        (void)check_fail(
            checker, node, "%s is true or false (bool), this is %s", what,
            check_type_text(checker, node->type));
}

static const struct cel_type *check_junction(struct checker *checker, struct cel_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) {
        (void)check_node(checker, node->children[i]);
        expect_bool(
            checker, node->children[i],
            node->kind == CEL_NODE_AND ? "what '&&' joins" : "what '||' joins");
    }
    return &cel_type_bool;
}

static const struct cel_type *check_conditional(struct checker *checker, struct cel_node *node)
{
    for (uint32_t i = 0; i < 3; i++)
        (void)check_node(checker, node->children[i]);
    expect_bool(checker, node->children[0], "what stands before '?'");
    const struct cel_type *fresh = infer_fresh(&checker->infer);
    const struct cel_type *from[] = {node->children[1]->type, node->children[2]->type};
    const struct cel_type *to[] = {fresh, fresh};
    if (infer_assign(&checker->infer, from, to, 2))
        return infer_head(&checker->infer, fresh);
    return check_fail(
        checker, node, "'?:' gives %s on one side and %s on the other",
        check_type_text(checker, from[0]), check_type_text(checker, from[1]));
}

// --- macros
// The types of the names that a macro gives to what it walks.
static void range_types(
    struct checker *checker, struct cel_node *node, const struct cel_type *types_out[2])
{
    const struct cel_type *range = check_head(checker, node->children[0]);
    bool has_two = node->names[1].len > 0;
    types_out[0] = types_out[1] = &cel_type_dyn;
    if (range->kind == CEL_TYPE_LIST) {
        types_out[0] = has_two ? &cel_type_int : range->params[0];
        types_out[1] = range->params[0];
    } else if (range->kind == CEL_TYPE_MAP) {
        types_out[0] = range->params[0];
        types_out[1] = range->params[1];
    } else if (range->kind == CEL_TYPE_OBJECT) {
        types_out[0] = &cel_type_string;
    } else if (range->kind == CEL_TYPE_VARIABLE) {
        (void)may_be(checker, &cel_type_dyn, range);
    } else if (range->kind != CEL_TYPE_DYN) {
        (void)check_fail(
            checker, node->children[0], "%.*s() walks a list or a map, this is %s",
            (int)node->text.len, (const char *)node->text.data, check_type_text(checker, range));
    }
}

static bool may_be_ordered(const struct cel_type *type)
{
    return type->kind != CEL_TYPE_LIST && type->kind != CEL_TYPE_MAP &&
           type->kind != CEL_TYPE_OBJECT && type->kind != CEL_TYPE_TYPE &&
           type->kind != CEL_TYPE_NULL;
}

static const struct cel_type *entry_map_type(
    struct checker *checker, struct cel_node *node, const struct cel_type *type)
{
    const struct cel_type *map =
        infer_map(&checker->infer, infer_fresh(&checker->infer), infer_fresh(&checker->infer));
    if (may_be(checker, type, map))
        return map;
    return check_fail(
        checker, node, "transformMapEntry() needs a map of one entry, this is %s",
        check_type_text(checker, type));
}

static const struct cel_type *macro_type(
    struct checker *checker, struct cel_node *node, const struct cel_type *const types[2])
{
    struct cel_node *body = node->children[node->child_count - 1];
    switch (node->macro) {
    case CEL_MACRO_ALL:
    case CEL_MACRO_EXISTS:
    case CEL_MACRO_EXISTS_ONE:
        expect_bool(checker, body, "what is asked of each element");
        return &cel_type_bool;
    case CEL_MACRO_FILTER:
        expect_bool(checker, body, "what is asked of each element");
        return cel_type_list(checker->arena, types[0]);
    case CEL_MACRO_MAP: return cel_type_list(checker->arena, body->type);
    case CEL_MACRO_SORT_BY:
        if (!may_be_ordered(check_head(checker, body)))
            (void)check_fail(
                checker, body, "sortBy() needs a key that has an order, this is %s",
                check_type_text(checker, body->type));
        return cel_type_list(checker->arena, types[0]);
    case CEL_MACRO_TRANSFORM_MAP: return infer_map(&checker->infer, types[0], body->type);
    case CEL_MACRO_TRANSFORM_MAP_ENTRY: return entry_map_type(checker, body, body->type);
    }
    return &cel_type_dyn;
}

static const struct cel_type *check_macro(struct checker *checker, struct cel_node *node)
{
    const struct cel_type *types[2];
    (void)check_node(checker, node->children[0]);
    range_types(checker, node, types);
    const struct local *outer = checker->locals;
    struct local locals[2];
    for (int i = 0; i < 2 && node->names[i].len > 0; i++) {
        locals[i] = (struct local){node->names[i], types[i], checker->locals};
        checker->locals = &locals[i];
    }
    for (uint32_t i = 1; i < node->child_count; i++)
        (void)check_node(checker, node->children[i]);
    if (node->child_count == 3)
        expect_bool(checker, node->children[1], "what is asked of each element");
    checker->locals = outer;
    return macro_type(checker, node, types);
}

static const struct cel_type *check_bind(struct checker *checker, struct cel_node *node)
{
    struct local local = {node->names[0], check_node(checker, node->children[0]), checker->locals};
    const struct local *outer = checker->locals;
    checker->locals = &local;
    const struct cel_type *type = check_node(checker, node->children[1]);
    checker->locals = outer;
    return type;
}

// --- all
static const struct cel_type *node_type(struct checker *checker, struct cel_node *node)
{
    switch (node->kind) {
    case CEL_NODE_LITERAL: return literal_type(checker, node->literal);
    case CEL_NODE_IDENT: return check_ident(checker, node);
    case CEL_NODE_SELECT: return check_select(checker, node);
    case CEL_NODE_HAS: return check_has(checker, node);
    case CEL_NODE_CALL: return check_call(checker, node);
    case CEL_NODE_AND:
    case CEL_NODE_OR: return check_junction(checker, node);
    case CEL_NODE_CONDITIONAL: return check_conditional(checker, node);
    case CEL_NODE_LIST: return check_list(checker, node);
    case CEL_NODE_MAP: return check_map(checker, node);
    case CEL_NODE_MACRO: return check_macro(checker, node);
    case CEL_NODE_BIND: return check_bind(checker, node);
    }
    return &cel_type_dyn;
}

const struct cel_type *check_node(struct checker *checker, struct cel_node *node)
{
    node->type = node_type(checker, node); // no deeper than CEL_DEPTH_MAX
    return node->type;
}

static void settle_types(struct checker *checker, struct cel_node *node)
{
    if (node->type != NULL) // not of what is only part of a name
        node->type = infer_settle(&checker->infer, node->type);
    for (uint32_t i = 0; i < node->child_count; i++)
        settle_types(checker, node->children[i]);
}

static struct checker checker_of(
    struct arena *arena, const struct cel_scope *scope, struct cel_problems *problems)
{
    return (struct checker){
        .arena = arena, .scope = scope, .problems = problems, .infer = {.arena = arena}};
}

bool cel_check(
    struct arena *arena,
    const struct cel_scope *scope,
    struct cel_node *root,
    struct cel_problems *problems)
{
    size_t before = problems->total;
    struct checker checker = checker_of(arena, scope, problems);
    (void)check_node(&checker, root);
    settle_types(&checker, root);
    return problems->total == before;
}

bool cel_check_made_call(
    struct arena *arena,
    const struct cel_scope *scope,
    struct cel_node *call,
    struct cel_problems *problems)
{
    size_t before = problems->total;
    struct checker checker = checker_of(arena, scope, problems);
    const struct cel_named_function *function = resolve_function(&checker, call);
    call->type = infer_settle(&checker.infer, check_called(&checker, call, function));
    return problems->total == before;
}

enum { NAME_STEPS = 16 }; // for a copy of a name

const char *cel_object_nearest(
    struct arena *arena, const struct cel_object *object, struct bytes name, size_t *steps)
{
    if (*steps >= TEXT_NEAREST_STEPS_MAX)
        return NULL;
    const char **names = arena_alloc(arena, (object->field_count + 1) * sizeof(char *));
    for (uint32_t i = 0; i < object->field_count; i++)
        names[i] = arena_text(arena, object->fields[i].name);
    *steps += NAME_STEPS * (size_t)object->field_count;
    return text_nearest_bounded(name, names, object->field_count, steps);
}

// "contact.plan", or contact["first-name"] where a dash would be read as a minus.
static const char *member_text(
    struct arena *arena, const struct cel_variable *variable, struct bytes field)
{
    bool has_dash = memchr(field.data, '-', field.len) != NULL;
    struct buffer text = {0};
    buffer_add_bytes(&text, variable->name);
    buffer_add_text(&text, has_dash ? "[\"" : ".");
    buffer_add_bytes(&text, field);
    buffer_add_text(&text, has_dash ? "\"]" : "");
    const char *copy = arena_text(arena, buffer_bytes(&text));
    buffer_free(&text);
    return copy;
}

const char *cel_scope_nearest(
    struct arena *arena, const struct cel_scope *scope, struct bytes name, size_t *steps)
{
    if (*steps >= TEXT_NEAREST_STEPS_MAX)
        return NULL;
    const char **names = arena_alloc(arena, (scope->variable_count + 1) * sizeof(char *));
    for (uint32_t i = 0; i < scope->variable_count; i++)
        names[i] = arena_text(arena, scope->variables[i].name);
    const char *nearest = text_nearest_bounded(name, names, scope->variable_count, steps);
    for (uint32_t i = 0; i < scope->variable_count && nearest == NULL; i++) {
        const struct cel_variable *variable = &scope->variables[i];
        const char *field = variable->type->kind == CEL_TYPE_OBJECT
                                ? cel_object_nearest(arena, variable->type->object, name, steps)
                                : NULL;
        if (field != NULL)
            nearest = member_text(arena, variable, bytes_text(field));
    }
    return nearest;
}
