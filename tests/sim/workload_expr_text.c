// Expressions as they are written in rules.
#include <string.h>

#include "tests/sim/workload_draw.h"

static bool is_plain_name(struct text name)
{
    for (size_t i = 0; i < name.len; i++) {
        char byte = name.at[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!is_letter && byte != '_' && !(i > 0 && byte >= '0' && byte <= '9'))
            return false;
    }
    return name.len > 0;
}

static void print_member(const char *of, struct text name, struct sim_text *to)
{
    sim_add_chars(to, of);
    if (is_plain_name(name)) {
        sim_add_byte(to, '.');
        sim_add(to, name);
        return;
    }
    sim_add_byte(to, '[');
    sim_add_json_text(to, name);
    sim_add_byte(to, ']');
}

static void print_has(const char *of, struct text name, struct sim_text *to)
{
    bool is_plain = is_plain_name(name);
    sim_add_format(to, "has(%s.%s", of, is_plain ? "" : "`");
    sim_add(to, name);
    sim_add_chars(to, is_plain ? ")" : "`)");
}

static void print_in(struct text name, const char *list, struct sim_text *to)
{
    sim_add_json_text(to, name);
    sim_add_format(to, " in contact.%s", list);
}

static void print_value(const struct workload_value *value, struct sim_text *to)
{
    sim_add_json_value(to, value);
    if (value->kind == WORKLOAD_DOUBLE && (double)(int64_t)value->real == value->real)
        sim_add_chars(to, ".0"); // else it would be an int
}

static const char *sign_of(enum workload_expr_kind kind)
{
    static const char *const signs[] = {
        [EXPR_AND] = " && ",        [EXPR_OR] = " || ",      [EXPR_LESS] = " < ",
        [EXPR_LESS_EQUAL] = " <= ", [EXPR_MORE] = " > ",     [EXPR_MORE_EQUAL] = " >= ",
        [EXPR_EQUAL] = " == ",      [EXPR_UNEQUAL] = " != ", [EXPR_ADD] = " + ",
        [EXPR_SUBTRACT] = " - ",    [EXPR_MULTIPLY] = " * ", [EXPR_DIVIDE] = " / ",
    };
    return kind <= EXPR_DIVIDE ? signs[kind] : NULL;
}

static bool is_leaf(const struct workload_expr *expr)
{
    return expr->kind <= EXPR_RUN_STARTED && expr->kind != EXPR_TAGGED && expr->kind != EXPR_LISTED;
}

static void print_part(const struct workload_expr *expr, struct sim_text *to)
{
    bool is_negative =
        expr->kind == EXPR_VALUE && (expr->value.integer < 0 || expr->value.real < 0);
    bool is_bare = is_leaf(expr) && !is_negative;
    sim_add_chars(to, is_bare ? "" : "(");
    expr_print(expr, to);
    sim_add_chars(to, is_bare ? "" : ")");
}

static void print_span(int64_t span_ms, struct sim_text *to)
{
    const int64_t day_ms = 86400000;
    if (span_ms % day_ms == 0)
        sim_add_format(to, "days(%lld)", (long long)(span_ms / day_ms));
    else
        sim_add_format(to, "duration(\"%lldms\")", (long long)span_ms);
}

// As it is written with its sides turned.
static enum workload_expr_kind turned(enum workload_expr_kind compare)
{
    static const enum workload_expr_kind kinds[] = {
        [EXPR_LESS] = EXPR_MORE,   [EXPR_LESS_EQUAL] = EXPR_MORE_EQUAL,
        [EXPR_MORE] = EXPR_LESS,   [EXPR_MORE_EQUAL] = EXPR_LESS_EQUAL,
        [EXPR_EQUAL] = EXPR_EQUAL, [EXPR_UNEQUAL] = EXPR_UNEQUAL,
    };
    return kinds[compare];
}

