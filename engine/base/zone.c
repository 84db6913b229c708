#include "engine/base/zone.h"

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

bool zone_name_is_fit(struct bytes name)
{
    if (name.len == 0 || name.len > 64)
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
    uint32_t utc_count, standard_count, leap_count, time_count, type_count, char_count;
};

static bool read_header(struct bytes file, struct tzif_header *out)
{
    if (file.len < HEADER_BYTES || memcmp(file.data, "TZif", 4) != 0 || file.data[4] < '2')
        return false;
    *out = (struct tzif_header){
        .utc_count = read_u32(file.data + 20),
        .standard_count = read_u32(file.data + 24),
        .leap_count = read_u32(file.data + 28),
        .time_count = read_u32(file.data + 32),
        .type_count = read_u32(file.data + 36),
        .char_count = read_u32(file.data + 40),
    };
    return out->utc_count <= COUNT_MAX && out->standard_count <= COUNT_MAX &&
           out->leap_count <= COUNT_MAX && out->time_count <= COUNT_MAX && out->type_count >= 1 &&
           out->type_count <= TYPES_MAX && out->char_count <= COUNT_MAX;
}

// Bytes of the block behind a header, its times being of time_bytes.
static size_t block_bytes(const struct tzif_header *header, size_t time_bytes)
{
    return header->time_count * (time_bytes + 1) + header->type_count * TYPE_BYTES +
           header->char_count + header->leap_count * (time_bytes + 4) + header->standard_count +
           header->utc_count;
}

static bool read_block(
    struct arena *arena, const uint8_t *at, const struct tzif_header *header, struct zone *zone)
{
    uint32_t count = header->time_count;
    int64_t *times = arena_alloc(arena, count * sizeof(*times) + 1);
    uint8_t *types = arena_alloc(arena, count + 1);
    int32_t *offsets = arena_alloc(arena, header->type_count * sizeof(*offsets));
    const uint8_t *infos = at + count * 9;
    for (uint32_t i = 0; i < count; i++) {
        times[i] = read_i64(at + (size_t)i * 8);
        types[i] = at[count * 8 + i];
        if (types[i] >= header->type_count || (i > 0 && times[i] <= times[i - 1]))
            return false;
    }
    uint32_t first = 0;
    for (uint32_t i = 0; i < header->type_count; i++) {
        offsets[i] = (int32_t)read_u32(infos + (size_t)i * TYPE_BYTES);
        if (offsets[i] < -90000 || offsets[i] > 90000)
            return false;
    }
    while (first + 1 < header->type_count && infos[(size_t)first * TYPE_BYTES + 4] != 0)
        first++; // the first that is standard time
    zone->times = times;
    zone->types = types;
    zone->offsets = offsets;
    zone->count = count;
    zone->first_s = offsets[infos[(size_t)first * TYPE_BYTES + 4] == 0 ? first : 0];
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
        is_good = take_number(in, &out->day) && out->day <= 365;
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
        return true;
    zone->has_summer = true;
    zone->summer_s = zone->standard_s + 3600;
    if (!take_word(&in))
        return false;
    if (peek(&in) != ',') {
        if (!take_time(&in, &west_s))
            return false;
        zone->summer_s = -west_s;
    }
    return take(&in, ',') && take_rule(&in, &zone->begin) && take(&in, ',') &&
           take_rule(&in, &zone->end) && in.at == text.len;
}

enum err zone_parse(struct arena *arena, struct bytes file, const struct zone **out)
{
    struct tzif_header header;
    if (!read_header(file, &header))
        return ERR_CORRUPT;
    size_t second = HEADER_BYTES + block_bytes(&header, 4); // the block of 32 bits is passed over
    if (second > file.len || !read_header(bytes_of(file.data + second, file.len - second), &header))
        return ERR_CORRUPT;
    size_t block = second + HEADER_BYTES;
    size_t footer = block + block_bytes(&header, 8);
    if (footer + 2 > file.len || file.data[footer] != '\n' || file.data[file.len - 1] != '\n')
        return ERR_CORRUPT;
    struct zone *zone = arena_alloc(arena, sizeof(*zone));
    *zone = (struct zone){0};
    if (!read_block(arena, file.data + block, &header, zone) ||
        !read_footer(bytes_of(file.data + footer + 1, file.len - footer - 2), zone))
        return ERR_CORRUPT;
    *out = zone;
    return ERR_OK;
}

// --- asking
static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// Days from 1970-01-01 to January 1st of the year.
static int64_t days_to_year(int64_t year)
{
    int64_t before = year - 1;
    return before * 365 + before / 4 - before / 100 + before / 400 - 719162;
}

// When the rule comes true in the year, in local time's seconds since 1970.
static int64_t rule_local_s(const struct zone_rule *rule, int64_t year)
{
    static const int16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int64_t first = days_to_year(year);
    int64_t day;
    if (rule->kind == RULE_JULIAN) { // 1 to 365, 29 February is never counted
        day = first + rule->day - 1 + (is_leap(year) && rule->day >= 60);
    } else if (rule->kind == RULE_DAY) {
        day = first + rule->day;
    } else {
        int64_t leap = is_leap(year);
        int64_t month = first + before[rule->month - 1] + (rule->month > 2 ? leap : 0);
        int64_t next = first + before[rule->month] + (rule->month >= 2 ? leap : 0);
        int64_t weekday = ((month + 4) % 7 + 7) % 7; // 1970-01-01 was a Thursday
        day = month + (rule->day - weekday + 7) % 7 + (int64_t)(rule->week - 1) * 7;
        while (day >= next)
            day -= 7;
    }
    return day * 86400 + rule->time_s;
}

static int32_t footer_offset_s(const struct zone *zone, int64_t unix_s)
{
    if (!zone->has_summer)
        return zone->standard_s;
    int64_t days = (unix_s + zone->standard_s) / 86400;
    int64_t year = 1970 + days / 366; // not too late; the loop finds it
    while (days_to_year(year + 1) <= days)
        year++;
    int64_t begin = rule_local_s(&zone->begin, year) - zone->standard_s;
    int64_t end = rule_local_s(&zone->end, year) - zone->summer_s;
    bool is_summer =
        begin < end ? unix_s >= begin && unix_s < end : unix_s >= begin || unix_s < end;
    return is_summer ? zone->summer_s : zone->standard_s;
}

int32_t zone_offset_s(const struct zone *zone, int64_t unix_s)
{
    if (zone->count == 0)
        return zone->has_footer && unix_s >= 0 ? footer_offset_s(zone, unix_s) : zone->first_s;
    if (unix_s < zone->times[0])
        return zone->first_s;
    if (unix_s >= zone->times[zone->count - 1] && zone->has_footer)
        return footer_offset_s(zone, unix_s);
    uint32_t low = 0, high = zone->count; // times[low] <= unix_s < times[high]
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= unix_s)
            low = middle;
        else
            high = middle;
    }
    return zone->offsets[zone->types[low]];
}
