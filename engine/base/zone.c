#include "engine/base/zone.h"

#include "engine/base/time.h"

// "Mm.w.d/time" (day 0 is Sunday), "Jn" or "n" of a POSIX TZ string.
struct zone_rule {
    enum { RULE_MONTH, RULE_JULIAN, RULE_DAY } kind;
    int32_t month, week, day;
    int32_t time_s;
};

struct zone {
    const int64_t *times; // of the transitions, ascending
    const uint8_t *types; // which offset holds from there on
    const int32_t *offsets;
    uint32_t count;
    int32_t first_s; // before all transitions
    bool has_footer, has_summer;
    int32_t standard_s, summer_s;
    struct zone_rule begin, end; // of summer time
};

enum { HEADER_BYTES = 44, TYPE_BYTES = 6, COUNT_MAX = 100000, TYPES_MAX = 256 };

#define UNIX_S_MIN (-INT64_C(62135596800)) // 0001-01-01T00:00:00Z
#define UNIX_S_MAX INT64_C(253402300799)   // 9999-12-31T23:59:59Z

bool zone_name_is_fit(struct bytes name)
{
    if (name.len == 0 || name.len > ZONE_NAME_BYTES_MAX || name.data[0] < 'A' || name.data[0] > 'Z')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t byte = name.data[i];
        bool is_word = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || byte == '_' || byte == '+' || byte == '-';
        bool is_slash = byte == '/' && i > 0 && i + 1 < name.len && name.data[i - 1] != '/';
        if (!is_word && !is_slash)
            return false;
    }
    return true;
}

// --- the file
static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t read_i64(const uint8_t *at)
{
    return (int64_t)((uint64_t)read_u32(at) << 32 | read_u32(at + 4));
}

struct tzif_header {
    uint8_t version; // 0, '2', '3', …
    uint32_t utc_count, standard_count, leap_count, time_count, type_count, char_count;
};

static bool read_header(struct bytes file, struct tzif_header *out)
{
    if (file.len < HEADER_BYTES || memcmp(file.data, "TZif", 4) != 0)
        return false;
    *out = (struct tzif_header){
        .version = file.data[4],
        .utc_count = read_u32(file.data + 20),
        .standard_count = read_u32(file.data + 24),
        .leap_count = read_u32(file.data + 28),
        .time_count = read_u32(file.data + 32),
        .type_count = read_u32(file.data + 36),
        .char_count = read_u32(file.data + 40),
    };
    return (out->version == 0 || out->version >= '2') && out->utc_count <= COUNT_MAX &&
           out->standard_count <= COUNT_MAX && out->leap_count == 0 &&
           out->time_count <= COUNT_MAX && out->type_count >= 1 && out->type_count <= TYPES_MAX &&
           out->char_count <= COUNT_MAX;
}

// Bytes of the block behind a header, its times being of time_bytes.
static size_t block_bytes(const struct tzif_header *header, size_t time_bytes)
{
    return header->time_count * (time_bytes + 1) + header->type_count * TYPE_BYTES +
           header->char_count + header->leap_count * (time_bytes + 4) + header->standard_count +
           header->utc_count;
}

static bool is_offset(int32_t offset_s)
{
    return offset_s >= ZONE_OFFSET_MIN_S && offset_s <= ZONE_OFFSET_MAX_S;
}

static int64_t read_time(const uint8_t *at, size_t time_bytes)
{
    return time_bytes == 8 ? read_i64(at) : (int32_t)read_u32(at);
}

// The block at 'at' is all there.
static bool read_block(
    struct arena *arena,
    const uint8_t *at,
    const struct tzif_header *header,
    size_t time_bytes,
    struct zone *zone)
{
    size_t count = header->time_count;
    int64_t *times = arena_alloc(arena, count * sizeof(*times) + 1);
    uint8_t *types = arena_alloc(arena, count + 1);
    int32_t *offsets = arena_alloc(arena, header->type_count * sizeof(*offsets));
    const uint8_t *infos = at + count * (time_bytes + 1);
    for (size_t i = 0; i < count; i++) {
        times[i] = read_time(at + i * time_bytes, time_bytes);
        types[i] = at[count * time_bytes + i];
        if (types[i] >= header->type_count || (i > 0 && times[i] <= times[i - 1]))
            return false;
    }
    for (uint32_t i = 0; i < header->type_count; i++) {
        offsets[i] = (int32_t)read_u32(infos + (size_t)i * TYPE_BYTES);
        if (!is_offset(offsets[i]))
            return false;
    }
    zone->times = times;
    zone->types = types;
    zone->offsets = offsets;
    zone->count = header->time_count;
    zone->first_s = offsets[0];
    return true;
}

