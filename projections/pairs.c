// Hash sets of pairs of 64-bit numbers, in 16 parts so that no growth stalls for long.
#include "projections/pairs.h"

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { PLACES_LEAST = 16, LINE_BYTES = 64 };
_Static_assert(
    PAIRS_PER_LINE * sizeof(struct pair) == LINE_BYTES, "a line of pairs is a cache line");

static bool part_is_full(const struct pairs_part *part)
{
    return (uint64_t)(part->used + 1) * 5 > (uint64_t)part->place_count * 4;
}

static void part_put(struct pairs_part *part, struct pair pair)
{
    uint32_t place = pairs_first_place(part, pair.key);
    while (part->places[place].value != 0)
        place = pairs_next_place(part, place);
    part->places[place] = pair;
    part->used++;
}

// Moves a part into so many places, leaving behind what keep (where given) does not hold for.
static void part_rebuild(
    struct pairs *pairs,
    struct pairs_part *part,
    uint32_t place_count,
    pairs_keep_fn *keep,
    const void *context)
{
    struct pairs_part old = *part;
    place_count = (place_count + PAIRS_PER_LINE - 1) / PAIRS_PER_LINE * PAIRS_PER_LINE;
    part->places = mem_table((size_t)place_count * sizeof(struct pair));
    part->place_count = place_count;
    part->used = 0;
    for (uint32_t i = 0; i < old.place_count; i++) {
        if (old.places[i].value != 0 && (keep == NULL || keep(context, old.places[i])))
            part_put(part, old.places[i]);
    }
    pairs->bytes += ((uint64_t)place_count - old.place_count) * sizeof(struct pair);
    mem_table_free(old.places, (size_t)old.place_count * sizeof(struct pair));
}

void pairs_add(struct pairs *pairs, struct pair pair)
{
    INVARIANT(pair.value != 0);
    struct pairs_part *part = pairs_part_of(pairs, pair.key);
    if (part_is_full(part)) {
        uint64_t wanted = (uint64_t)part->place_count * 3 / 2;
        INVARIANT(wanted < UINT32_MAX);
        part_rebuild(
            pairs, part, wanted < PLACES_LEAST ? PLACES_LEAST : (uint32_t)wanted, NULL, NULL);
    }
    part_put(part, pair);
}

void pairs_reserve(struct pairs *pairs, uint64_t count)
{
    uint64_t wanted = count / PAIRS_PARTS * 3 / 2 + PLACES_LEAST;
    INVARIANT(wanted < UINT32_MAX);
    for (uint32_t i = 0; i < PAIRS_PARTS; i++) {
        if (pairs->parts[i].place_count < wanted)
            part_rebuild(pairs, &pairs->parts[i], (uint32_t)wanted, NULL, NULL);
    }
}

void pairs_prune(struct pairs *pairs, uint32_t part_index, pairs_keep_fn *keep, const void *context)
{
    struct pairs_part *part = &pairs->parts[part_index];
    uint32_t kept = 0;
    for (uint32_t i = 0; i < part->place_count; i++)
        kept += part->places[i].value != 0 && keep(context, part->places[i]);
    if (kept == part->used)
        return;
    uint32_t place_count = part->place_count;
    if ((uint64_t)kept * 4 < place_count)
        place_count = kept * 2 < PLACES_LEAST ? PLACES_LEAST : kept * 2;
    part_rebuild(pairs, part, place_count, keep, context);
}

void pairs_free(struct pairs *pairs)
{
    for (uint32_t i = 0; i < PAIRS_PARTS; i++)
        mem_table_free(
            pairs->parts[i].places, (size_t)pairs->parts[i].place_count * sizeof(struct pair));
    *pairs = (struct pairs){0};
}
