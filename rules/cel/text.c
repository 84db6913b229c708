// Numbers and times as text, and back.
#include "rules/cel/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/time.h"

// --- doubles
// The shortest digits that read back, without a point, and where the point stands before them.
static int shortest_digits(double real, char digits[32], int *exponent_out)
{
    char text[32];
    for (int precision = 0; precision <= 16; precision++) {
        (void)snprintf(text, sizeof(text), "%.*e", precision, real);
        if (strtod(text, NULL) == real)
            break;
    }
    int count = 0;
    char *at = text;
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9')
            digits[count++] = *at;
    }
    *exponent_out = (int)strtol(at + 1, NULL, 10);
    while (count > 1 && digits[count - 1] == '0')
        count--;
    return count;
}

static size_t print_plain(char *to, const char *digits, int count, int exponent)
{
    size_t len = 0;
    if (exponent < 0) {
        to[len++] = '0';
        to[len++] = '.';
        for (int i = -1; i > exponent; i--)
            to[len++] = '0';
        for (int i = 0; i < count; i++)
            to[len++] = digits[i];
        return len;
    }
    for (int i = 0; i < count || i <= exponent; i++) {
        if (i == exponent + 1)
            to[len++] = '.';
        to[len++] = i < count ? digits[i] : '0';
    }
    return len;
}

// Without an exponent where the first digit's power of ten is from plain_min to below plain_end.
static size_t print_double(double real, int plain_min, int plain_end, char *text_out)
{
    if (isnan(real))
        return (size_t)snprintf(text_out, CEL_DOUBLE_TEXT_MAX, "NaN");
    if (isinf(real))
        return (size_t)snprintf(text_out, CEL_DOUBLE_TEXT_MAX, real < 0 ? "-Infinity" : "Infinity");
    size_t len = 0;
    if (signbit(real))
        text_out[len++] = '-';
    real = fabs(real);
    if (real == 0) {
        text_out[len++] = '0';
        return len;
    }
    char digits[32] = {0};
    int exponent;
    int count = shortest_digits(real, digits, &exponent);
    if (exponent >= plain_min && exponent < plain_end)
        return len + print_plain(text_out + len, digits, count, exponent);
    text_out[len++] = digits[0];
    if (count > 1)
        text_out[len++] = '.';
    for (int i = 1; i < count; i++)
        text_out[len++] = digits[i];
    return len + (size_t)snprintf(text_out + len, CEL_DOUBLE_TEXT_MAX - len, "e%+03d", exponent);
}

size_t cel_print_double(double real, char text_out[CEL_DOUBLE_TEXT_MAX])
{
    return print_double(real, -6, 21, text_out);
}

size_t cel_print_double_short(double real, char text_out[CEL_DOUBLE_TEXT_MAX])
{
    return print_double(real, -4, 6, text_out);
}

// --- dates
static bool is_date(int64_t year, int64_t month, int64_t day)
{
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    struct civil_date date = time_date_of_days(time_days_of_date(year, month, day));
    return date.month == month && date.day == day;
}

// --- times
// Appends ".5", at most nine digits; nothing when nanos is 0.
static size_t print_fraction(char *to, int32_t nanos)
{
    if (nanos == 0)
        return 0;
    size_t len = (size_t)snprintf(to, 12, ".%09" PRId32, nanos);
    while (to[len - 1] == '0')
        len--;
    return len;
}

size_t cel_print_timestamp(struct cel_value time, char text_out[CEL_TIME_TEXT_MAX])
{
    int64_t days = time.as.seconds / 86400, rest = time.as.seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    struct civil_date date = time_date_of_days(days);
    size_t len = (size_t)snprintf(
        text_out, CEL_TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", (int)date.year,
        (int)date.month, (int)date.day, (int)(rest / 3600), (int)(rest / 60 % 60),
        (int)(rest % 60));
    len += print_fraction(text_out + len, time.nanos);
    text_out[len++] = 'Z';
    return len;
}

size_t cel_print_duration(struct cel_value duration, char text_out[CEL_TIME_TEXT_MAX])
{
    bool is_negative = duration.as.seconds < 0 || duration.nanos < 0;
    int64_t seconds = is_negative ? -duration.as.seconds : duration.as.seconds;
    size_t len = (size_t)snprintf(
        text_out, CEL_TIME_TEXT_MAX, "%s%" PRId64, is_negative ? "-" : "", seconds);
    len += print_fraction(text_out + len, is_negative ? -duration.nanos : duration.nanos);
    text_out[len++] = 's';
    return len;
}

struct reading {
    struct bytes text;
    size_t at;
};

