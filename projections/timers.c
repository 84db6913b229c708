// Timers: the due of each contact is in its record; a heap knows the earliest of all.
//
// Every contact stands in the heap once, and a table tells where, so that a timer that is moved or taken
// off leaves nothing behind: no entry is ever looked at to be thrown away, and nothing has to be built
// anew. Both are derived from the records. After a store was opened the heap is gathered from them when
// it is first asked; until then only the number of timers is kept.
#include "projections/timers.h"

#include <inttypes.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/time.h"
#include "projections/state_internal.h"

enum {
    HEAP_WIDTH = TIMERS_SOON,   // children of an entry: as many as fill a cache line
    HEAP_LEAD = HEAP_WIDTH - 1, // entries left free, so that children begin at a line
    ROOM_LEAST = 64,
};
_Static_assert(HEAP_WIDTH * sizeof(struct timer) == 64, "children fill a cache line");

static bool comes_before(const struct timer *a, const struct timer *b)
{
    return a->due_ms < b->due_ms || (a->due_ms == b->due_ms && a->contact.value < b->contact.value);
}

static struct timer *entry_at(const struct timers *timers, uint64_t at)
{
    return &timers->heap[at + HEAP_LEAD];
}

static void put(struct timers *timers, uint64_t at, struct timer timer)
{
    *entry_at(timers, at) = timer;
    timers->places[timer.contact.value - 1] = (uint32_t)at + 1;
}

// Puts the timer at this place or nearer to the top.
static void put_up(struct timers *timers, uint64_t at, struct timer timer)
{
    while (at > 0) {
        uint64_t above = (at - 1) / HEAP_WIDTH;
        if (!comes_before(&timer, entry_at(timers, above)))
            break;
        put(timers, at, *entry_at(timers, above));
        at = above;
    }
    put(timers, at, timer);
}

// Puts the timer at this place or further from the top.
static void put_down(struct timers *timers, uint64_t at, struct timer timer)
{
    for (;;) {
        uint64_t first = at * HEAP_WIDTH + 1;
        if (first >= timers->heap_count)
            break;
        uint64_t end = first + HEAP_WIDTH;
        if (end > timers->heap_count)
            end = timers->heap_count;
        uint64_t least = first;
        for (uint64_t child = first + 1; child < end; child++)
            if (comes_before(entry_at(timers, child), entry_at(timers, least)))
                least = child;
        if (!comes_before(entry_at(timers, least), &timer))
            break;
        put(timers, at, *entry_at(timers, least));
        at = least;
    }
    put(timers, at, timer);
}

// A table with room for more elements; what it holds is kept.
static void *grow(void *table, uint64_t *room, uint64_t wanted, size_t element_bytes)
{
    uint64_t grown = *room == 0 ? ROOM_LEAST : *room;
    while (grown < wanted)
        grown *= 2;
    if (grown == *room)
        return table;
    void *to = mem_table(grown * element_bytes);
    if (table != NULL)
        memcpy(to, table, *room * element_bytes);
    mem_table_free(table, *room * element_bytes);
    *room = grown;
    return to;
}

static void make_room(struct timers *timers, uint64_t heap_count, uint64_t contacts)
{
    INVARIANT(contacts < UINT32_MAX); // places
    timers->heap =
        grow(timers->heap, &timers->heap_room, heap_count + HEAP_LEAD, sizeof(*timers->heap));
    timers->places = grow(timers->places, &timers->place_room, contacts, sizeof(*timers->places));
}

// Puts the timer in the place of another one.
static void replace(struct timers *timers, uint64_t at, struct timer timer)
{
    if (comes_before(entry_at(timers, at), &timer))
        put_down(timers, at, timer);
    else
        put_up(timers, at, timer);
}

static void heap_set(struct timers *timers, struct timer timer)
{
    uint32_t place = timers->places[timer.contact.value - 1];
    if (place > 0)
        replace(timers, place - 1, timer);
    else
        put_up(timers, timers->heap_count++, timer);
}

static void heap_remove(struct timers *timers, struct contact_number contact)
{
    uint32_t *place = &timers->places[contact.value - 1];
    INVARIANT(*place > 0);
    uint64_t at = *place - 1;
    struct timer last = *entry_at(timers, --timers->heap_count);
    *place = 0;
    if (at < timers->heap_count)
        replace(timers, at, last);
}

// --- gathering

