#include "rules/cel/eval.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "rules/cel/program_internal.h"
#include "rules/cel/regex.h"

enum { MESSAGE_BYTES_MAX = 512, SHOWN_BYTES_MAX = 80 };

// --- errors
static struct cel_value error_of(
    struct cel_eval *eval, enum cel_error_code code, struct bytes message)
{
    struct cel_error *error = arena_alloc(&eval->arena, sizeof(*error));
    *error = (struct cel_error){code, message, eval->at};
    return (struct cel_value){.kind = CEL_ERROR, .as.error = error};
}

struct cel_value cel_fail(struct cel_eval *eval, enum cel_error_code code, const char *format, ...)
{
    char message[MESSAGE_BYTES_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    size_t used = len < 0 ? 0 : (size_t)len;
    if (used >= sizeof(message))
        used = (size_t)text_shown_len(bytes_of(message, sizeof(message) - 1), sizeof(message) - 1);
    return error_of(eval, code, arena_copy(&eval->arena, bytes_of(message, used)));
}

struct cel_value cel_fail_overload(
    struct cel_eval *eval, const char *name, const struct cel_value *args, uint32_t count)
{
    char kinds[200];
    size_t len = 0;
    kinds[0] = '\0';
    for (uint32_t i = 0; i < count && len < sizeof(kinds) - 40; i++)
        len += (size_t)snprintf(
            kinds + len, sizeof(kinds) - len, "%s%s", i == 0 ? "" : ", ",
            cel_kind_name(args[i].kind));
    return cel_fail(eval, CEL_ERROR_NO_OVERLOAD, "no such overload: %s(%s)", name, kinds);
}

struct cel_value cel_fail_cost(struct cel_eval *eval)
{
    eval->cost_left = 0;
    return error_of(
        eval, CEL_ERROR_COST, BYTES_LITERAL("this takes more steps than an expression may"));
}

struct cel_value cel_fail_key(struct cel_eval *eval, struct cel_value key)
{
    if (key.kind == CEL_STRING)
        return cel_fail(
            eval, CEL_ERROR_NO_KEY, "no such key: '%.*s'",
            text_shown_len(key.as.text, SHOWN_BYTES_MAX), (const char *)key.as.text.data);
    if (key.kind == CEL_INT)
        return cel_fail(eval, CEL_ERROR_NO_KEY, "no such key: %lld", (long long)key.as.integer);
    return cel_fail(eval, CEL_ERROR_NO_KEY, "no such key, a %s", cel_kind_name(key.kind));
}

// --- members
static bool find_member(
    struct cel_eval *eval,
    const struct cel_map *map,
    const struct member *member,
    struct cel_value *value_out)
{
    return map->pairs == NULL
               ? map->find != NULL && map->find(map, eval, member->name, member->field, value_out)
               : cel_map_find(eval, map, cel_string(member->name), value_out);
}

static void select_member(
    struct cel_eval *eval, const struct member *member, struct cel_value *value)
{
    if (value->kind == CEL_MAP) {
        if (!find_member(eval, value->as.map, member, value))
            *value = cel_fail_key(eval, cel_string(member->name));
    } else if (value->kind != CEL_ERROR) {
        *value = cel_fail(
            eval, CEL_ERROR_NO_OVERLOAD, "%s has no members, so none that is called '%.*s'",
            cel_kind_name(value->kind), text_shown_len(member->name, SHOWN_BYTES_MAX),
            (const char *)member->name.data);
    }
}

static void has_member(struct cel_eval *eval, const struct member *member, struct cel_value *value)
{
    struct cel_value found;
    if (value->kind == CEL_MAP)
        *value = cel_bool(find_member(eval, value->as.map, member, &found));
    else if (value->kind != CEL_ERROR)
        *value = cel_fail_overload(eval, "has", value, 1);
}

// --- calls
static struct cel_value call(
    struct cel_eval *eval, cel_function *function, const struct cel_value *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (args[i].kind == CEL_ERROR)
            return args[i];
    }
    return function(eval, args, count);
}

