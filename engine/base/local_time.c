#include "engine/base/local_time.h"

// "+07:00", "-05:30", "02:00"
static bool parse_offset(struct bytes name, int32_t *ahead_s_out)
{
    size_t at = name.len > 0 && (name.data[0] == '+' || name.data[0] == '-');
    if (name.len != at + 5 || name.data[at + 2] != ':')
        return false;
    int32_t digits[4];
    const size_t places[] = {at, at + 1, at + 3, at + 4};
    for (size_t i = 0; i < 4; i++) {
        if (name.data[places[i]] < '0' || name.data[places[i]] > '9')
            return false;
        digits[i] = name.data[places[i]] - '0';
    }
    int32_t hours = digits[0] * 10 + digits[1], minutes = digits[2] * 10 + digits[3];
    if (hours > 23 || minutes > 59)
        return false;
    *ahead_s_out = (hours * 3600 + minutes * 60) * (at == 1 && name.data[0] == '-' ? -1 : 1);
    return true;
}

bool local_zone_parse(struct bytes name, int32_t *ahead_s_out)
{
    if (!bytes_equal_text(name, "UTC") && !bytes_equal_text(name, "Z"))
        return parse_offset(name, ahead_s_out);
    *ahead_s_out = 0;
    return true;
}

static int64_t seconds_of(int64_t ms)
{
    return ms / 1000 - (ms % 1000 < 0);
}

static int32_t offset_s(struct local_zone zone, int64_t unix_s)
{
    return zone.zone == NULL ? zone.ahead_s : zone_offset_s(zone.zone, unix_s);
}

int64_t local_of_ms(struct local_zone zone, int64_t time_ms)
{
    return time_ms + INT64_C(1000) * offset_s(zone, seconds_of(time_ms));
}

// Begins where no clock can show more than local_s yet.
static int64_t reached_s(struct local_zone zone, int64_t local_s)
{
    if (zone.zone == NULL)
        return local_s - zone.ahead_s;
    int64_t at = local_s - ZONE_OFFSET_MAX_S;
    struct zone_period period = zone_period_at(zone.zone, at);
    while (local_s - period.offset_s >= period.end_s) {
        at = period.end_s;
        period = zone_period_at(zone.zone, at);
    }
    int64_t reached = local_s - period.offset_s;
    return reached < at ? at : reached;
}

int64_t local_to_utc_ms(struct local_zone zone, int64_t local_ms)
{
    int64_t local_s = seconds_of(local_ms);
    int64_t unix_s = reached_s(zone, local_s);
    if (unix_s + offset_s(zone, unix_s) != local_s) // skipped: by the clocks of before
        unix_s = local_s - offset_s(zone, unix_s - 1);
    return unix_s * 1000 + (local_ms - local_s * 1000);
}

int64_t local_reached_ms(struct local_zone zone, int64_t local_ms)
{
    int64_t local_s = seconds_of(local_ms);
    int64_t unix_s = reached_s(zone, local_s);
    bool is_skipped = unix_s + offset_s(zone, unix_s) != local_s;
    return unix_s * 1000 + (is_skipped ? 0 : local_ms - local_s * 1000);
}
