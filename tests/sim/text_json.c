// JSON and times as text, the plain way.
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/text.h"

#define TWO_TO_64 18446744073709551616.0
#define DAY_MS    INT64_C(86400000)

void sim_add_json_text(struct sim_text *to, struct text text)
{
    sim_add_byte(to, '"');
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        switch (byte) {
        case '"': sim_add_chars(to, "\\\""); break;
        case '\\': sim_add_chars(to, "\\\\"); break;
        case '\b': sim_add_chars(to, "\\b"); break;
        case '\f': sim_add_chars(to, "\\f"); break;
        case '\n': sim_add_chars(to, "\\n"); break;
        case '\r': sim_add_chars(to, "\\r"); break;
        case '\t': sim_add_chars(to, "\\t"); break;
        default:
            if ((unsigned char)byte < 0x20)
                sim_add_format(to, "\\u%04x", (unsigned)(unsigned char)byte);
            else
                sim_add_byte(to, byte);
        }
    }
    sim_add_byte(to, '"');
}

static void add_double(struct sim_text *to, double real)
{
    if (real >= -TWO_TO_63 && real < TWO_TO_63 && (double)(int64_t)real == real) {
        sim_add_format(to, "%lld", (long long)real);
        return;
    }
    if (real >= TWO_TO_63 && real < TWO_TO_64) { // whole, as all of that size
        sim_add_format(to, "%llu", (unsigned long long)real);
        return;
    }
    char digits[40];
    for (int precision = 1; precision <= 17; precision++) {
        (void)snprintf(digits, sizeof(digits), "%.*g", precision, real);
        if (strtod(digits, NULL) == real)
            break;
    }
    sim_add_chars(to, digits);
}

static void add_items(struct sim_text *to, const struct workload_value *value)
{
    for (uint32_t i = 0; i < value->count; i++) {
        if (i > 0)
            sim_add_byte(to, ',');
        if (value->kind == WORKLOAD_MAP) {
            sim_add_json_text(to, value->items[i].name);
            sim_add_byte(to, ':');
        }
        sim_add_json_value(to, &value->items[i]); // drawn values are a few levels deep
    }
}

void sim_add_json_value(struct sim_text *to, const struct workload_value *value)
{
    switch (value->kind) {
    case WORKLOAD_ABSENT:
    case WORKLOAD_NULL: sim_add_chars(to, "null"); return;
    case WORKLOAD_BOOL: sim_add_chars(to, value->boolean ? "true" : "false"); return;
    case WORKLOAD_INT: sim_add_format(to, "%lld", (long long)value->integer); return;
    case WORKLOAD_DOUBLE: add_double(to, value->real); return;
    case WORKLOAD_TEXT: sim_add_json_text(to, value->text); return;
    case WORKLOAD_LIST:
        sim_add_byte(to, '[');
        add_items(to, value);
        sim_add_byte(to, ']');
        return;
    case WORKLOAD_MAP:
        sim_add_byte(to, '{');
        add_items(to, value);
        sim_add_byte(to, '}');
        return;
    }
}

void sim_add_milli(struct sim_text *to, int64_t milli)
{
    if (milli < 0)
        sim_add_byte(to, '-');
    unsigned long long size =
        milli < 0 ? 0ULL - (unsigned long long)milli : (unsigned long long)milli;
    sim_add_format(to, "%llu", size / 1000);
    unsigned rest = (unsigned)(size % 1000);
    if (rest == 0)
        return;
    if (rest % 100 == 0)
        sim_add_format(to, ".%u", rest / 100);
    else if (rest % 10 == 0)
        sim_add_format(to, ".%02u", rest / 10);
    else
        sim_add_format(to, ".%03u", rest);
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

void sim_add_time(struct sim_text *to, int64_t time_ms)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = time_ms / DAY_MS;
    int64_t rest = time_ms % DAY_MS;
    if (rest < 0) {
        rest += DAY_MS;
        days--;
    }
    int year = 1970;
    for (; days < 0; days += is_leap(year) ? 366 : 365)
        year--;
    for (; days >= (is_leap(year) ? 366 : 365); year++)
        days -= is_leap(year) ? 366 : 365;
    int month = 0;
    for (;; month++) {
        int length = lengths[month] + (month == 1 && is_leap(year));
        if (days < length)
            break;
        days -= length;
    }
    sim_add_format(
        to, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month + 1, (int)days + 1,
        (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
        (int)(rest % 1000));
}