// a and b of the kind; *order_out is their order.
static inline bool compare_usual(const struct cel_value *args, int *order_out)
{
    if (args[0].kind != args[1].kind)
        return false;
    if (args[0].kind == CEL_INT) {
        int64_t a = args[0].as.integer, b = args[1].as.integer;
        *order_out = (a > b) - (a < b);
        return true;
    }
    if (args[0].kind != CEL_DOUBLE)
        return false;
    double a = args[0].as.real, b = args[1].as.real;
    *order_out = (a > b) - (a < b);
    return a == a && b == b; // no NaN
}

static inline bool equal_usual(const struct cel_value *args, bool *equal_out)
{
    int order;
    if (args[0].kind == CEL_STRING && args[1].kind == CEL_STRING &&
        args[0].as.text.len + args[1].as.text.len < 128) {
        *equal_out = bytes_equal(args[0].as.text, args[1].as.text);
        return true;
    }
    if (!compare_usual(args, &order))
        return false;
    *equal_out = order == 0;
    return true;
}

// The short cut of an operator with two operands; false where there is none for these values.
static inline bool run_usual(enum op_code code, const struct cel_value *args, struct cel_value *out)
{
    int order;
    bool is_equal;
    if (code == OP_EQUAL || code == OP_NOT_EQUAL) {
        if (!equal_usual(args, &is_equal))
            return false;
        *out = cel_bool(is_equal == (code == OP_EQUAL));
        return true;
    }
    if (code == OP_ADD || code == OP_SUBTRACT) {
        if (args[0].kind != CEL_INT || args[1].kind != CEL_INT)
            return false;
        int64_t result;
        bool is_over =
            code == OP_ADD
                ? __builtin_add_overflow(args[0].as.integer, args[1].as.integer, &result)
                : __builtin_sub_overflow(args[0].as.integer, args[1].as.integer, &result);
        if (!is_over)
            *out = cel_int(result);
        return !is_over;
    }
    if (!compare_usual(args, &order))
        return false;
    bool is_true = code == OP_LESS         ? order < 0
                   : code == OP_LESS_EQUAL ? order <= 0
                   : code == OP_GREATER    ? order > 0
                                           : order >= 0;
    *out = cel_bool(is_true);
    return true;
}

// --- && || and ?:
// An operand that is neither true nor false nor an error.
static void check_bool(struct cel_eval *eval, const char *name, struct cel_value *value)
{
    if (value->kind != CEL_BOOL && value->kind != CEL_ERROR)
        *value = cel_fail_overload(eval, name, value, 1);
}

// Puts two operands together: the one that decides wins, then an error, then the other bool.
static void join(bool decides, struct cel_value *below, const struct cel_value *value)
{
    bool is_decided = value->kind == CEL_BOOL && value->as.boolean == decides;
    if (is_decided || (below->kind == CEL_BOOL && value->kind == CEL_ERROR))
        *below = *value;
}

static struct cel_value make_map(
    struct cel_eval *eval, const struct cel_value *values, uint32_t count)
{
    struct cel_pair *pairs = arena_alloc(&eval->arena, (count / 2 + 1) * sizeof(*pairs));
    for (uint32_t i = 0; i < count; i += 2) {
        if (values[i].kind == CEL_ERROR)
            return values[i];
        if (values[i + 1].kind == CEL_ERROR)
            return values[i + 1];
        pairs[i / 2] = (struct cel_pair){values[i], values[i + 1]};
    }
    struct cel_value map;
    size_t wrong;
    if (cel_map_of(&eval->arena, pairs, count / 2, &map, &wrong))
        return map;
    return cel_fail(
        eval, CEL_ERROR_ARGUMENT, "key %zu of this map is a %s that %s", wrong + 1,
        cel_kind_name(pairs[wrong].key.kind),
        pairs[wrong].key.kind == CEL_STRING || cel_is_number(pairs[wrong].key) ||
                pairs[wrong].key.kind == CEL_BOOL
            ? "is there already, or no key at all"
            : "cannot be a key");
}

static struct cel_value make_list(
    struct cel_eval *eval, const struct cel_value *values, uint32_t count)
{
    struct cel_value *items = arena_alloc(&eval->arena, count * sizeof(*items) + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (values[i].kind == CEL_ERROR)
            return values[i];
        items[i] = values[i];
    }
    return cel_list_of(&eval->arena, items, count);
}

