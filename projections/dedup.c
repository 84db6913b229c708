// Which events (source, id) were seen within the window.
//
// Entries belong to parts: a part covers a 128th of the window, or a 64th of the bound on events,
// whichever is over first. So at most 64 + 129 parts are alive at a time, and 8 bits tell a living part
// from a dead one, as long as dead entries are swept out before their number comes round again: every
// new part sweeps one of the table's 16 parts, a round takes 16 of the 62 steps there are.
#include "projections/dedup.h"

#include "engine/base/invariant.h"
#include "projections/state_internal.h"

enum { PART_BITS = 8, SWEEP_PER_PART = 1, PARTS_PER_BOUND = 64, PARTS_ALIVE_MAX = 194 };
#define PART_SHIFT   (64 - PART_BITS)
#define VALUE_MASK   ((UINT64_C(1) << PART_SHIFT) - 1)
#define VALUE_IS_SET UINT64_C(1)

static struct dedup_part *part_at(struct dedup *dedup, uint64_t number)
{
    return &dedup->parts[number % DEDUP_PARTS_MAX];
}

static uint64_t part_number_of(const struct dedup *dedup, struct pair pair)
{
    uint8_t age = (uint8_t)(dedup->current - (pair.value >> PART_SHIFT));
    return dedup->current - age;
}

static bool pair_is_alive(const void *context, struct pair pair)
{
    const struct dedup *dedup = context;
    uint8_t age = (uint8_t)(dedup->current - (pair.value >> PART_SHIFT));
    return age <= dedup->current - dedup->oldest;
}

uint64_t dedup_entry_hash(struct pair pair, int64_t start_ms)
{
    return hash_mix(pair.key ^ hash_mix((pair.value & VALUE_MASK) ^ (uint64_t)start_ms));
}

struct hash128 dedup_key(const struct state *state, struct bytes source, struct bytes id)
{
    return hash_u128_pair(source, id, state->params.seed);
}

void dedup_prefetch(const struct state *state, struct hash128 key)
{
    __builtin_prefetch(pairs_line(&state->dedup.pairs, key.low), 1);
}

static int64_t part_width_ms(const struct state *state)
{
    int64_t window_ms = state->params.dedup_window_ms;
    return window_ms / DEDUP_PARTS_PER_WINDOW + (window_ms % DEDUP_PARTS_PER_WINDOW != 0);
}

static uint64_t part_events_max(const struct state *state)
{
    return state->params.dedup_events_max / PARTS_PER_BOUND +
           (state->params.dedup_events_max % PARTS_PER_BOUND != 0);
}

static void drop_oldest(struct dedup *dedup)
{
    struct dedup_part *part = part_at(dedup, dedup->oldest);
    dedup->total -= part->count;
    dedup->sum -= part->sum;
    *part = (struct dedup_part){0};
    dedup->oldest++;
}

static void evict_oldest(struct dedup *dedup)
{
    dedup->evicted += part_at(dedup, dedup->oldest)->count;
    drop_oldest(dedup);
}

static void open_part(struct state *state, int64_t start_ms)
{
    struct dedup *dedup = &state->dedup;
    int64_t window_ms = part_width_ms(state) * DEDUP_PARTS_PER_WINDOW;
    dedup->current++;
    if (dedup->current == 1)
        dedup->oldest = 1;
    *part_at(dedup, dedup->current) = (struct dedup_part){.start_ms = start_ms};
    if (state->store != NULL)
        pair_list_add(&dedup->fresh, (struct pair){.key = dedup->current}); // a mark
    while (dedup->oldest < dedup->current &&
           start_ms - part_at(dedup, dedup->oldest)->start_ms > window_ms)
        drop_oldest(dedup);
    // Only after the window was made longer: parts of the old width live on.
    while (dedup->current - dedup->oldest >= PARTS_ALIVE_MAX)
        evict_oldest(dedup);

    for (unsigned i = 0; i < SWEEP_PER_PART; i++)
        pairs_prune(&dedup->pairs, dedup->sweep++ % PAIRS_PARTS, pair_is_alive, dedup);
}

// The place of the key in its part, or NULL.
static struct pair *find_pair(struct dedup *dedup, uint64_t key, uint64_t value)
{
    struct pairs_part *part = pairs_part_of(&dedup->pairs, key);
    if (part->place_count == 0)
        return NULL;
    uint32_t place = pairs_first_place(part, key);
    for (; part->places[place].value != 0; place = pairs_next_place(part, place)) {
        struct pair *pair = &part->places[place];
        if (pair->key == key && (pair->value & VALUE_MASK) == value)
            return pair;
    }
    return NULL;
}

