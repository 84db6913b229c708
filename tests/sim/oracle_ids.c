// What follows from the ids of runs, which are fixed for ever.
#define XXH_INLINE_ALL
#include <inttypes.h>
#include <xxhash.h>

#include "tests/sim/oracle_run.h"

enum { SMALL = 0x80 };

static void add_number(struct sim_text *to, size_t number)
{
    for (; number >= SMALL; number >>= 7)
        sim_add_byte(to, (char)(number | SMALL));
    sim_add_byte(to, (char)number);
}

static void add_sized(struct sim_text *to, struct text text)
{
    add_number(to, text.len);
    sim_add(to, text);
}

uint64_t oracle_mixed(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

uint64_t oracle_spread(struct oracle *oracle, struct text workflow, uint32_t number)
{
    const uint64_t of_ids = UINT64_C(0x656e676167656431), of_late = UINT64_C(0x6f766572647565);
    const struct workload_identifier *first = &oracle_contact(oracle)->identifiers.at[0];
    bool is_own = text_is(first->kind, "contact_id");
    struct sim_text parts = {NULL, 0, 0};
    add_sized(&parts, text_of(is_own ? "run" : "run by"));
    if (!is_own)
        add_sized(&parts, first->kind);
    add_sized(&parts, first->value);
    add_sized(&parts, workflow);
    add_number(&parts, number);
    XXH128_hash_t id = XXH3_128bits_withSeed(parts.at, parts.len, of_ids);
    sim_text_clear(&parts);
    sim_add_format(&parts, "%016" PRIx64 "%016" PRIx64, id.high64, id.low64);
    uint64_t where = oracle_mixed(XXH3_64bits_withSeed(parts.at, parts.len, of_late)) >> 32;
    sim_text_free(&parts);
    return where;
}