static struct cel_value variable(
    struct cel_eval *eval, const struct cel_program *program, const struct op *op)
{
    struct cel_value value;
    if (eval->host != NULL && eval->host->variable(eval->host->self, eval, op->a, &value))
        return value;
    struct bytes name = program->constants[op->b].as.text;
    return cel_fail(
        eval, CEL_ERROR_UNBOUND, "'%.*s' has no value", text_shown_len(name, SHOWN_BYTES_MAX),
        (const char *)name.data);
}

static struct cel_value matches(
    struct cel_eval *eval, const struct cel_regex *regex, struct cel_value text)
{
    if (text.kind == CEL_ERROR)
        return text;
    if (text.kind != CEL_STRING)
        return cel_fail_overload(eval, "matches", &text, 1);
    if (!cel_spend(eval, text.as.text.len / 16))
        return cel_fail_cost(eval);
    return cel_bool(cel_regex_matches(regex, (const char *)text.as.text.data, text.as.text.len));
}

// Runs one instruction that works on values alone; returns the new top.
static struct cel_value *run_value(
    struct cel_eval *eval,
    const struct cel_program *program,
    const struct op *op,
    struct cel_value *top)
{
    switch ((enum op_code)op->code) {
    case OP_FAIL:
        *top = error_of(eval, (enum cel_error_code)op->b, program->constants[op->a].as.text);
        return top + 1;
    case OP_HAS: has_member(eval, &program->members[op->a], top - 1); return top;
    case OP_CALL:
        top -= op->count;
        *top = call(eval, program->functions[op->a], top, op->count);
        return top + 1;
    case OP_MATCHES: top[-1] = matches(eval, program->regexes[op->a], top[-1]); return top;
    case OP_LIST:
        top -= op->count;
        *top = make_list(eval, top, op->count);
        return top + 1;
    case OP_MAP:
        top -= op->count;
        *top = make_map(eval, top, op->count);
        return top + 1;
    case OP_SLIDE: top[-2] = top[-1]; return top - 1;
    case OP_NOT:
        top[-1] = top[-1].kind == CEL_BOOL ? cel_bool(!top[-1].as.boolean)
                                           : call(eval, program->functions[op->a], top - 1, 1);
        return top;
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_EQUAL:
    case OP_NOT_EQUAL:
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL:
        top -= 2;
        if (!run_usual((enum op_code)op->code, top, top))
            *top = call(eval, program->functions[op->a], top, 2);
        return top + 1;
    case OP_CONSTANT:
    case OP_VARIABLE:
    case OP_LOCAL:
    case OP_SELECT:
    case OP_AND_FIRST:
    case OP_AND_NEXT:
    case OP_OR_FIRST:
    case OP_OR_NEXT:
    case OP_CONDITION:
    case OP_JUMP:
    case OP_MACRO: break; // program_run's
    }
    return top;
}

// && and ||; returns the next instruction, takes the top where there are two operands.
static uint32_t run_junction(
    struct cel_eval *eval, const struct op *op, uint32_t next, struct cel_value **top)
{
    bool is_and = op->code == OP_AND_FIRST || op->code == OP_AND_NEXT;
    check_bool(eval, is_and ? "_&&_" : "_||_", *top - 1);
    if (op->code == OP_AND_NEXT || op->code == OP_OR_NEXT) {
        join(!is_and, *top - 2, *top - 1);
        (*top)--;
    }
    const struct cel_value *value = *top - 1;
    return value->kind == CEL_BOOL && value->as.boolean != is_and ? op->a : next;
}

// ?:; takes the condition off the stack, but for an error.
static uint32_t run_condition(
    struct cel_eval *eval, const struct op *op, uint32_t next, struct cel_value **top)
{
    struct cel_value *condition = *top - 1;
    check_bool(eval, "_?_:_", condition);
    if (condition->kind == CEL_ERROR)
        return op->b;
    (*top)--;
    return condition->as.boolean ? next : op->a;
}

