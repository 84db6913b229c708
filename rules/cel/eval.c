#include "rules/cel/eval.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "rules/cel/program_internal.h"
#include "rules/cel/regex.h"

// Text of less bytes is compared without cost, and so by the short cut.
enum { MESSAGE_BYTES_MAX = 512, SHOWN_BYTES_MAX = 80, USUAL_BYTES_MAX = 128 };

#define EXACT_MAX (INT64_C(1) << 53)

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

// A score or an amount and a constant as one writes it, ordered: a whole number that a double can say.
static inline bool order_with_int(
    unsigned mask, const struct cel_value *a, const struct cel_value *b, unsigned *outcome_out)
{
    bool is_equality = mask == IS_EQUAL || (mask & IS_UNORDERED) != 0; // which costs a step
    if (a->kind != CEL_DOUBLE || b->kind != CEL_INT || is_equality || b->as.integer < -EXACT_MAX ||
        b->as.integer > EXACT_MAX)
        return false;
    double real = (double)b->as.integer;
    if (a->as.real < real)
        *outcome_out = IS_LESS;
    else
        *outcome_out = a->as.real > real    ? IS_GREATER
                       : a->as.real == real ? IS_EQUAL
                                            : IS_UNORDERED;
    return true;
}

// The outcome of two values that are usual; false for others. Text is short enough to cost nothing.
static inline bool compare_usual(
    unsigned mask, const struct cel_value *a, const struct cel_value *b, unsigned *outcome_out)
{
    int order;
    if (a->kind != b->kind)
        return order_with_int(mask, a, b, outcome_out);
    if (a->kind == CEL_INT) {
        order = (a->as.integer > b->as.integer) - (a->as.integer < b->as.integer);
    } else if (a->kind == CEL_DOUBLE) {
        order = (a->as.real > b->as.real) - (a->as.real < b->as.real);
        if (order == 0 && a->as.real != b->as.real) { // a NaN
            *outcome_out = IS_UNORDERED;
            return true;
        }
    } else if (a->kind == CEL_STRING && a->as.text.len < USUAL_BYTES_MAX) {
        order = bytes_compare(a->as.text, b->as.text);
        order = (order > 0) - (order < 0);
    } else {
        return false;
    }
    *outcome_out = 1U << (order + 1); // IS_LESS, IS_EQUAL, IS_GREATER
    return true;
}

static inline bool compute_usual(enum op_code code, struct cel_value *a, const struct cel_value *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == CEL_DOUBLE) {
        double x = a->as.real, y = b->as.real;
        a->as.real = code == OP_ADD        ? x + y
                     : code == OP_SUBTRACT ? x - y
                     : code == OP_MULTIPLY ? x * y
                                           : x / y;
        return true;
    }
    if (a->kind != CEL_INT || code == OP_DIVIDE)
        return false;
    int64_t result, x = a->as.integer, y = b->as.integer;
    bool is_over = code == OP_ADD        ? __builtin_add_overflow(x, y, &result)
                   : code == OP_SUBTRACT ? __builtin_sub_overflow(x, y, &result)
                                         : __builtin_mul_overflow(x, y, &result);
    if (!is_over)
        a->as.integer = result;
    return !is_over;
}

// An operator with two operands, the left one on top of the stack; its result takes the left one's place.
static void run_unusual(
    struct cel_eval *eval,
    const struct cel_program *program,
    const struct op *op,
    struct cel_value *left,
    const struct cel_value *right)
{
    const struct cel_value args[2] = {*left, *right};
    *left = call(eval, program->functions[op->a], args, 2);
}

// --- && || and ?:
// An operand that is neither true nor false nor an error.
static void check_bool(struct cel_eval *eval, const char *name, struct cel_value *value)
{
    if (value->kind != CEL_BOOL && value->kind != CEL_ERROR)
        *value = cel_fail_overload(eval, name, value, 1);
}

// Two operands of && or || become one: the one that decides wins, then an error, then the other bool.
static void join(bool decides, struct cel_value *below, const struct cel_value *value)
{
    bool is_decided = value->kind == CEL_BOOL && value->as.boolean == decides;
    if (is_decided || below->kind == CEL_BOOL)
        *below = *value;
}

static const char *junction_name(const struct op *op)
{
    return op->mask == 0 ? "_&&_" : "_||_";
}

struct cel_value eval_limit_nesting(struct cel_eval *eval, struct cel_value value)
{
    return cel_nesting(value) <= CEL_NESTING_MAX
               ? value
               : cel_fail(
                     eval, CEL_ERROR_ARGUMENT, "lists and maps nest deeper than %d here",
                     CEL_NESTING_MAX);
}

struct cel_value eval_fail_map(struct cel_eval *eval, struct cel_value key)
{
    if (key.kind == CEL_STRING)
        return cel_fail(
            eval, CEL_ERROR_ARGUMENT, "the map has the key '%.*s' twice",
            text_shown_len(key.as.text, SHOWN_BYTES_MAX), (const char *)key.as.text.data);
    bool may_be_key = key.kind == CEL_BOOL || key.kind == CEL_INT || key.kind == CEL_UINT;
    return may_be_key ? cel_fail(
                            eval, CEL_ERROR_ARGUMENT, "the map has the same %s twice as a key",
                            cel_kind_name(key.kind))
                      : cel_fail(
                            eval, CEL_ERROR_ARGUMENT,
                            "a key of a map is a string, a bool, an int or a uint, not %s",
                            cel_kind_name(key.kind));
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
        return eval_limit_nesting(eval, map);
    return eval_fail_map(eval, pairs[wrong].key);
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
    return eval_limit_nesting(eval, cel_list_of(&eval->arena, items, count));
}