// --- the footer: a TZ string as POSIX has it, "CET-1CEST,M3.5.0,M10.5.0/3"
struct text_reader {
    struct bytes text;
    size_t at;
};

static uint8_t peek(const struct text_reader *in)
{
    return in->at < in->text.len ? in->text.data[in->at] : 0;
}

static bool take(struct text_reader *in, uint8_t byte)
{
    if (peek(in) != byte)
        return false;
    in->at++;
    return true;
}

static bool take_number(struct text_reader *in, int32_t *out)
{
    size_t begin = in->at;
    int32_t value = 0;
    while (peek(in) >= '0' && peek(in) <= '9' && value < 100000)
        value = value * 10 + (in->text.data[in->at++] - '0');
    *out = value;
    return in->at > begin;
}

// "CET" or "<+07>".
static bool take_word(struct text_reader *in)
{
    size_t begin = in->at;
    if (take(in, '<')) {
        while (peek(in) != '>' && peek(in) != 0)
            in->at++;
        return take(in, '>');
    }
    while ((peek(in) >= 'a' && peek(in) <= 'z') || (peek(in) >= 'A' && peek(in) <= 'Z'))
        in->at++;
    return in->at > begin;
}

// "-1", "5:30", "-3:30:15": seconds.
static bool take_time(struct text_reader *in, int32_t *out)
{
    int32_t hours, minutes = 0, seconds = 0;
    int32_t sign = take(in, '-') ? -1 : 1;
    (void)take(in, '+');
    if (!take_number(in, &hours) || (take(in, ':') && !take_number(in, &minutes)) ||
        (take(in, ':') && !take_number(in, &seconds)) || hours > 167 || minutes > 59 ||
        seconds > 59)
        return false;
    *out = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool take_rule(struct text_reader *in, struct zone_rule *out)
{
    *out = (struct zone_rule){.kind = RULE_DAY, .time_s = 7200};
    bool is_good;
    if (take(in, 'M')) {
        out->kind = RULE_MONTH;
        is_good = take_number(in, &out->month) && take(in, '.') && take_number(in, &out->week) &&
                  take(in, '.') && take_number(in, &out->day) && out->month >= 1 &&
                  out->month <= 12 && out->week >= 1 && out->week <= 5 && out->day <= 6;
    } else {
        if (take(in, 'J'))
            out->kind = RULE_JULIAN;
        is_good = take_number(in, &out->day) && out->day <= 365 &&
                  (out->kind == RULE_DAY || out->day >= 1);
    }
    return is_good && (!take(in, '/') || take_time(in, &out->time_s));
}

static bool read_footer(struct bytes text, struct zone *zone)
{
    struct text_reader in = {text, 0};
    int32_t west_s;
    if (!take_word(&in) || !take_time(&in, &west_s))
        return text.len == 0; // no rule: the last transition holds on
    zone->has_footer = true;
    zone->standard_s = -west_s;
    if (in.at == text.len)
        return is_offset(zone->standard_s);
    zone->has_summer = true;
    zone->summer_s = zone->standard_s + 3600;
    if (!take_word(&in))
        return false;
    if (peek(&in) != ',') {
        if (!take_time(&in, &west_s))
            return false;
        zone->summer_s = -west_s;
    }
    return is_offset(zone->standard_s) && is_offset(zone->summer_s) && take(&in, ',') &&
           take_rule(&in, &zone->begin) && take(&in, ',') && take_rule(&in, &zone->end) &&
           in.at == text.len;
}

// What is behind the block of 32 bits: a second header, the block of 64 bits, the footer.
static bool read_second_part(struct arena *arena, struct bytes part, struct zone *zone)
{
    struct tzif_header header;
    if (!read_header(part, &header) || header.version == 0)
        return false;
    size_t footer = HEADER_BYTES + block_bytes(&header, 8);
    return footer + 2 <= part.len && part.data[footer] == '\n' && part.data[part.len - 1] == '\n' &&
           read_block(arena, part.data + HEADER_BYTES, &header, 8, zone) &&
           read_footer(bytes_of(part.data + footer + 1, part.len - footer - 2), zone);
}

enum err zone_parse(struct arena *arena, struct bytes file, const struct zone **out)
{
    struct tzif_header header;
    if (!read_header(file, &header))
        return ERR_CORRUPT;
    size_t second = HEADER_BYTES + block_bytes(&header, 4);
    if (second > file.len)
        return ERR_CORRUPT;
    struct zone *zone = arena_alloc(arena, sizeof(*zone));
    *zone = (struct zone){0};
    bool is_good =
        header.version == 0
            ? read_block(arena, file.data + HEADER_BYTES, &header, 4, zone)
            : read_second_part(arena, bytes_of(file.data + second, file.len - second), zone);
    if (!is_good)
        return ERR_CORRUPT;
    *out = zone;
    return ERR_OK;
}

// --- asking
static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// When the rule comes true in the year, in local time's seconds since 1970.
static int64_t rule_local_s(const struct zone_rule *rule, int64_t year)
{
    int64_t first = time_days_of_date(year, 1, 1);
    int64_t day;
    if (rule->kind == RULE_JULIAN) { // 1 to 365, 29 February is never counted
        day = first + rule->day - 1 + (is_leap(year) && rule->day >= 60);
    } else if (rule->kind == RULE_DAY) {
        day = first + rule->day;
    } else {
        int64_t month = time_days_of_date(year, rule->month, 1);
        int64_t next = time_days_of_date(year + rule->month / 12, rule->month % 12 + 1, 1);
        int64_t weekday = ((month + 4) % 7 + 7) % 7; // 1970-01-01 was a Thursday
        day = month + (rule->day - weekday + 7) % 7 + (int64_t)(rule->week - 1) * 7;
        while (day >= next)
            day -= 7;
    }
    return day * 86400 + rule->time_s;
}

// The year that a second since 1970-01-01 lies in.
static int64_t year_of(int64_t local_s)
{
    return time_date_of_days(local_s / 86400 - (local_s % 86400 < 0)).year;
}

static int32_t footer_offset_s(const struct zone *zone, int64_t unix_s)
{
    if (!zone->has_summer)
        return zone->standard_s;
    int64_t year = year_of(unix_s + zone->standard_s);
    int64_t begin = rule_local_s(&zone->begin, year) - zone->standard_s;
    int64_t end = rule_local_s(&zone->end, year) - zone->summer_s;
    bool is_summer =
        begin < end ? unix_s >= begin && unix_s < end : unix_s >= begin || unix_s < end;
    return is_summer ? zone->summer_s : zone->standard_s;
}

static int64_t within_years(int64_t unix_s)
{
    if (unix_s < UNIX_S_MIN)
        return UNIX_S_MIN;
    return unix_s > UNIX_S_MAX ? UNIX_S_MAX : unix_s;
}

static bool is_of_footer(const struct zone *zone, int64_t unix_s)
{
    return zone->has_footer && (zone->count == 0 || unix_s >= zone->times[zone->count - 1]);
}

// The last transition at or before an instant that is not before the first one.
static uint32_t transition_at(const struct zone *zone, int64_t unix_s)
{
    uint32_t low = 0, high = zone->count; // times[low] <= unix_s < times[high]
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= unix_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int32_t zone_offset_s(const struct zone *zone, int64_t unix_s)
{
    unix_s = within_years(unix_s);
    if (is_of_footer(zone, unix_s))
        return footer_offset_s(zone, unix_s);
    if (zone->count == 0 || unix_s < zone->times[0])
        return zone->first_s;
    return zone->offsets[zone->types[transition_at(zone, unix_s)]];
}

// --- periods
static void narrow(struct zone_period *period, int64_t unix_s, int64_t edge_s)
{
    if (edge_s <= unix_s && edge_s > period->begin_s)
        period->begin_s = edge_s;
    if (edge_s > unix_s && edge_s < period->end_s)
        period->end_s = edge_s;
}

// Wherever the offset of the footer may change; it is the year that says which of its rules count.
static void narrow_by_footer(const struct zone *zone, int64_t unix_s, struct zone_period *period)
{
    int64_t year = year_of(unix_s + zone->standard_s);
    for (int64_t at = year - 1; at <= year + 1; at++) {
        narrow(period, unix_s, time_days_of_date(at, 1, 1) * 86400 - zone->standard_s);
        narrow(period, unix_s, rule_local_s(&zone->begin, at) - zone->standard_s);
        narrow(period, unix_s, rule_local_s(&zone->end, at) - zone->summer_s);
    }
}

struct zone_period zone_period_at(const struct zone *zone, int64_t unix_s)
{
    struct zone_period period = {INT64_MIN, INT64_MAX, zone_offset_s(zone, unix_s)};
    unix_s = within_years(unix_s);
    if (zone->count > 0 && unix_s < zone->times[0]) {
        period.end_s = zone->times[0];
    } else if (zone->count > 0) {
        uint32_t at = transition_at(zone, unix_s);
        period.begin_s = zone->times[at];
        if (at + 1 < zone->count)
            period.end_s = zone->times[at + 1];
    }
    if (is_of_footer(zone, unix_s) && zone->has_summer)
        narrow_by_footer(zone, unix_s, &period);
    if (period.begin_s <= UNIX_S_MIN)
        period.begin_s = INT64_MIN;
    if (period.end_s > UNIX_S_MAX)
        period.end_s = INT64_MAX;
    return period;
}