bool program_run(
    struct cel_eval *eval,
    const struct cel_program *program,
    uint32_t begin,
    uint32_t end,
    struct cel_value *top)
{
    for (uint32_t next = begin; next < end;) {
        const struct op *op = &program->ops[next++];
        eval->at = op->at;
        if (!cel_spend(eval, 1))
            return false;
        switch ((enum op_code)op->code) {
        case OP_CONSTANT: *top++ = program->constants[op->a]; break;
        case OP_VARIABLE: *top++ = variable(eval, program, op); break;
        case OP_LOCAL: *top++ = eval->stack[op->a]; break;
        case OP_SELECT: select_member(eval, &program->members[op->a], top - 1); break;
        case OP_AND_FIRST:
        case OP_AND_NEXT:
        case OP_OR_FIRST:
        case OP_OR_NEXT: next = run_junction(eval, op, next, &top); break;
        case OP_CONDITION: next = run_condition(eval, op, next, &top); break;
        case OP_JUMP: next = op->a; break;
        case OP_MACRO:
            if (!program_run_macro(eval, program, &program->macros[op->a], top))
                return false;
            next = program->macros[op->a].end;
            break;
        case OP_FAIL:
        case OP_HAS:
        case OP_CALL:
        case OP_ADD:
        case OP_SUBTRACT:
        case OP_EQUAL:
        case OP_NOT_EQUAL:
        case OP_LESS:
        case OP_LESS_EQUAL:
        case OP_GREATER:
        case OP_GREATER_EQUAL:
        case OP_NOT:
        case OP_MATCHES:
        case OP_LIST:
        case OP_MAP:
        case OP_SLIDE: top = run_value(eval, program, op, top); break;
        }
    }
    return true;
}

// --- evaluations
void eval_reserve(struct cel_eval *eval, uint32_t count)
{
    if (count <= eval->stack_cap)
        return;
    free(eval->stack);
    eval->stack = mem_zero(count, sizeof(*eval->stack));
    eval->stack_cap = count;
}

struct cel_value cel_run(
    struct cel_eval *eval, const struct cel_program *program, uint64_t cost_max)
{
    arena_clear(&eval->arena);
    eval->cost_left = cost_max == 0 ? CEL_COST_MAX : cost_max;
    eval_reserve(eval, program->stack_max);
    if (!program_run(eval, program, 0, program->op_count, eval->stack) || eval->cost_left == 0)
        return cel_fail_cost(eval);
    return eval->stack[0];
}

struct cel_cached_regex {
    struct bytes pattern; // owned
    struct cel_regex *regex;
};

static void forget_regex(struct cel_cached_regex *cached)
{
    cel_regex_free(cached->regex);
    free((void *)(uintptr_t)cached->pattern.data);
    *cached = (struct cel_cached_regex){{0}, NULL};
}

void cel_eval_free(struct cel_eval *eval)
{
    for (uint32_t i = 0; i < CEL_REGEXES_KEPT && eval->regexes != NULL; i++)
        forget_regex(&eval->regexes[i]);
    free(eval->regexes);
    free(eval->stack);
    arena_free(&eval->arena);
    *eval = (struct cel_eval){.host = eval->host};
}

const struct cel_regex *cel_eval_regex(
    struct cel_eval *eval, struct bytes pattern, const char **why_out)
{
    char why[200];
    if (eval->regexes == NULL)
        eval->regexes = mem_zero(CEL_REGEXES_KEPT, sizeof(*eval->regexes));
    for (uint32_t i = 0; i < CEL_REGEXES_KEPT; i++) {
        if (eval->regexes[i].regex != NULL && bytes_equal(eval->regexes[i].pattern, pattern))
            return eval->regexes[i].regex;
    }
    struct cel_regex *regex =
        cel_regex_new((const char *)pattern.data, pattern.len, why, sizeof(why));
    if (regex == NULL) {
        *why_out = arena_text(&eval->arena, bytes_text(why));
        return NULL;
    }
    struct cel_cached_regex *cached = &eval->regexes[eval->regex_next++ % CEL_REGEXES_KEPT];
    forget_regex(cached);
    uint8_t *copy = mem_zero(pattern.len + 1, 1);
    if (pattern.len > 0)
        memcpy(copy, pattern.data, pattern.len);
    *cached = (struct cel_cached_regex){bytes_of(copy, pattern.len), regex};
    return regex;
}
