// The type of a call: which overloads take its arguments, and what they give.
#include <stdio.h>

#include "engine/base/text.h"
#include "rules/cel/check_internal.h"

enum { ARGS_MAX = 256 };

static const struct cel_type *fail_function(struct checker *checker, const struct cel_node *call)
{
    struct bytes name = call->text;
    cel_problem_add(
        checker->problems, checker->arena,
        (struct cel_problem){
            .kind = CEL_PROBLEM_FUNCTION,
            .begin = call->text_begin,
            .end = call->text_begin + (uint32_t)name.len,
            .word = name},
        "unknown function '%.*s'", text_shown_len(name, 60), (const char *)name.data);
    return &cel_type_dyn;
}

// The operator as it is written; NULL when it is a function.
static const char *sign_of(struct bytes function)
{
    static const char *const signs[][2] = {
        {"_+_", "+"},   {"_-_", "-"},   {"_*_", "*"}, {"_/_", "/"},   {"_%_", "%"},
        {"_==_", "=="}, {"_!=_", "!="}, {"_<_", "<"}, {"_<=_", "<="}, {"_>_", ">"},
        {"_>=_", ">="}, {"@in", "in"},  {"!_", "!"},  {"-_", "-"},    {"_[_]", "[]"},
    };
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (bytes_equal_text(function, signs[i][0]))
            return signs[i][1];
    }
    return NULL;
}

static void add_args(struct checker *checker, struct buffer *to, const struct cel_node *call)
{
    uint32_t first = call->is_member ? 1 : 0;
    for (uint32_t i = first; i < call->child_count && i < first + 8; i++) {
        buffer_add_text(to, i == first ? "" : ", ");
        buffer_add_text(to, check_type_text(checker, call->children[i]->type));
    }
}

static bool compares_null(struct checker *checker, const struct cel_node *call)
{
    return (bytes_equal_text(call->text, "_==_") || bytes_equal_text(call->text, "_!=_")) &&
           (check_head(checker, call->children[0])->kind == CEL_TYPE_NULL ||
            check_head(checker, call->children[1])->kind == CEL_TYPE_NULL);
}

static const struct cel_type *fail_args(struct checker *checker, const struct cel_node *call)
{
    const char *sign = sign_of(call->text);
    const struct cel_type *type;
    if (sign != NULL && call->child_count == 2)
        return check_fail(
            checker, call, "'%s' does not take %s and %s%s", sign,
            check_type_text(checker, call->children[0]->type),
            check_type_text(checker, call->children[1]->type),
            compares_null(checker, call) ? "; has() asks whether a member is there" : "");
    if (sign != NULL)
        return check_fail(
            checker, call, "'%s' does not take %s", sign,
            check_type_text(checker, call->children[0]->type));
    struct buffer args = {0};
    add_args(checker, &args, call);
    if (call->is_member)
        type = check_fail(
            checker, call, "there is no %s.%.*s(%.*s)",
            check_type_text(checker, call->children[0]->type), (int)call->text.len,
            (const char *)call->text.data, (int)args.len, (const char *)args.data);
    else
        type = check_fail(
            checker, call, "there is no %.*s(%.*s)", (int)call->text.len,
            (const char *)call->text.data, (int)args.len, (const char *)args.data);
    buffer_free(&args);
    return type;
}

// Whether two types are told apart by their kinds alone: neither is open, nor has others in it, nor stands for another.
static bool differ(const struct cel_type *from, const struct cel_type *to)
{
    return from->kind != to->kind && from->kind != CEL_TYPE_DYN && to->kind != CEL_TYPE_DYN &&
           from->kind != CEL_TYPE_VARIABLE && to->kind != CEL_TYPE_VARIABLE &&
           from->kind != CEL_TYPE_OBJECT && to->kind != CEL_TYPE_OBJECT;
}

// What the overload gives for these arguments; NULL when it does not take them.
static const struct cel_type *try_overload(
    struct checker *checker, const struct cel_node *call, const struct cel_overload *overload)
{
    uint32_t count = call->child_count;
    bool is_count_right =
        overload->is_variadic ? count >= overload->param_count : count == overload->param_count;
    if (overload->is_member != call->is_member || !is_count_right)
        return NULL;
    struct infer *infer = &checker->infer;
    for (uint32_t i = 0; i < count && i < overload->param_count; i++) {
        if (differ(call->children[i]->type, overload->params[i]))
            return NULL;
    }
    uint32_t first = infer_reserve(infer, overload->variable_count);
    const struct cel_type *from[ARGS_MAX], *to[ARGS_MAX];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t param = i < overload->param_count ? i : overload->param_count - 1;
        from[i] = call->children[i]->type;
        to[i] = infer_instance(infer, overload->params[param], first);
    }
    if (!infer_assign(infer, from, to, count))
        return NULL;
    const struct cel_type *result =
        infer_head(infer, infer_instance(infer, overload->result, first));
    for (uint32_t i = 0; i < count && result->kind == CEL_TYPE_VARIABLE; i++) {
        if (infer_head(infer, from[i])->kind == CEL_TYPE_DYN) // leaves open what is dyn then
            result = &cel_type_dyn;
    }
    return result;
}