static bool read_digits(struct reading *reading, size_t count, int64_t *out)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++, reading->at++) {
        if (reading->at >= reading->text.len || reading->text.data[reading->at] < '0' ||
            reading->text.data[reading->at] > '9')
            return false;
        value = value * 10 + (reading->text.data[reading->at] - '0');
    }
    *out = value;
    return true;
}

static bool read_byte(struct reading *reading, char wanted)
{
    if (reading->at >= reading->text.len || reading->text.data[reading->at] != (uint8_t)wanted)
        return false;
    reading->at++;
    return true;
}

// Digits behind a point as nanoseconds; what lies beyond nine is cut.
static bool read_fraction(struct reading *reading, int64_t *nanos_out)
{
    *nanos_out = 0;
    if (!read_byte(reading, '.'))
        return true;
    int64_t scale = 100000000, digit;
    size_t begin = reading->at;
    while (read_digits(reading, 1, &digit)) {
        *nanos_out += digit * scale;
        scale /= 10;
    }
    return reading->at > begin;
}

// "Z", "+07:00", "-05:30".
static bool read_offset(struct reading *reading, int64_t *offset_s_out)
{
    *offset_s_out = 0;
    if (read_byte(reading, 'Z') || read_byte(reading, 'z'))
        return true;
    int64_t hours, minutes, sign = read_byte(reading, '-') ? -1 : 1;
    if (sign == 1 && !read_byte(reading, '+'))
        return false;
    if (!read_digits(reading, 2, &hours) || !read_byte(reading, ':') ||
        !read_digits(reading, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset_s_out = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool cel_parse_timestamp(struct bytes text, struct cel_value *out)
{
    struct reading in = {text, 0};
    int64_t year, month, day, hour, minute, second, nanos, offset_s;
    bool is_read = read_digits(&in, 4, &year) && read_byte(&in, '-') &&
                   read_digits(&in, 2, &month) && read_byte(&in, '-') &&
                   read_digits(&in, 2, &day) && (read_byte(&in, 'T') || read_byte(&in, 't')) &&
                   read_digits(&in, 2, &hour) && read_byte(&in, ':') &&
                   read_digits(&in, 2, &minute) && read_byte(&in, ':') &&
                   read_digits(&in, 2, &second) && read_fraction(&in, &nanos) &&
                   read_offset(&in, &offset_s) && in.at == text.len;
    if (!is_read || !is_date(year, month, day) || hour > 23 || minute > 59 || second > 59)
        return false;
    int64_t seconds =
        time_days_of_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset_s;
    return cel_timestamp_of(seconds, nanos, out);
}

// Adds one number and its unit, as nanoseconds; false when it is none or 64 bits do not hold it.
static bool read_part(struct reading *in, uint64_t *nanos)
{
    static const struct {
        const char *unit;
        uint64_t nanos;
    } units[] = {{"ns", 1},       {"us", 1000},      {"\xC2\xB5s", 1000}, {"\xCE\xBCs", 1000},
                 {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000},  {"h", 3600000000000}};
    uint64_t whole = 0, part;
    int64_t digit, fraction;
    size_t begin = in->at;
    while (read_digits(in, 1, &digit)) {
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, (uint64_t)digit, &whole))
            return false;
    }
    size_t point = in->at;
    if (!read_fraction(in, &fraction) || in->at == begin || (in->at == point + 1))
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t len = strlen(units[i].unit);
        if (in->text.len - in->at < len || memcmp(in->text.data + in->at, units[i].unit, len) != 0)
            continue;
        in->at += len;
        return !__builtin_mul_overflow(whole, units[i].nanos, &part) &&
               !__builtin_add_overflow(*nanos, part, nanos) &&
               !__builtin_add_overflow(
                   *nanos, (uint64_t)fraction * (units[i].nanos / 1000) / 1000000, nanos);
    }
    return false;
}

bool cel_parse_duration(struct bytes text, struct cel_value *out)
{
    struct reading in = {text, 0};
    bool is_negative = read_byte(&in, '-');
    if (!is_negative)
        (void)read_byte(&in, '+');
    uint64_t nanos = 0;
    if (text.len - in.at == 1 && text.data[in.at] == '0')
        return cel_duration_of(0, 0, out);
    do {
        if (!read_part(&in, &nanos) || nanos > (uint64_t)INT64_MAX + is_negative)
            return false;
    } while (in.at < text.len);
    int64_t whole = (int64_t)(is_negative ? 0 - nanos : nanos);
    return cel_duration_of(whole / CEL_NANOS_PER_S, whole % CEL_NANOS_PER_S, out);
}
