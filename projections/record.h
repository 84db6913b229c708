// The bytes of one contact: a header of counts, then sections. The same bytes in memory, in the
// store and under the digest; they depend on nothing but the changes made.
//
// Record, all integers little endian:
//   offset  bytes  field
//        0      8  created, ms since 1970 UTC
//        8      8  updated
//       16      4  events folded
//       20      4  notes
//       24      4  bytes of the identifiers
//       28      4  bytes of the profile
//       32      4  lines of the ledger, condensed ones not among them
//       36      4  bytes of the ledger
//       40      2  identifiers
//       42      2  scores
//       44      2  runs
//       46      2  limits
//       48      8  due: when its timer fires, ms since TIME_MS_MIN and 1; 0: none
//       56      4  bytes of the counters
//       60      2  segments
//       62      2  limits that are long
//       64      …  the sections, in the order of enum section
//
// Identifiers, in order of arrival: kind (varint), length (varint), value.
// Profile, in order of arrival: kind (1), name (varint), length (varint), payload.
// Scores, in order of arrival: name (4), sum of the entries (8), shown (8).   Runs: name (4), count (4).
// Limits, oldest first: key (8), rule (4), count (4); where the highest bit of rule is set, the limit is long:
// time (8), points (8).
// Segments and state rules, in order of arrival: name (4), since, ms since TIME_MS_MIN, and, in the highest
// bit, whether it is a member (8).
// Counters, and when scores are due (8), in order of arrival: projections/counter_entry.h.
// Ledger, condensed lines first, each kind in order of arrival: projections/record_line.h.
#ifndef PROJECTIONS_RECORD_H
#define PROJECTIONS_RECORD_H

#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "engine/base/time.h"

enum {
    RECORD_CREATED = 0,
    RECORD_UPDATED = 8,
    RECORD_EVENTS = 16,
    RECORD_NOTES = 20,
    RECORD_IDENTIFIER_BYTES = 24,
    RECORD_PROFILE_BYTES = 28,
    RECORD_LEDGER_COUNT = 32,
    RECORD_LEDGER_BYTES = 36,
    RECORD_IDENTIFIER_COUNT = 40,
    RECORD_SCORE_COUNT = 42,
    RECORD_RUN_COUNT = 44,
    RECORD_LIMIT_COUNT = 46,
    RECORD_DUE = 48,
    RECORD_COUNTER_BYTES = 56,
    RECORD_SEGMENT_COUNT = 60,
    RECORD_LIMIT_LONG_COUNT = 62,
    RECORD_HEADER_BYTES = 64,

    RECORD_SCORE_BYTES = 20,
    RECORD_RUN_BYTES = 8,
    RECORD_LIMIT_BYTES = 16,
    RECORD_LIMIT_LONG_BYTES = 16, // beside these
    RECORD_SEGMENT_BYTES = 12,

    RECORD_SCORES_MAX = 1 << 14,
    RECORD_BYTES_MAX = 64 << 20, // nothing legal comes near
};

enum section {
    SECTION_IDENTIFIERS,
    SECTION_PROFILE,
    SECTION_SCORES,
    SECTION_RUNS,
    SECTION_LIMITS,
    SECTION_SEGMENTS,
    SECTION_COUNTERS,
    SECTION_LEDGER,
    SECTION_END,
};

// Where a section begins; SECTION_END gives the length of the record. The section is a constant where
// it matters, and all but the sums it needs fall away.
static inline size_t record_section_at(const uint8_t *record, enum section section)
{
    size_t at = RECORD_HEADER_BYTES;
    if (section > SECTION_IDENTIFIERS)
        at += get_u32(record + RECORD_IDENTIFIER_BYTES);
    if (section > SECTION_PROFILE)
        at += get_u32(record + RECORD_PROFILE_BYTES);
    if (section > SECTION_SCORES)
        at += (size_t)get_u16(record + RECORD_SCORE_COUNT) * RECORD_SCORE_BYTES;
    if (section > SECTION_RUNS)
        at += (size_t)get_u16(record + RECORD_RUN_COUNT) * RECORD_RUN_BYTES;
    if (section > SECTION_LIMITS)
        at += (size_t)get_u16(record + RECORD_LIMIT_COUNT) * RECORD_LIMIT_BYTES +
              (size_t)get_u16(record + RECORD_LIMIT_LONG_COUNT) * RECORD_LIMIT_LONG_BYTES;
    if (section > SECTION_SEGMENTS)
        at += (size_t)get_u16(record + RECORD_SEGMENT_COUNT) * RECORD_SEGMENT_BYTES;
    if (section > SECTION_COUNTERS)
        at += get_u32(record + RECORD_COUNTER_BYTES);
    if (section > SECTION_LEDGER)
        at += get_u32(record + RECORD_LEDGER_BYTES);
    return at;
}

static inline size_t record_len(const uint8_t *record)
{
    return record_section_at(record, SECTION_END);
}

static inline struct bytes record_section(const uint8_t *record, enum section section)
{
    size_t at = record_section_at(record, section);
    return bytes_of(record + at, record_section_at(record, (enum section)(section + 1)) - at);
}

static inline uint16_t record_add_u16(uint8_t *record, size_t offset, int by)
{
    uint16_t value = (uint16_t)(get_u16(record + offset) + by);
    put_u16(record + offset, value);
    return value;
}

static inline uint32_t record_add_u32(uint8_t *record, size_t offset, int64_t by)
{
    uint32_t value = (uint32_t)(get_u32(record + offset) + by);
    put_u32(record + offset, value);
    return value;
}

// A time as records keep it.
static inline int64_t record_time(int64_t time_ms)
{
    if (time_ms < TIME_MS_MIN)
        return TIME_MS_MIN;
    return time_ms > TIME_MS_MAX ? TIME_MS_MAX : time_ms;
}

// Whether the bytes are a record whose counts agree with its length and with its sections, and whose lines
// name scores that it has.
//   ERR_CORRUPT they are not
NODISCARD enum err record_check(struct bytes bytes);

// The hash of a contact's record that the digest is the sum of, and that guards it in the store.
uint64_t record_hash(struct bytes record, uint64_t contact, uint64_t seed);

#endif