static void print_clock(const struct workload_expr *expr, struct sim_text *to)
{
    struct sim_text now = {NULL, 0, 0}, other = {NULL, 0, 0};
    sim_add_chars(&now, "now");
    switch (expr->form) {
    case CLOCK_NOW_MINUS_TIME:
        sim_add_chars(&now, " - ");
        print_part(expr->left, &now);
        print_span(expr->span_ms, &other);
        break;
    case CLOCK_TIME_PLUS_SPAN:
        print_part(expr->left, &other);
        sim_add_chars(&other, " + ");
        print_span(expr->span_ms, &other);
        break;
    case CLOCK_NOW_MINUS_SPAN:
        sim_add_chars(&now, " - ");
        print_span(expr->span_ms, &now);
        print_part(expr->left, &other);
        break;
    }
    sim_add(to, sim_text_view(expr->is_turned ? &other : &now));
    sim_add_chars(to, sign_of(expr->is_turned ? turned(expr->compare) : expr->compare));
    sim_add(to, sim_text_view(expr->is_turned ? &now : &other));
    sim_text_free(&now);
    sim_text_free(&other);
}

static void print_pair(const struct workload_expr *expr, struct sim_text *to)
{
    bool is_call = expr->kind == EXPR_LEAST || expr->kind == EXPR_GREATEST;
    if (!is_call) {
        print_part(expr->left, to);
        sim_add_chars(to, sign_of(expr->kind));
        print_part(expr->right, to);
        return;
    }
    sim_add_chars(to, expr->kind == EXPR_LEAST ? "min(" : "max(");
    expr_print(expr->left, to);
    sim_add_chars(to, ", ");
    expr_print(expr->right, to);
    sim_add_byte(to, ')');
}

// Drawn expressions are a few levels deep.
void expr_print(const struct workload_expr *expr, struct sim_text *to)
{
    switch (expr->kind) {
    case EXPR_VALUE: print_value(&expr->value, to); return;
    case EXPR_DATA: print_member("data", expr->name, to); return;
    case EXPR_HAS_DATA: print_has("data", expr->name, to); return;
    case EXPR_RUN_DATA: print_member("run.data", expr->name, to); return;
    case EXPR_HAS_RUN_DATA: print_has("run.data", expr->name, to); return;
    case EXPR_EVENT_TYPE: sim_add_chars(to, "event.type"); return;
    case EXPR_EVENT_TIME: sim_add_chars(to, "event.time"); return;
    case EXPR_FIELD: print_member("contact", expr->name, to); return;
    case EXPR_HAS_FIELD: print_has("contact", expr->name, to); return;
    case EXPR_STAGE: sim_add_chars(to, "contact.stage"); return;
    case EXPR_CREATED: sim_add_chars(to, "contact.created"); return;
    case EXPR_UPDATED: sim_add_chars(to, "contact.updated"); return;
    case EXPR_TAGGED: print_in(expr->name, "tags", to); return;
    case EXPR_LISTED: print_in(expr->name, "lists", to); return;
    case EXPR_TAG_COUNT: sim_add_chars(to, "contact.tags.size()"); return;
    case EXPR_COUNTER: print_member("counter", expr->name, to); return;
    case EXPR_HAS_COUNTER: print_has("counter", expr->name, to); return;
    case EXPR_SCORE: print_member("score", expr->name, to); return;
    case EXPR_SEGMENT: print_member("segment", expr->name, to); return;
    case EXPR_NOW: sim_add_chars(to, "now"); return;
    case EXPR_RUN_STARTED: sim_add_chars(to, "run.started"); return;
    case EXPR_OBJECT_COUNT:
        sim_add_chars(to, "size(");
        print_member("objects", expr->name, to);
        sim_add_byte(to, ')');
        return;
    case EXPR_OBJECT_HAS:
        print_member("objects", expr->name, to);
        sim_add_chars(to, ".exists(key, o, has(o.");
        sim_add(to, expr->value.text);
        sim_add_chars(to, "))");
        return;
    case EXPR_CLOCK: print_clock(expr, to); return;
    case EXPR_NOT:
        sim_add_byte(to, '!');
        print_part(expr->left, to);
        return;
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_LESS:
    case EXPR_LESS_EQUAL:
    case EXPR_MORE:
    case EXPR_MORE_EQUAL:
    case EXPR_EQUAL:
    case EXPR_UNEQUAL:
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE:
    case EXPR_LEAST:
    case EXPR_GREATEST: print_pair(expr, to); return;
    }
}
