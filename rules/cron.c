#include "rules/cron.h"

#include <string.h>

// A field: its least and greatest number, and the names of its numbers from the least on.
struct field {
    const char *expected;
    uint32_t least, most;
    const char *const *names;
    uint32_t name_count;
};

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELD_COUNT };
static const struct field fields[FIELD_COUNT] = {
    [MINUTE] = {"minutes from 0 to 59", 0, 59, NULL, 0},
    [HOUR] = {"hours from 0 to 23", 0, 23, NULL, 0},
    [DAY] = {"days of the month from 1 to 31", 1, 31, NULL, 0},
    [MONTH] = {"months from 1 to 12, or jan to dec", 1, 12, months, 12},
    [WEEKDAY] = {"days of the week from 0 to 7, or sun to sat", 0, 7, weekdays, 7},
};

struct scan {
    const uint8_t *at, *end;
};

static bool is_at(const struct scan *scan, char c)
{
    return scan->at < scan->end && *scan->at == (uint8_t)c;
}

static bool take(struct scan *scan, char c)
{
    if (!is_at(scan, c))
        return false;
    scan->at++;
    return true;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool take_name(struct scan *scan, const struct field *field, uint32_t *out)
{
    const size_t len = 3;
    for (uint32_t i = 0; i < field->name_count && (size_t)(scan->end - scan->at) >= len; i++) {
        size_t same = 0;
        while (same < len && lower(scan->at[same]) == (uint8_t)field->names[i][same])
            same++;
        if (same < len)
            continue;
        scan->at += len;
        *out = field->least + i;
        return true;
    }
    return false;
}

static bool take_whole(struct scan *scan, uint32_t *out)
{
    const uint8_t *from = scan->at;
    *out = 0;
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9' && scan->at - from < 3)
        *out = *out * 10 + (uint32_t)(*scan->at++ - '0');
    return scan->at > from;
}

static bool take_number(struct scan *scan, const struct field *field, uint32_t *out)
{
    return (take_name(scan, field, out) || take_whole(scan, out)) && *out >= field->least &&
           *out <= field->most;
}

// "*", "5", "1-5", each with "/2" behind it but the single number.
static bool take_range(struct scan *scan, const struct field *field, uint64_t *bits)
{
    uint32_t first = field->least, last = field->most, step = 1;
    if (!take(scan, '*')) {
        if (!take_number(scan, field, &first))
            return false;
        last = first;
        if (take(scan, '-') && (!take_number(scan, field, &last) || last < first))
            return false;
        if (is_at(scan, '/') && last == first)
            last = field->most; // from there on
    }
    if (take(scan, '/') && (!take_whole(scan, &step) || step == 0))
        return false;
    for (uint32_t i = first; i <= last; i += step)
        *bits |= UINT64_C(1) << i;
    return true;
}

static bool take_field(struct scan *scan, const struct field *field, uint64_t *bits)
{
    *bits = 0;
    do {
        if (!take_range(scan, field, bits))
            return false;
    } while (take(scan, ','));
    return scan->at == scan->end || *scan->at == ' ' || *scan->at == '\t';
}

static void skip_blanks(struct scan *scan)
{
    while (is_at(scan, ' ') || is_at(scan, '\t'))
        scan->at++;
}

// Sunday is 0 and 7 there, and the last day here.
static uint32_t weekdays_of(uint64_t bits)
{
    bool is_sunday = (bits & 1) != 0 || (bits >> 7 & 1) != 0;
    return (uint32_t)(bits >> 1 & 0x3f) | (is_sunday ? 64U : 0U);
}

static bool has_day(const struct cron *cron)
{
    static const uint32_t lengths[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (uint32_t month = 1; month <= 12; month++) {
        uint64_t all = (UINT64_C(1) << (lengths[month] + 1)) - 2;
        if ((cron->months >> month & 1) != 0 && (cron->days & all) != 0)
            return true;
    }
    return false;
}

static bool refuse(
    struct bytes text, const uint8_t *from, const char *expected, struct cron_problem *out)
{
    const uint8_t *to = from;
    while (to < text.data + text.len && *to != ' ' && *to != '\t')
        to++;
    *out =
        (struct cron_problem){(uint32_t)(from - text.data), (uint32_t)(to - text.data), expected};
    return false;
}

bool cron_parse(struct bytes text, struct cron *out, struct cron_problem *problem_out)
{
    struct scan scan = {text.data, text.data + text.len};
    const uint8_t *begins[FIELD_COUNT];
    uint64_t bits[FIELD_COUNT];
    for (int i = 0; i < FIELD_COUNT; i++) {
        skip_blanks(&scan);
        begins[i] = scan.at;
        if (!take_field(&scan, &fields[i], &bits[i]))
            return refuse(text, begins[i], fields[i].expected, problem_out);
    }
    skip_blanks(&scan);
    if (scan.at < scan.end)
        return refuse(text, scan.at, "nothing behind the five fields", problem_out);
    *out = (struct cron){
        .minutes = bits[MINUTE],
        .hours = (uint32_t)bits[HOUR],
        .days = (uint32_t)bits[DAY],
        .months = (uint32_t)bits[MONTH],
        .weekdays = weekdays_of(bits[WEEKDAY]),
        .is_either_day = *begins[DAY] != '*' && *begins[WEEKDAY] != '*',
    };
    if (!out->is_either_day && !has_day(out))
        return refuse(text, begins[DAY], "days that one of the months has", problem_out);
    return true;
}