static void gather_one(void *context, uint64_t contact, struct bytes record)
{
    struct state *state = context;
    struct timers *timers = &state->timers;
    uint64_t due = get_u64(record.data + RECORD_DUE);
    if (due == 0)
        return;
    make_room(timers, timers->heap_count + 1, state->slots.count);
    struct timer timer = {(int64_t)(due - 1) + TIME_MS_MIN, {contact}};
    put(timers, timers->heap_count++, timer);
}

static void gather(struct state *state)
{
    struct timers *timers = &state->timers;
    struct fault fault;
    timers->is_gathered = true;
    state_each_record(state, gather_one, state);
    if (state->fault.err == ERR_OK && timers->heap_count != timers->count) {
        (void)fault_set(
            &fault, ERR_CORRUPT, "store: it counts %" PRIu64 " timers and holds %" PRIu64,
            timers->count, timers->heap_count);
        state_fail(state, &fault);
    }
    for (uint64_t at = timers->heap_count / HEAP_WIDTH + 1; at-- > 0;)
        if (at < timers->heap_count)
            put_down(timers, at, *entry_at(timers, at));
}

// --- for others

void timers_restore(struct timers *timers, uint64_t count)
{
    timers->count = count;
    timers->is_gathered = count == 0;
}

void timers_free(struct timers *timers)
{
    mem_table_free(timers->heap, timers->heap_room * sizeof(*timers->heap));
    mem_table_free(timers->places, timers->place_room * sizeof(*timers->places));
    *timers = (struct timers){.count = 0};
}

uint64_t timers_bytes(const struct timers *timers)
{
    return timers->heap_room * sizeof(*timers->heap) + timers->place_room * sizeof(*timers->places);
}

const void *timers_place_line(const struct timers *timers, uint64_t contact)
{
    return contact <= timers->place_room ? &timers->places[contact - 1] : NULL;
}

const void *timers_entry_line(const struct timers *timers, uint64_t contact)
{
    uint32_t place = contact <= timers->place_room ? timers->places[contact - 1] : 0;
    return place > 0 ? entry_at(timers, place - 1) : NULL;
}

uint32_t timers_prefetch(const struct state *state, struct contact_number soon[TIMERS_SOON])
{
    const struct timers *timers = &state->timers;
    uint32_t count = 0;
    for (uint64_t at = 1; at <= HEAP_WIDTH * (HEAP_WIDTH + 1) && at < timers->heap_count; at++) {
        const struct contact_number contact = entry_at(timers, at)->contact;
        const struct slot *slot = slots_at(&state->slots, contact.value);
        if (at > HEAP_WIDTH) {
            __builtin_prefetch(slot, 1);
            continue;
        }
        record_prefetch(slot_record(slot));
        __builtin_prefetch(&state->edits.lines[contact.value % EDIT_LINES], 1);
        soon[count++] = contact;
    }
    return count;
}

int64_t contact_due_ms(struct state *state, struct contact_number contact)
{
    uint64_t due = get_u64(state_record(state, contact.value) + RECORD_DUE);
    return due == 0 ? TIMER_NONE : (int64_t)(due - 1) + TIME_MS_MIN;
}

void contact_set_due(struct state *state, struct contact_number contact, int64_t due_ms)
{
    INVARIANT(state->is_in_frame);
    INVARIANT(due_ms >= TIME_MS_MIN);
    struct timers *timers = &state->timers;
    bool has_due = due_ms <= TIME_MS_MAX;
    uint64_t due = has_due ? (uint64_t)(due_ms - TIME_MS_MIN) + 1 : 0;
    uint64_t before = get_u64(state_record(state, contact.value) + RECORD_DUE);
    if (due == before)
        return;
    put_u64(state_record_write(state, contact.value) + RECORD_DUE, due);
    if (before == 0)
        timers->count++;
    if (!has_due)
        timers->count--;
    if (!timers->is_gathered ||
        state->fault.err != ERR_OK) // what could not be read was not gathered
        return;
    if (has_due) {
        make_room(timers, timers->heap_count + 1, state->slots.count);
        heap_set(timers, (struct timer){due_ms, contact});
    } else {
        heap_remove(timers, contact);
    }
}

bool timers_next(struct state *state, struct timer *out)
{
    struct timers *timers = &state->timers;
    if (!timers->is_gathered)
        gather(state);
    if (timers->heap_count == 0)
        return false;
    *out = *entry_at(timers, 0);
    return true;
}

uint64_t timers_count(const struct state *state)
{
    return state->timers.count;
}
