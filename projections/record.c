// The bytes of one contact: a header of counts, then sections.
#include "projections/record.h"

#include "engine/base/hash.h"
#include "projections/counter_entry.h"
#include "projections/limit_row.h"
#include "projections/record_line.h"

static bool counters_are_whole(struct bytes section)
{
    struct counter_entry entry;
    size_t at = 0;
    while (counter_entry_get(section, at, &entry))
        at += entry.bytes;
    return at == section.len;
}

static bool limits_are_whole(struct bytes section, size_t count)
{
    size_t at = 0;
    for (; at < section.len && count > 0; count--)
        at += limit_row_bytes_at(section.data + at);
    return at == section.len && count == 0;
}

// Condensed lines first, then as many plain ones as the record counts, of scores that it has.
static bool ledger_is_whole(struct bytes section, uint32_t plain_count, uint32_t score_count)
{
    size_t at = 0;
    uint32_t plain = 0;
    while (at < section.len && section.len - at >= LINE_BYTES) {
        const uint8_t *from = section.data + at;
        at += line_bytes_at(from);
        if (at > section.len)
            return false;
        struct record_line line = record_line_get(from);
        bool is_condensed = line_is_condensed(&line);
        if (line.score_index >= score_count || (is_condensed && plain > 0) ||
            line_bytes(&line) != line_bytes_at(from))
            return false;
        plain += !is_condensed;
    }
    return at == section.len && plain == plain_count;
}

enum err record_check(struct bytes bytes)
{
    if (bytes.len < RECORD_HEADER_BYTES || bytes.len > RECORD_BYTES_MAX)
        return ERR_CORRUPT;
    const uint8_t *record = bytes.data;
    if (record_len(record) != bytes.len)
        return ERR_CORRUPT;
    bool is_good =
        limits_are_whole(
            record_section(record, SECTION_LIMITS), get_u16(record + RECORD_LIMIT_COUNT)) &&
        counters_are_whole(record_section(record, SECTION_COUNTERS)) &&
        ledger_is_whole(
            record_section(record, SECTION_LEDGER), get_u32(record + RECORD_LEDGER_COUNT),
            get_u16(record + RECORD_SCORE_COUNT));
    return is_good ? ERR_OK : ERR_CORRUPT;
}

uint64_t record_hash(struct bytes record, uint64_t contact, uint64_t seed)
{
    return hash_mix(hash_u64(record, 0) + hash_mix(contact ^ seed));
}
