// Functions that CEL does not have, for people who write rules.
#include <math.h>

#include "engine/base/hash.h"
#include "engine/base/time.h"
#include "rules/cel/functions_internal.h"

// Of bucket(): it never changes, or contacts would change sides.
#define BUCKET_SEED UINT64_C(0x6275636b65742131) // "bucket!1"

// days(30): a duration. days(0.5) is twelve hours.
static struct cel_value days(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value duration;
    bool is_good;
    if (args[0].kind == CEL_INT) {
        int64_t seconds;
        is_good = !__builtin_mul_overflow(args[0].as.integer, 86400, &seconds) &&
                  cel_duration_of(seconds, 0, &duration);
    } else if (args[0].kind == CEL_DOUBLE) {
        double nanos = round(args[0].as.real * 86400e9);
        is_good = fabs(nanos) < 9.2e18 && cel_duration_of(
                                              (int64_t)nanos / CEL_NANOS_PER_S,
                                              (int64_t)nanos % CEL_NANOS_PER_S, &duration);
    } else {
        return cel_fail_overload(eval, "days", args, count);
    }
    return is_good ? duration : cel_fail(eval, CEL_ERROR_OVERFLOW, "duration overflow");
}

// date("2026-01-31"): its midnight in UTC.
static struct cel_value date(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_STRING)
        return cel_fail_overload(eval, "date", args, count);
    char text[32] = {0};
    struct cel_value time;
    struct bytes given = args[0].as.text;
    if (given.len != 10)
        return fail_argument(eval, "a date such as 2026-01-31", given);
    memcpy(text, given.data, given.len);
    memcpy(text + given.len, "T00:00:00Z", 10);
    return cel_parse_timestamp(bytes_of(text, 20), &time)
               ? time
               : fail_argument(eval, "a date such as 2026-01-31", given);
}

// local(t, "Asia/Ho_Chi_Minh"): what the clocks of the zone show, as a timestamp: its parts, and what is
// compared with it, are of the local time.
static struct cel_value local(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    int32_t offset_s;
    struct cel_value time;
    if (args[0].kind != CEL_TIMESTAMP || args[1].kind != CEL_STRING)
        return cel_fail_overload(eval, "local", args, count);
    if (!cel_zone_offset(eval, args[1].as.text, args[0].as.seconds, &offset_s))
        return fail_argument(eval, "a time zone", args[1].as.text);
    return cel_timestamp_of(args[0].as.seconds + offset_s, args[0].nanos, &time)
               ? time
               : cel_fail(eval, CEL_ERROR_OVERFLOW, "timestamp overflow");
}

static struct civil_date date_of_time(int64_t unix_s)
{
    return time_date_of_days(unix_s / 86400 - (unix_s % 86400 < 0));
}

// age(t): whole years from the day of t to today, both in UTC; below 0 where t is a day to come. Who was born on 29
// February has the birthday on 1 March where there is no such day.
static struct cel_value age(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_TIMESTAMP)
        return cel_fail_overload(eval, "age", args, count);
    struct civil_date then = date_of_time(args[0].as.seconds);
    struct civil_date now = date_of_time(eval->host == NULL ? 0 : eval->host->now_s);
    bool is_before = now.month < then.month || (now.month == then.month && now.day < then.day);
    return cel_int(now.year - then.year - is_before);
}

// bucket(contact.id, "test-1", 100): a number from 0 to n - 1 that is always the same for the key and the
// salt; keys spread evenly.
static struct cel_value bucket(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_STRING || args[1].kind != CEL_STRING || args[2].kind != CEL_INT)
        return cel_fail_overload(eval, "bucket", args, count);
    if (args[2].as.integer <= 0)
        return cel_fail(eval, CEL_ERROR_ARGUMENT, "bucket() of fewer than one");
    if (!cel_spend(eval, (args[0].as.text.len + args[1].as.text.len) / 16))
        return cel_fail_cost(eval);
    uint64_t hash = hash_u64(args[0].as.text, hash_u64(args[1].as.text, BUCKET_SEED));
    return cel_int((int64_t)(hash % (uint64_t)args[2].as.integer));
}

// --- min, max
static struct cel_value as_double(struct cel_value number)
{
    if (number.kind == CEL_INT)
        return cel_double((double)number.as.integer);
    return number.kind == CEL_UINT ? cel_double((double)number.as.unsigned_integer) : number;
}

static bool is_nan(struct cel_value value)
{
    return value.kind == CEL_DOUBLE && isnan(value.as.real);
}

// Whether two values have an order among them that means something.
static bool are_comparable(struct cel_value a, struct cel_value b)
{
    if (cel_is_number(a) && cel_is_number(b))
        return true;
    return a.kind == b.kind &&
           (a.kind == CEL_STRING || a.kind == CEL_TIMESTAMP || a.kind == CEL_DURATION);
}

// Whether value goes before best; below 0 wants the least. What is no number loses to all.
static bool is_better(struct cel_value value, struct cel_value best, int wanted)
{
    int order = 0;
    if (is_nan(value) || is_nan(best))
        return is_nan(best) && !is_nan(value);
    return cel_compare(value, best, &order) && order * wanted > 0;
}

// The first of equal ones. Among a double and others the result is a double; a NaN only where all are.
static struct cel_value extreme(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count, int wanted)
{
    struct cel_value best = args[0];
    bool has_double = false;
    for (uint32_t i = 0; i < count; i++) {
        if (!are_comparable(args[i], args[0]))
            return cel_fail_overload(eval, wanted > 0 ? "max" : "min", args, count);
        if (args[i].kind == CEL_STRING && !cel_spend(eval, args[i].as.text.len / 16))
            return cel_fail_cost(eval);
        has_double = has_double || args[i].kind == CEL_DOUBLE;
        if (is_better(args[i], best, wanted))
            best = args[i];
    }
    return has_double ? as_double(best) : best;
}

static struct cel_value least(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    return extreme(eval, args, count, -1);
}

static struct cel_value greatest(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    return extreme(eval, args, count, 1);
}

#define EXTREME(name, function)                                                      \
    {name "(int, int...): int", function}, {name "(uint, uint...): uint", function}, \
        {name "(double, double...): double", function},                              \
        {name "(string, string...): string", function},                              \
        {name "(timestamp, timestamp...): timestamp", function},                     \
        {name "(duration, duration...): duration", function},                        \
        {"~" name "(int, double): double", function},                                \
        {"~" name "(double, int): double", function},                                \
        {"~" name "(uint, double): double", function},                               \
    {                                                                                \
        "~" name "(double, uint): double", function                                  \
    }

const struct cel_function_row cel_functions_own[] = {
    {"days(int): duration", days},
    {"days(double): duration", days},
    {"date(string): timestamp", date},
    {"local(timestamp, string): timestamp", local},
    {"age(timestamp): int", age},
    {"bucket(string, string, int): int", bucket},
    EXTREME("min", least),
    EXTREME("max", greatest),
    {NULL, NULL},
};