static struct cel_value fail_unbound(struct cel_eval *eval, struct bytes name)
{
    return cel_fail(
        eval, CEL_ERROR_UNBOUND, "'%.*s' has no value", text_shown_len(name, SHOWN_BYTES_MAX),
        (const char *)name.data);
}

static inline bool find_variable(
    struct cel_eval *eval, const struct op *op, struct cel_value *value_out)
{
    return eval->host != NULL && eval->host->variable(eval->host->self, eval, op->a, value_out);
}

static void load_variable(
    struct cel_eval *eval,
    const struct cel_program *program,
    const struct op *op,
    struct cel_value *value_out)
{
    if (!find_variable(eval, op, value_out))
        *value_out = fail_unbound(eval, program->constants[op->b].as.text);
}

static inline void load_field(
    struct cel_eval *eval,
    const struct cel_program *program,
    const struct op *op,
    struct cel_value *value_out)
{
    const struct member *member = &program->members[op->b];
    if (find_variable(eval, op, value_out)) {
        select_member(eval, member, value_out);
        return;
    }
    eval->at = member->variable_at;
    *value_out = fail_unbound(eval, member->variable);
}

static struct cel_value matches(
    struct cel_eval *eval, const struct cel_regex *regex, struct cel_value text)
{
    if (text.kind == CEL_ERROR)
        return text;
    if (text.kind != CEL_STRING) {
        const struct cel_value args[2] = {text, {.kind = CEL_STRING}};
        return cel_fail_overload(eval, "matches", args, 2);
    }
    if (!cel_spend(eval, cel_regex_match_cost(regex, text.as.text.len)))
        return cel_fail_cost(eval);
    return cel_bool(cel_regex_matches(regex, (const char *)text.as.text.data, text.as.text.len));
}

// Each runs one instruction and returns the new top.
static inline struct cel_value *run_operator(
    struct cel_eval *eval,
    const struct cel_program *program,
    const struct op *op,
    struct cel_value *top)
{
    const struct cel_value *right = op->b == OPERAND_ON_STACK ? --top : &program->constants[op->b];
    struct cel_value *left = top - 1;
    unsigned outcome;
    if (op->code == OP_COMPARE && compare_usual(op->mask, left, right, &outcome))
        *left = cel_bool((op->mask & outcome) != 0);
    else if (op->code == OP_COMPARE || !compute_usual((enum op_code)op->code, left, right))
        run_unusual(eval, program, op, left, right);
    return top;
}

static struct cel_value *run_call(
    struct cel_eval *eval,
    const struct cel_program *program,
    const struct op *op,
    struct cel_value *top)
{
    struct cel_value *args = top - op->count;
    *args = call(eval, program->functions[op->a], args, op->count);
    return args + 1;
}

static struct cel_value *run_literal(
    struct cel_eval *eval, const struct op *op, struct cel_value *top)
{
    struct cel_value *parts = top - op->count;
    *parts =
        op->code == OP_LIST ? make_list(eval, parts, op->count) : make_map(eval, parts, op->count);
    return parts + 1;
}

static inline struct cel_value *run_next(
    struct cel_eval *eval, const struct op *op, struct cel_value *top)
{
    top--;
    check_bool(eval, junction_name(op), top);
    join(op->mask != 0, top - 1, top);
    return top;
}

static inline bool is_decided(const struct op *op, const struct cel_value *value)
{
    return value->kind == CEL_BOOL && value->as.boolean == op->mask;
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
        case OP_VARIABLE: load_variable(eval, program, op, top++); break;
        case OP_FIELD: load_field(eval, program, op, top++); break;
        case OP_LOCAL: *top++ = eval->stack[op->a]; break;
        case OP_FAIL:
            *top++ = error_of(eval, (enum cel_error_code)op->b, program->constants[op->a].as.text);
            break;
        case OP_SELECT: select_member(eval, &program->members[op->a], top - 1); break;
        case OP_HAS: has_member(eval, &program->members[op->a], top - 1); break;
        case OP_CALL: top = run_call(eval, program, op, top); break;
        case OP_COMPARE:
        case OP_ADD:
        case OP_SUBTRACT:
        case OP_MULTIPLY:
        case OP_DIVIDE: top = run_operator(eval, program, op, top); break;
        case OP_NOT:
            top[-1] = top[-1].kind == CEL_BOOL ? cel_bool(!top[-1].as.boolean)
                                               : call(eval, program->functions[op->a], top - 1, 1);
            break;
        case OP_MATCHES: top[-1] = matches(eval, program->regexes[op->a], top[-1]); break;
        case OP_FIRST:
            check_bool(eval, junction_name(op), top - 1);
            next = is_decided(op, top - 1) ? op->a : next;
            break;
        case OP_NEXT:
            top = run_next(eval, op, top);
            next = is_decided(op, top - 1) ? op->a : next;
            break;
        case OP_CONDITION: next = run_condition(eval, op, next, &top); break;
        case OP_JUMP: next = op->a; break;
        case OP_LIST:
        case OP_MAP: top = run_literal(eval, op, top); break;
        case OP_MACRO:
            if (!program_run_macro(eval, program, &program->macros[op->a], top))
                return false;
            next = program->macros[op->a].end;
            break;
        case OP_SLIDE:
            top--;
            top[-1] = top[0];
            break;
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

void cel_eval_free(struct cel_eval *eval)
{
    eval_free_regexes(eval);
    free(eval->stack);
    arena_free(&eval->arena);
    *eval = (struct cel_eval){.host = eval->host};
}