static void count_pair(struct state *state, struct pair pair)
{
    struct dedup *dedup = &state->dedup;
    struct dedup_part *part = part_at(dedup, dedup->current);
    uint64_t hash = dedup_entry_hash(pair, part->start_ms);
    part->count++;
    part->sum += hash;
    dedup->total++;
    dedup->sum += hash;
    if (state->store != NULL)
        pair_list_add(&dedup->fresh, pair);
    while (dedup->total > state->params.dedup_events_max && dedup->oldest < dedup->current)
        evict_oldest(dedup);
}

// When the part that holds tick_ms begins.
static int64_t part_start_ms(int64_t tick_ms, int64_t width_ms)
{
    int64_t rest_ms = tick_ms % width_ms;
    return tick_ms - (rest_ms < 0 ? rest_ms + width_ms : rest_ms);
}

void dedup_expire(struct state *state, int64_t tick_ms)
{
    INVARIANT(state->is_in_frame);
    struct dedup *dedup = &state->dedup;
    int64_t width_ms = part_width_ms(state);
    if (dedup->current == 0 || width_ms <= 0)
        return;
    int64_t start_ms = part_start_ms(tick_ms, width_ms);
    if (part_at(dedup, dedup->current)->start_ms < start_ms)
        open_part(state, start_ms);
}

void dedup_forget(struct state *state)
{
    struct dedup *dedup = &state->dedup;
    while (dedup->current > 0 && dedup->oldest < dedup->current)
        evict_oldest(dedup);
    if (dedup->current > 0)
        open_part(state, part_at(dedup, dedup->current)->start_ms);
    while (dedup->oldest < dedup->current)
        evict_oldest(dedup);
}

static bool remembers_nothing(const struct state *state)
{
    return part_width_ms(state) <= 0 || state->params.dedup_events_max == 0;
}

static uint64_t value_of(struct hash128 key)
{
    return (key.high & VALUE_MASK) | VALUE_IS_SET;
}

// Makes the part that holds tick_ms the current one; what has left the window is dropped.
static void enter_part(struct state *state, int64_t tick_ms)
{
    struct dedup *dedup = &state->dedup;
    int64_t width_ms = part_width_ms(state);
    const struct dedup_part *current = part_at(dedup, dedup->current);
    if (dedup->current == 0 || tick_ms - current->start_ms >= width_ms ||
        current->count >= part_events_max(state))
        open_part(state, part_start_ms(tick_ms, width_ms));
}

bool dedup_has(struct state *state, struct hash128 key, int64_t tick_ms)
{
    INVARIANT(state->is_in_frame);
    struct dedup *dedup = &state->dedup;
    if (remembers_nothing(state))
        return false;
    enter_part(state, tick_ms);
    const struct pair *found = find_pair(dedup, key.low, value_of(key));
    return found != NULL && pair_is_alive(dedup, *found);
}

bool dedup_add(struct state *state, struct hash128 key, int64_t tick_ms)
{
    INVARIANT(state->is_in_frame);
    struct dedup *dedup = &state->dedup;
    if (remembers_nothing(state))
        return true;
    enter_part(state, tick_ms);
    uint64_t value = value_of(key);
    struct pair pair = {key.low, value | dedup->current << PART_SHIFT};
    struct pair *found = find_pair(dedup, key.low, value);
    if (found != NULL && pair_is_alive(dedup, *found))
        return false;
    if (found != NULL)
        *found = pair;
    else
        pairs_add(&dedup->pairs, pair);
    count_pair(state, pair);
    return true;
}

uint64_t dedup_recomputed(const struct dedup *dedup)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < PAIRS_PARTS; i++) {
        const struct pairs_part *part = &dedup->pairs.parts[i];
        for (uint32_t place = 0; place < part->place_count; place++) {
            struct pair pair = part->places[place];
            if (pair.value == 0 || !pair_is_alive(dedup, pair))
                continue;
            uint64_t number = part_number_of(dedup, pair);
            sum += dedup_entry_hash(pair, dedup->parts[number % DEDUP_PARTS_MAX].start_ms);
        }
    }
    return sum;
}
