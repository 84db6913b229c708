// What an expression says: CEL by its meaning, walked over the tree that was drawn.
#include <math.h>
#include <stdlib.h>

#include "tests/sim/oracle_run.h"

#define YEAR_1_MS    INT64_C(-62135596800000)
#define YEAR_9999_MS INT64_C(253402300799999)
#define SPAN_MOST_MS INT64_C(9223372036854) // 64 bits of nanoseconds
#define DAY_MS       INT64_C(86400000)
#define POINTS_MOST  1e6

static const struct said nothing = {.kind = SAID_ERROR};

static struct said say_bool(bool boolean)
{
    return (struct said){.kind = SAID_BOOL, .boolean = boolean};
}

static struct said say_int(int64_t integer)
{
    return (struct said){.kind = SAID_INT, .integer = integer};
}

static struct said say_double(double real)
{
    return (struct said){.kind = SAID_DOUBLE, .real = real};
}

static struct said say_text(struct text text)
{
    return (struct said){.kind = SAID_TEXT, .text = text};
}

static struct said say_time(int64_t time_ms)
{
    if (time_ms < YEAR_1_MS || time_ms > YEAR_9999_MS)
        return nothing;
    return (struct said){.kind = SAID_TIME, .integer = time_ms};
}

static bool is_number(struct said said)
{
    return said.kind == SAID_INT || said.kind == SAID_DOUBLE;
}

double said_number(struct said said)
{
    return said.kind == SAID_INT ? (double)said.integer : said.real;
}

// 64 bits behind the point: an int is told from the double next to it.
static long double exact(struct said said)
{
    return said.kind == SAID_INT ? (long double)said.integer : (long double)said.real;
}

bool said_is_same(struct said a, struct said b)
{
    if (is_number(a) && is_number(b))
        return exact(a) == exact(b);
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case SAID_BOOL: return a.boolean == b.boolean;
    case SAID_TEXT: return text_equal(a.text, b.text);
    case SAID_TIME: return a.integer == b.integer;
    case SAID_INT:
    case SAID_DOUBLE:
    case SAID_ERROR:
    case SAID_OTHER: break;
    }
    return false;
}

// --- what is read
static int64_t days_of(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = day - 1;
    for (int y = 1970; y < year; y++)
        days += (y % 4 == 0 && y % 100 != 0) || y % 400 == 0 ? 366 : 365;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int m = 1; m < month; m++)
        days += lengths[m - 1] + (m == 2 && is_leap);
    return days;
}

static int digits(struct text text, size_t from, size_t count)
{
    int number = 0;
    for (size_t i = from; i < from + count; i++)
        number = number * 10 + (text.at[i] - '0');
    return number;
}

// Drawn dates are "2026-01-31", drawn times that and "T12:34:56.789Z", from 1970 on. What a field was given under rules
// that declared it otherwise stays the text that it is.
static struct said say_written_time(struct text text, enum workload_type type)
{
    enum { DATE_CHARS = 10, TIME_CHARS = 24 };
    if (text.len != (type == WORKLOAD_TYPE_DATE ? DATE_CHARS : TIME_CHARS))
        return say_text(text);
    int64_t ms = days_of(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)) * DAY_MS;
    if (text.len == TIME_CHARS)
        ms += digits(text, 11, 2) * INT64_C(3600000) + digits(text, 14, 2) * INT64_C(60000) +
              digits(text, 17, 2) * INT64_C(1000) + digits(text, 20, 3);
    return say_time(ms);
}

static struct said say_value(const struct workload_value *value, enum workload_type type)
{
    bool is_time = type == WORKLOAD_TYPE_TIMESTAMP || type == WORKLOAD_TYPE_DATE;
    switch (value->kind) {
    case WORKLOAD_ABSENT:
    case WORKLOAD_NULL: return nothing;
    case WORKLOAD_BOOL: return say_bool(value->boolean);
    case WORKLOAD_INT:
        if (type == WORKLOAD_TYPE_DOUBLE)
            return say_double((double)value->integer);
        return type == WORKLOAD_TYPE_TIMESTAMP ? say_time(value->integer) : say_int(value->integer);
    case WORKLOAD_DOUBLE: return say_double(value->real);
    case WORKLOAD_TEXT:
        if (type == WORKLOAD_TYPE_DURATION)
            return (struct said){.kind = SAID_OTHER};
        return is_time ? say_written_time(value->text, type) : say_text(value->text);
    case WORKLOAD_LIST:
    case WORKLOAD_MAP: return (struct said){.kind = SAID_OTHER};
    }
    return nothing;
}

static const struct workload_value *field_of(const struct contact *contact, struct text name)
{
    static const struct workload_value absent = {.kind = WORKLOAD_ABSENT};
    for (size_t i = 0; i < contact->fields.count; i++) {
        if (text_equal(contact->fields.at[i].name, name))
            return &contact->fields.at[i].value;
    }
    return &absent;
}

static bool is_there(const struct workload_value *value)
{
    return value->kind != WORKLOAD_ABSENT && value->kind != WORKLOAD_NULL;
}