// Of all that fit, and of what fitted before them: their result, or dyn where they differ.
static const struct cel_type *try_overloads(
    struct checker *checker,
    const struct cel_node *call,
    const struct cel_named_function *function,
    bool is_fallback,
    const struct cel_type *result)
{
    for (uint32_t i = 0; i < function->overload_count; i++) {
        const struct cel_overload *overload = &function->overloads[i];
        if (overload->is_fallback != is_fallback)
            continue;
        const struct cel_type *type = try_overload(checker, call, overload);
        if (type == NULL)
            continue;
        if (result == NULL)
            result = type;
        else if (!infer_same(&checker->infer, result, type))
            result = &cel_type_dyn;
    }
    return result;
}

// contact["first_name"]: a member whose name is known.
static const struct cel_type *check_object_index(struct checker *checker, struct cel_node *call)
{
    const struct cel_object *object = check_head(checker, call->children[0])->object;
    const struct cel_node *key = call->children[1];
    if (key->kind != CEL_NODE_LITERAL || key->literal.kind != CEL_STRING) {
        const struct cel_type *from = key->type, *to = &cel_type_string;
        return infer_assign(&checker->infer, &from, &to, 1) ? &cel_type_dyn
                                                            : fail_args(checker, call);
    }
    struct bytes name = key->literal.as.text;
    call->field = cel_object_find(object, name);
    if (call->field != CEL_NO_FIELD)
        return object->fields[call->field].type;
    if (object->is_open)
        return &cel_type_dyn;
    cel_problem_add(
        checker->problems, checker->arena,
        (struct cel_problem){
            .kind = CEL_PROBLEM_NAME,
            .begin = key->begin,
            .end = key->end,
            .object = object,
            .word = name},
        "unknown field '%.*s'", text_shown_len(name, 60), (const char *)name.data);
    return &cel_type_dyn;
}

static bool has_dyn(struct checker *checker, const struct cel_node *call)
{
    for (uint32_t i = 0; i < call->child_count; i++) {
        if (check_head(checker, call->children[i])->kind == CEL_TYPE_DYN)
            return true;
    }
    return false;
}

// A type that is itself and nothing else, or nothing that is known.
static bool is_plain(const struct cel_type *type)
{
    return type->kind < CEL_TYPE_LIST;
}

static bool takes_kinds(const struct cel_node *call, const struct cel_overload *overload)
{
    bool fits =
        overload->is_member == call->is_member && overload->param_count == call->child_count;
    for (uint32_t i = 0; fits && i < call->child_count; i++) {
        enum cel_type_kind kind = call->children[i]->type->kind;
        fits = kind == CEL_TYPE_DYN || kind == overload->params[i]->kind;
    }
    return fits;
}

// The result of a call of a function that is told by kinds, where its arguments are plain; NULL where more must be looked
// at.
static const struct cel_type *told_result(
    const struct cel_node *call, const struct cel_named_function *function)
{
    const struct cel_type *result = NULL;
    bool has_open = false, is_all = true;
    for (uint32_t i = 0; i < call->child_count; i++) {
        if (!is_plain(call->children[i]->type))
            return NULL;
        has_open = has_open || call->children[i]->type->kind == CEL_TYPE_DYN;
    }
    for (uint32_t i = 0; i < function->overload_count; i++) {
        const struct cel_overload *overload = &function->overloads[i];
        if ((overload->is_fallback && !has_open) || !takes_kinds(call, overload))
            continue;
        if (overload->variable_count > 0)
            is_all = false; // of what, is not known yet
        else if (!has_open)
            return overload->result; // no other takes the same
        else if (result == NULL)
            result = overload->result;
        else if (!cel_type_equal(result, overload->result))
            return &cel_type_dyn;
    }
    return is_all ? result : NULL;
}

const struct cel_type *check_called(
    struct checker *checker, struct cel_node *call, const struct cel_named_function *function)
{
    if (function == NULL)
        return fail_function(checker, call);
    if (call->child_count > ARGS_MAX)
        return check_fail(
            checker, call, "%.*s() takes at most %d arguments, here are %u", (int)call->text.len,
            (const char *)call->text.data, (int)ARGS_MAX, call->child_count);
    const struct cel_type *told = function->is_told_by_kinds ? told_result(call, function) : NULL;
    if (told != NULL)
        return told;
    bool is_index = bytes_equal_text(call->text, "_[_]");
    if (is_index && check_head(checker, call->children[0])->kind == CEL_TYPE_OBJECT)
        return check_object_index(checker, call);
    const struct cel_type *result = try_overloads(checker, call, function, false, NULL);
    if (result == NULL ||
        has_dyn(checker, call)) // which may be of a type that mixes with the other
        result = try_overloads(checker, call, function, true, result);
    return result == NULL ? fail_args(checker, call) : result;
}

const struct cel_type *check_call(struct checker *checker, struct cel_node *call)
{
    const struct cel_type *dashed = check_dashed(checker, call);
    if (dashed != NULL)
        return dashed;
    const struct cel_named_function *function = resolve_function(checker, call);
    for (uint32_t i = 0; i < call->child_count; i++)
        (void)check_node(checker, call->children[i]);
    return check_called(checker, call, function);
}
