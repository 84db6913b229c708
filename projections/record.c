// The bytes of one contact: a header of counts, then sections.
#include "projections/record.h"

#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/time.h"

enum { LINE_SCORE_BITS = 14 };
_Static_assert(RECORD_SCORES_MAX == 1 << LINE_SCORE_BITS, "a line has room for every score");

// Each counter has a head of 8 bytes that ends with its length.
static bool counters_check(struct bytes section)
{
    size_t at = 0;
    while (section.len - at >= 8) {
        size_t len = get_u32(section.data + at + 4);
        if (len > section.len - at - 8)
            return false;
        at += 8 + len;
    }
    return at == section.len;
}

enum err record_check(struct bytes bytes)
{
    if (bytes.len < RECORD_HEADER_BYTES || bytes.len > RECORD_BYTES_MAX)
        return ERR_CORRUPT;
    if (record_len(bytes.data) != bytes.len)
        return ERR_CORRUPT;
    return counters_check(record_section(bytes.data, SECTION_COUNTERS)) ? ERR_OK : ERR_CORRUPT;
}

uint64_t record_hash(struct bytes record, uint64_t contact, uint64_t seed)
{
    return hash_mix(hash_u64(record, 0) + hash_mix(contact ^ seed));
}

void record_line_put(uint8_t *to, const struct record_line *line)
{
    INVARIANT(line->score_index < RECORD_SCORES_MAX);
    INVARIANT(line->time_ms >= TIME_MS_MIN);
    INVARIANT(line->time_ms <= TIME_MS_MAX);
    uint64_t since_ms = (uint64_t)(line->time_ms - TIME_MS_MIN); // 49 bits
    put_u64(to, line->ref);
    put_u64(to + 8, since_ms << LINE_SCORE_BITS | line->score_index);
    put_u64(to + 16, (uint64_t)line->points_milli);
    put_u64(to + 24, line->event_key);
    put_u32(to + 32, line->rule);
    put_u32(to + 36, (uint32_t)line->cut_milli);
    put_u32(to + 40, line->limit_key);
}

struct record_line record_line_get(const uint8_t *from)
{
    uint64_t packed = get_u64(from + 8);
    return (struct record_line){
        .ref = get_u64(from),
        .time_ms = (int64_t)(packed >> LINE_SCORE_BITS) + TIME_MS_MIN,
        .score_index = (uint32_t)(packed & (RECORD_SCORES_MAX - 1)),
        .points_milli = (int64_t)get_u64(from + 16),
        .event_key = get_u64(from + 24),
        .rule = get_u32(from + 32),
        .cut_milli = (int32_t)get_u32(from + 36),
        .limit_key = get_u32(from + 40),
    };
}