static struct said say_score(struct oracle *oracle, struct text name)
{
    for (uint32_t i = 0; i < oracle->rules->score_count; i++) {
        if (text_equal(oracle->rules->scores[i].name, name))
            return say_double((double)oracle_score_value(oracle, i).shown_milli / 1000.0);
    }
    return nothing;
}

// --- of parts
static struct said say_real(enum workload_expr_kind kind, double x, double y)
{
    if (kind == EXPR_ADD)
        return say_double(x + y);
    if (kind == EXPR_SUBTRACT)
        return say_double(x - y);
    if (kind == EXPR_MULTIPLY)
        return say_double(x * y);
    if (kind == EXPR_DIVIDE)
        return say_double(x / y);
    bool is_second = isnan(x) || (kind == EXPR_LEAST ? y < x : y > x);
    return say_double(is_second ? y : x);
}

static struct said say_whole(enum workload_expr_kind kind, int64_t x, int64_t y)
{
    int64_t whole = 0;
    bool is_beyond = false;
    if (kind == EXPR_ADD)
        is_beyond = __builtin_add_overflow(x, y, &whole);
    else if (kind == EXPR_SUBTRACT)
        is_beyond = __builtin_sub_overflow(x, y, &whole);
    else if (kind == EXPR_MULTIPLY)
        is_beyond = __builtin_mul_overflow(x, y, &whole);
    else if (kind == EXPR_DIVIDE)
        is_beyond = y == 0 || (x == INT64_MIN && y == -1);
    else
        whole = (kind == EXPR_LEAST ? y < x : y > x) ? y : x;
    if (kind == EXPR_DIVIDE && !is_beyond)
        whole = x / y;
    return is_beyond ? nothing : say_int(whole);
}

static struct said say_arithmetic(enum workload_expr_kind kind, struct said a, struct said b)
{
    if (!is_number(a) || !is_number(b))
        return nothing;
    if (a.kind == SAID_INT && b.kind == SAID_INT)
        return say_whole(kind, a.integer, b.integer);
    return say_real(kind, said_number(a), said_number(b));
}

static struct said say_order(enum workload_expr_kind kind, int order)
{
    if (kind == EXPR_LESS)
        return say_bool(order < 0);
    if (kind == EXPR_LESS_EQUAL)
        return say_bool(order <= 0);
    if (kind == EXPR_MORE)
        return say_bool(order > 0);
    if (kind == EXPR_MORE_EQUAL)
        return say_bool(order >= 0);
    return say_bool((order == 0) == (kind == EXPR_EQUAL));
}

static struct said say_comparison(enum workload_expr_kind kind, struct said a, struct said b)
{
    if (a.kind == SAID_ERROR || b.kind == SAID_ERROR)
        return nothing;
    if (kind == EXPR_EQUAL)
        return say_bool(said_is_same(a, b));
    if (kind == EXPR_UNEQUAL)
        return say_bool(!said_is_same(a, b));
    if (!is_number(a) || !is_number(b))
        return nothing;
    long double x = exact(a), y = exact(b);
    if (isnan(x) || isnan(y))
        return say_bool(false);
    return say_order(kind, (x > y) - (x < y));
}

// One side that decides is enough, whatever fails on the other.
static struct said say_junction(enum workload_expr_kind kind, struct said a, struct said b)
{
    bool decides = kind == EXPR_OR;
    if ((a.kind == SAID_BOOL && a.boolean == decides) ||
        (b.kind == SAID_BOOL && b.boolean == decides))
        return say_bool(decides);
    return a.kind == SAID_BOOL && b.kind == SAID_BOOL ? say_bool(!decides) : nothing;
}

static struct said say_clock(struct oracle *oracle, const struct workload_expr *expr)
{
    struct said time = oracle_say(oracle, expr->left);
    struct said now = say_time(oracle->now_ms);
    bool is_compared = expr->form == CLOCK_NOW_MINUS_SPAN && time.kind != SAID_ERROR;
    if (is_compared && time.kind != SAID_TIME) // left by other rules: it is no time, and no other
        return say_comparison(expr->compare, now, time);
    if (time.kind != SAID_TIME || now.kind != SAID_TIME)
        return nothing;
    int64_t between_ms = now.integer - time.integer;
    bool is_beyond = false;
    switch (expr->form) {
    case CLOCK_NOW_MINUS_TIME:
        is_beyond = between_ms > SPAN_MOST_MS || between_ms < -SPAN_MOST_MS;
        break;
    case CLOCK_TIME_PLUS_SPAN: is_beyond = time.integer + expr->span_ms > YEAR_9999_MS; break;
    case CLOCK_NOW_MINUS_SPAN: is_beyond = now.integer - expr->span_ms < YEAR_1_MS; break;
    }
    if (is_beyond)
        return nothing;
    return say_order(expr->compare, (between_ms > expr->span_ms) - (between_ms < expr->span_ms));
}

