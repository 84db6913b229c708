// Parts of timestamps and durations. Where a zone is named, of the time on its clocks.
#include "engine/base/local_time.h"
#include "engine/base/time.h"
#include "rules/cel/functions_internal.h"

bool cel_zone_offset(
    struct cel_eval *eval, struct bytes zone, int64_t unix_s, int32_t *offset_s_out)
{
    if (local_zone_parse(zone, offset_s_out))
        return true;
    return eval->host != NULL && eval->host->zone_offset != NULL &&
           eval->host->zone_offset(eval->host->self, zone, unix_s, offset_s_out);
}

struct parts {
    struct civil_date date;
    int64_t days, day_of_year; // since 1970; from 0
    int64_t second_of_day;
};

// False, and an error, when the arguments are no timestamp (and zone).
static bool parts_of(
    struct cel_eval *eval,
    const struct cel_value *args,
    uint32_t count,
    struct parts *out,
    struct cel_value *failed_out)
{
    int32_t offset_s = 0;
    if (args[0].kind != CEL_TIMESTAMP || (count == 2 && args[1].kind != CEL_STRING)) {
        *failed_out = cel_fail_overload(eval, "part of a timestamp", args, count);
        return false;
    }
    if (count == 2 && !cel_zone_offset(eval, args[1].as.text, args[0].as.seconds, &offset_s)) {
        *failed_out = fail_argument(eval, "a time zone", args[1].as.text);
        return false;
    }
    int64_t local_s = args[0].as.seconds + offset_s;
    out->days = local_s / 86400 - (local_s % 86400 < 0);
    out->second_of_day = local_s - out->days * 86400;
    out->date = time_date_of_days(out->days);
    out->day_of_year = out->days - time_days_of_date(out->date.year, 1, 1);
    return true;
}

// Of a timestamp the part of its clock, of a duration the whole as that unit.
#define PART(name, of_time)                                                  \
    static struct cel_value name(                                            \
        struct cel_eval *eval, const struct cel_value *args, uint32_t count) \
    {                                                                        \
        struct parts parts;                                                  \
        struct cel_value failed;                                             \
        if (!parts_of(eval, args, count, &parts, &failed))                   \
            return failed;                                                   \
        return cel_int(of_time);                                             \
    }
#define PART_OR_WHOLE(name, of_time, of_duration)                            \
    static struct cel_value name(                                            \
        struct cel_eval *eval, const struct cel_value *args, uint32_t count) \
    {                                                                        \
        struct parts parts;                                                  \
        struct cel_value failed;                                             \
        if (args[0].kind == CEL_DURATION && count == 1)                      \
            return cel_int(of_duration);                                     \
        if (!parts_of(eval, args, count, &parts, &failed))                   \
            return failed;                                                   \
        return cel_int(of_time);                                             \
    }
PART(full_year, parts.date.year)
PART(month, parts.date.month - 1)
PART(day_of_year, parts.day_of_year)
PART(day_of_month, parts.date.day - 1)
PART(date, parts.date.day)
PART(day_of_week, ((parts.days + 4) % 7 + 7) % 7)
PART_OR_WHOLE(hours, parts.second_of_day / 3600, args[0].as.seconds / 3600)
PART_OR_WHOLE(minutes, parts.second_of_day / 60 % 60, args[0].as.seconds / 60)
PART_OR_WHOLE(seconds, parts.second_of_day % 60, args[0].as.seconds)
PART_OR_WHOLE(milliseconds, args[0].nanos / 1000000, args[0].nanos / 1000000)

#define OF_TIMESTAMP(name, function)                \
    {"timestamp." name "(): int", function},        \
    {                                               \
        "timestamp." name "(string): int", function \
    }

const struct cel_function_row cel_functions_time[] = {
    OF_TIMESTAMP("getFullYear", full_year),
    OF_TIMESTAMP("getMonth", month),
    OF_TIMESTAMP("getDayOfYear", day_of_year),
    OF_TIMESTAMP("getDayOfMonth", day_of_month),
    OF_TIMESTAMP("getDate", date),
    OF_TIMESTAMP("getDayOfWeek", day_of_week),
    OF_TIMESTAMP("getHours", hours),
    OF_TIMESTAMP("getMinutes", minutes),
    OF_TIMESTAMP("getSeconds", seconds),
    OF_TIMESTAMP("getMilliseconds", milliseconds),
    {"duration.getHours(): int", hours},
    {"duration.getMinutes(): int", minutes},
    {"duration.getSeconds(): int", seconds},
    {"duration.getMilliseconds(): int", milliseconds},
    {NULL, NULL},
};
