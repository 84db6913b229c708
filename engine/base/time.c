// RFC 3339 and durations as milliseconds.
#include "engine/base/time.h"

#include "engine/base/invariant.h"

#define DAY_MS          INT64_C(86400000)
#define DURATION_MS_MAX (INT64_C(365250) * DAY_MS)

enum { DATE_CHARS = 10, CLOCK_CHARS = 8 };

// Years are counted from 1 March, so that the leap day is the last of its year; 400 of them are an era
// (Howard Hinnant, "chrono-compatible low-level date algorithms").
enum { ERA_DAYS = 146097, DAYS_TO_1970 = 719468 };

int64_t time_days_of_date(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - DAYS_TO_1970;
}

struct civil_date time_date_of_days(int64_t days)
{
    days += DAYS_TO_1970;
    int64_t era = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
    int64_t day_of_era = days - era * ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * day_of_year + 2) / 153; // the month
    int64_t month = from_march + (from_march < 10 ? 3 : -9);
    return (struct civil_date){
        year_of_era + era * 400 + (month <= 2), month,
        day_of_year - (153 * from_march + 2) / 5 + 1};
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && is_leap ? 29 : days[month - 1];
}

// The number that exactly count digits at text make, or -1.
static int digits(const uint8_t *text, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

// Reads DATE_CHARS bytes.
static bool parse_date(const uint8_t *text, int64_t *out_ms)
{
    int year = digits(text, 4);
    int month = digits(text + 5, 2);
    int day = digits(text + 8, 2);
    if (text[4] != '-' || text[7] != '-' || year < 0 || month < 1 || month > 12 || day < 1)
        return false;
    if (day > days_in_month(year, month))
        return false;
    *out_ms = time_days_of_date(year, month, day) * DAY_MS;
    return true;
}

// Reads CLOCK_CHARS bytes; a second of 60 gives the last millisecond of its minute.
static bool parse_clock(const uint8_t *text, int64_t *out_ms, bool *is_leap_out)
{
    int hour = digits(text, 2);
    int minute = digits(text + 3, 2);
    int second = digits(text + 6, 2);
    if (text[2] != ':' || text[5] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return false;
    if (second < 0 || second > 60)
        return false;
    *is_leap_out = second == 60;
    *out_ms = (hour * INT64_C(3600) + minute * INT64_C(60) + second) * 1000 - (second == 60);
    return true;
}

// ".678": cut to milliseconds. Leaves *at behind it; absent is fine.
static bool parse_fraction(struct bytes text, size_t *at, int64_t *out_ms)
{
    *out_ms = 0;
    if (*at >= text.len || text.data[*at] != '.')
        return true;
    size_t start = ++*at;
    int64_t scale = 100;
    for (; *at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at) {
        *out_ms += (text.data[*at] - '0') * scale;
        scale /= 10;
    }
    return *at > start;
}

// "Z" or "+07:00", which must end the text.
static bool parse_offset(struct bytes text, int64_t *out_ms)
{
    if (text.len == 1 && (text.data[0] == 'Z' || text.data[0] == 'z')) {
        *out_ms = 0;
        return true;
    }
    if (text.len != 6 || text.data[3] != ':' || (text.data[0] != '+' && text.data[0] != '-'))
        return false;
    int hour = digits(text.data + 1, 2);
    int minute = digits(text.data + 4, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return false;
    int64_t offset_ms = (hour * INT64_C(60) + minute) * 60000;
    *out_ms = text.data[0] == '-' ? -offset_ms : offset_ms;
    return true;
}

bool time_parse_date(struct bytes text, int64_t *out_ms)
{
    return text.len == DATE_CHARS && parse_date(text.data, out_ms);
}

bool time_parse(struct bytes text, int64_t *out_ms)
{
    int64_t date_ms;
    int64_t clock_ms;
    int64_t fraction_ms;
    int64_t offset_ms;
    bool is_leap;
    if (text.len < DATE_CHARS + 1 + CLOCK_CHARS + 1)
        return false;
    uint8_t between = text.data[DATE_CHARS];
    if (between != 'T' && between != 't' && between != ' ')
        return false;
    size_t at = DATE_CHARS + 1;
    if (!parse_date(text.data, &date_ms) || !parse_clock(text.data + at, &clock_ms, &is_leap))
        return false;
    at += CLOCK_CHARS;
    if (!parse_fraction(text, &at, &fraction_ms))
        return false;
    if (!parse_offset(bytes_of(text.data + at, text.len - at), &offset_ms))
        return false;
    int64_t time_ms = date_ms + clock_ms + (is_leap ? 0 : fraction_ms) - offset_ms;
    if (time_ms < TIME_MS_MIN || time_ms > TIME_MS_MAX)
        return false;
    *out_ms = time_ms;
    return true;
}

static void print_digits(char *to, int64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        to[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

void time_print(int64_t time_ms, char *text_out)
{
    INVARIANT(time_ms >= TIME_MS_MIN && time_ms <= TIME_MS_MAX);
    int64_t rest_ms = (time_ms - TIME_MS_MIN) % DAY_MS; // years begin with a whole day
    struct civil_date date = time_date_of_days((time_ms - rest_ms) / DAY_MS);

    memcpy(text_out, "0000-00-00T00:00:00.000Z", TIME_TEXT_CHARS);
    print_digits(text_out, date.year, 4);
    print_digits(text_out + 5, date.month, 2);
    print_digits(text_out + 8, date.day, 2);
    print_digits(text_out + 11, rest_ms / 3600000, 2);
    print_digits(text_out + 14, rest_ms / 60000 % 60, 2);
    print_digits(text_out + 17, rest_ms / 1000 % 60, 2);
    print_digits(text_out + 20, rest_ms % 1000, 3);
}

bool duration_parse(struct bytes text, int64_t *out_ms)
{
    static const struct {
        const char *name;
        int64_t unit_ms;
    } units[] = {{"ms", 1},      {"s", 1000},   {"m", 60000},
                 {"h", 3600000}, {"d", DAY_MS}, {"w", 7 * DAY_MS}};
    int64_t number = 0;
    size_t at = 0;
    for (; at < text.len && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
        number = number * 10 + (text.data[at] - '0');
        if (number > DURATION_MS_MAX)
            return false;
    }
    struct bytes unit = bytes_of(text.data + at, text.len - at);
    for (size_t i = 0; at > 0 && i < sizeof(units) / sizeof(units[0]); i++) {
        if (!bytes_equal_text(unit, units[i].name))
            continue;
        if (number > DURATION_MS_MAX / units[i].unit_ms)
            return false;
        *out_ms = number * units[i].unit_ms;
        return true;
    }
    return false;
}