static struct said say_pair(struct oracle *oracle, const struct workload_expr *expr)
{
    struct said left = oracle_say(oracle, expr->left);
    struct said right = expr->right == NULL ? nothing : oracle_say(oracle, expr->right);
    if (expr->kind == EXPR_NOT)
        return left.kind == SAID_BOOL ? say_bool(!left.boolean) : nothing;
    if (expr->kind == EXPR_AND || expr->kind == EXPR_OR)
        return say_junction(expr->kind, left, right);
    if (expr->kind <= EXPR_UNEQUAL)
        return say_comparison(expr->kind, left, right);
    return say_arithmetic(expr->kind, left, right);
}

static struct said say_contact(struct oracle *oracle, const struct workload_expr *expr)
{
    const struct contact *contact = oracle_contact(oracle);
    if (expr->kind == EXPR_FIELD)
        return say_value(field_of(contact, expr->name), expr->type);
    if (expr->kind == EXPR_HAS_FIELD)
        return say_bool(is_there(field_of(contact, expr->name)));
    if (expr->kind == EXPR_STAGE)
        return contact->stage.len > 0 ? say_text(contact->stage) : nothing;
    if (expr->kind == EXPR_CREATED)
        return say_time(contact->created_ms);
    if (expr->kind == EXPR_UPDATED)
        return say_time(contact->updated_ms);
    if (expr->kind == EXPR_TAGGED)
        return say_bool(text_list_has(contact->tags.at, contact->tags.count, expr->name));
    if (expr->kind == EXPR_LISTED)
        return say_bool(text_list_has(contact->lists.at, contact->lists.count, expr->name));
    return say_int((int64_t)contact->tags.count);
}

// What the type says of a member; of one that it does not know, that it is any.
static enum workload_type declared(const struct oracle *oracle, struct text type, struct text name)
{
    const struct workload_event_type *event = NULL;
    for (uint32_t i = 0; i < oracle->rules->event_count; i++) {
        if (text_equal(oracle->rules->events[i].name, type))
            event = &oracle->rules->events[i];
    }
    for (uint32_t i = 0; event != NULL && i < event->field_count; i++) {
        if (text_equal(event->fields[i].name, name))
            return event->fields[i].type;
    }
    return WORKLOAD_TYPE_ANY;
}

static struct said say_event(struct oracle *oracle, const struct workload_expr *expr)
{
    if (expr->kind == EXPR_EVENT_TIME)
        return say_time(oracle->time_ms);
    if (expr->kind == EXPR_EVENT_TYPE)
        return say_text(oracle->type);
    bool is_of_run = expr->kind == EXPR_RUN_DATA || expr->kind == EXPR_HAS_RUN_DATA;
    const struct workload_value *member =
        sim_value_member(is_of_run ? oracle_run_data(oracle) : oracle->data, expr->name);
    bool is_asked = expr->kind == EXPR_HAS_DATA || expr->kind == EXPR_HAS_RUN_DATA;
    if (is_asked)
        return say_bool(is_there(member));
    if (!expr->is_loose)
        return say_value(member, expr->type);
    struct text type = is_of_run && oracle->going != NULL ? oracle_run_type(oracle) : oracle->type;
    return say_value(member, declared(oracle, type, expr->name));
}

static struct said say_counter(struct oracle *oracle, const struct workload_expr *expr)
{
    struct said said = oracle_counter(oracle, expr->name);
    return expr->kind == EXPR_HAS_COUNTER ? say_bool(said.kind != SAID_ERROR) : said;
}

// Drawn expressions are a few levels deep.
struct said oracle_say(struct oracle *oracle, const struct workload_expr *expr)
{
    if (expr->kind > EXPR_CLOCK)
        return say_pair(oracle, expr);
    if (expr->kind == EXPR_CLOCK)
        return say_clock(oracle, expr);
    if (expr->kind == EXPR_VALUE)
        return say_value(&expr->value, WORKLOAD_TYPE_ANY);
    if (expr->kind <= EXPR_EVENT_TIME)
        return say_event(oracle, expr);
    if (expr->kind <= EXPR_TAG_COUNT)
        return say_contact(oracle, expr);
    if (expr->kind == EXPR_SCORE)
        return say_score(oracle, expr->name);
    if (expr->kind == EXPR_SEGMENT)
        return say_bool(oracle_is_member(oracle_contact(oracle), expr->name));
    if (expr->kind == EXPR_NOW)
        return say_time(oracle->now_ms);
    if (expr->kind == EXPR_RUN_STARTED)
        return oracle->going == NULL ? nothing : say_time(oracle->going->run->started_ms);
    if (expr->kind == EXPR_OBJECT_COUNT)
        return say_int(oracle_object_count(oracle, expr->name));
    if (expr->kind == EXPR_OBJECT_HAS)
        return say_bool(oracle_object_has(oracle, expr->name, expr->value.text));
    return say_counter(oracle, expr);
}

bool oracle_is_true(struct oracle *oracle, const struct workload_expr *condition)
{
    struct said said = oracle_say(oracle, condition);
    return said.kind == SAID_BOOL && said.boolean;
}

bool oracle_points(struct oracle *oracle, const struct workload_expr *points, int64_t *milli_out)
{
    struct said said = oracle_say(oracle, points);
    if (!is_number(said) || !(fabs(said_number(said)) <= POINTS_MOST))
        return false;
    *milli_out = llround(said_number(said) * 1000);
    return true;
}
