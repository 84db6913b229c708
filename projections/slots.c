// Where each contact's record is in memory, what changed since the last checkpoint, what a running
// snapshot has frozen.
#include "projections/slots.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

static struct slot_chunk *chunk_of(const struct slots *slots, uint64_t contact)
{
    return slots->chunks[(contact - 1) >> SLOT_CHUNK_BITS];
}

static bool bit_is_set(const uint64_t *bits, uint64_t index)
{
    return (bits[index / 64] >> (index % 64) & 1) != 0;
}

static void slot_set_record(struct slot *slot, uint8_t *record)
{
    slot->tagged = (uintptr_t)record | (slot->tagged & SLOT_TAGS);
}

// Doubles a growable array of count elements where it is full.
static void *array_room(void *array, size_t count, size_t *cap, size_t element_bytes)
{
    if (count < *cap)
        return array;
    *cap = *cap == 0 ? 256 : *cap * 2;
    return mem_resize(array, *cap * element_bytes);
}

static void list_touched(struct slots *slots, uint64_t contact)
{
    slots->touched = array_room(
        slots->touched, slots->touched_count, &slots->touched_cap, sizeof(*slots->touched));
    slots->touched[slots->touched_count++] = contact;
}

static void mark_dirty(struct slots *slots, uint64_t contact, size_t bytes)
{
    struct slot_chunk *chunk = chunk_of(slots, contact);
    uint64_t index = (contact - 1) & (SLOT_CHUNK - 1);
    chunk->slots[index].tagged |= SLOT_DIRTY;
    chunk->dirty[index / 64] |= UINT64_C(1) << (index % 64);
    chunk->dirty_count++;
    slots->dirty++;
    slots->dirty_bytes += slab_capacity(bytes);
}

void slots_grow(struct slots *slots, uint64_t count)
{
    INVARIANT(count >= slots->count);
    size_t wanted = (size_t)((count + SLOT_CHUNK - 1) >> SLOT_CHUNK_BITS);
    if (wanted > slots->chunk_count) {
        slots->chunks = mem_resize(slots->chunks, wanted * sizeof(struct slot_chunk *));
        while (slots->chunk_count < wanted) {
            struct slot_chunk *chunk = mem_zero(1, sizeof(*chunk));
            chunk->slots = mem_table(SLOT_CHUNK * sizeof(struct slot));
            slots->chunks[slots->chunk_count++] = chunk;
        }
    }
    slots->count = count;
}

// --- the desk
enum {
    DESK_STRIDE = DESK_RECORD_BYTES + 64
}; // so that places do not share the same lines of a cache
#define NO_PLACE DESK_PLACES

static uint8_t *desk_place(const struct desk *desk, uint32_t at)
{
    return desk->places + (size_t)at * DESK_STRIDE;
}

// Where on the desk a record is.
static uint32_t place_of(const struct desk *desk, const uint8_t *record)
{
    const uintptr_t offset = (uintptr_t)record - (uintptr_t)desk->places;
    if (offset >= (size_t)DESK_PLACES * DESK_STRIDE || desk->places == NULL)
        return NO_PLACE;
    return (uint32_t)(offset / DESK_STRIDE);
}

// A place for a record of so many bytes that may become longer; NULL where there is none.
static uint8_t *desk_take(struct slots *slots, size_t bytes, uint64_t contact, size_t capacity)
{
    struct desk *desk = &slots->desk;
    if (bytes > DESK_RECORD_BYTES || desk->taken == DESK_PLACES)
        return NULL;
    if (desk->places == NULL)
        desk->places = mem_table((size_t)DESK_PLACES * DESK_STRIDE);
    desk->owners[desk->taken] = contact;
    desk->lens[desk->taken] = (uint32_t)bytes;
    desk->capacities[desk->taken] = (uint32_t)capacity;
    return desk_place(desk, desk->taken++);
}

// The record has left its place for the slab.
static void desk_left(struct slots *slots, uint32_t place, size_t len)
{
    slots->dirty_bytes += slab_capacity(len) - slots->desk.capacities[place];
}

void slots_clear_desk(struct slots *slots)
{
    struct desk *desk = &slots->desk;
    for (uint32_t i = 0; i < desk->taken; i++) {
        struct slot *slot = slots_at(slots, desk->owners[i]);
        const uint8_t *record = desk_place(desk, i);
        if (slot_record(slot) != record)
            continue; // it has become too long
        uint8_t *copy = slab_alloc(&slots->slab, desk->lens[i], desk->owners[i]);
        memcpy(copy, record, desk->lens[i]);
        slot_set_record(slot, copy);
        desk_left(slots, i, desk->lens[i]);
    }
    desk->taken = 0;
}

uint64_t slots_append(struct slots *slots, struct bytes record)
{
    slots_grow(slots, slots->count + 1);
    uint64_t contact = slots->count;
    uint8_t *copy = desk_take(slots, record.len, contact, slab_capacity(record.len));
    if (copy == NULL)
        copy = slab_alloc(&slots->slab, record.len, contact);
    memcpy(copy, record.data, record.len);
    *slots_at(slots, contact) = (struct slot){.tagged = (uintptr_t)copy};
    slots->resident++;
    slots_touch(slots, contact);
    return contact;
}

void slots_load(struct slots *slots, uint64_t contact, struct bytes record, uint64_t hash)
{
    struct slot *slot = slots_at(slots, contact);
    INVARIANT(slot_record(slot) == NULL);
    uint8_t *copy = slab_alloc(&slots->slab, record.len, contact);
    memcpy(copy, record.data, record.len);
    *slot = (struct slot){.tagged = (uintptr_t)copy | SLOT_USED, .hash = hash};
    slots->resident++;
}

// Gives the contact a copy of its own; the snapshot keeps the frozen record.
static void copy_frozen(struct slots *slots, struct slot *slot, uint64_t contact)
{
    uint8_t *frozen = slot_record(slot);
    size_t bytes = record_len(frozen);
    uint8_t *copy = slab_alloc(&slots->slab, bytes, contact);
    memcpy(copy, frozen, bytes);
    slots->replaced = array_room(
        slots->replaced, slots->replaced_count, &slots->replaced_cap, sizeof(*slots->replaced));
    slots->replaced[slots->replaced_count++] = (struct replaced){frozen, bytes};
    slot_set_record(slot, copy);
}

void slots_touch(struct slots *slots, uint64_t contact)
{
    struct slot *slot = slots_at(slots, contact);
    INVARIANT(slot_record(slot) != NULL);
    if ((slot->tagged & SLOT_TOUCHED) != 0)
        return;
    slot->tagged |= SLOT_TOUCHED | SLOT_USED;
    list_touched(slots, contact);

    if ((slot->tagged & SLOT_DIRTY) != 0)
        return;
    struct slot_chunk *chunk = chunk_of(slots, contact);
    uint64_t index = (contact - 1) & (SLOT_CHUNK - 1);
    mark_dirty(slots, contact, record_len(slot_record(slot)));
    if (chunk->frozen_count == 0 || !bit_is_set(chunk->frozen, index))
        return;
    copy_frozen(slots, slot, contact);
    chunk->frozen[index / 64] &= ~(UINT64_C(1) << (index % 64));
    chunk->frozen_count--;
}

static void move_tail(uint8_t *record, size_t len, const struct resize *resize)
{
    const size_t tail_at = resize->at + resize->old_bytes;
    memmove(record + resize->at + resize->new_bytes, record + tail_at, len - tail_at);
}

// Copies the record to where it has another length.
static void copy_resized(
    uint8_t *to, const uint8_t *record, size_t len, const struct resize *resize)
{
    const size_t tail_at = resize->at + resize->old_bytes;
    memcpy(to, record, resize->at);
    memcpy(to + resize->at + resize->new_bytes, record + tail_at, len - tail_at);
}

// Of a record on the desk.
static uint8_t *resize_on_desk(
    struct slots *slots, uint32_t place, uint8_t *record, const struct resize *resize)
{
    struct desk *desk = &slots->desk;
    const size_t old_len = desk->lens[place];
    const size_t new_len = old_len - resize->old_bytes + resize->new_bytes;
    INVARIANT(resize->at + resize->old_bytes <= old_len);
    if (new_len <= DESK_RECORD_BYTES) {
        move_tail(record, old_len, resize);
        desk->lens[place] = (uint32_t)new_len;
        return record;
    }
    INVARIANT(new_len <= RECORD_BYTES_MAX);
    uint8_t *moved = slab_alloc(&slots->slab, new_len, desk->owners[place]);
    copy_resized(moved, record, old_len, resize);
    slot_set_record(slots_at(slots, desk->owners[place]), moved);
    desk_left(slots, place, new_len);
    return moved;
}

uint8_t *slots_resize(struct slots *slots, uint64_t contact, struct resize resize)
{
    struct slot *slot = slots_at(slots, contact);
    INVARIANT((slot->tagged & SLOT_TOUCHED) != 0);
    uint8_t *old = slot_record(slot);
    const uint32_t place = place_of(&slots->desk, old);
    if (place != NO_PLACE)
        return resize_on_desk(slots, place, old, &resize);
    const size_t old_len = record_len(old);
    const size_t new_len = old_len - resize.old_bytes + resize.new_bytes;
    INVARIANT(resize.at + resize.old_bytes <= old_len);
    INVARIANT(new_len <= RECORD_BYTES_MAX);
    const size_t old_capacity = slab_capacity(old_len), new_capacity = slab_capacity(new_len);
    if (new_capacity == old_capacity) {
        move_tail(old, old_len, &resize);
        return old;
    }
    uint8_t *moved = desk_take(slots, new_len, contact, old_capacity);
    if (moved == NULL) {
        moved = slab_alloc(&slots->slab, new_len, contact);
        slots->dirty_bytes += new_capacity - old_capacity;
    }
    copy_resized(moved, old, old_len, &resize);
    slab_free(&slots->slab, old, old_len);
    slot_set_record(slot, moved);
    return moved;
}

static void chunk_clear_dirty_tags(struct slot_chunk *chunk)
{
    for (size_t word = 0; word < SLOT_CHUNK / 64; word++) {
        for (uint64_t bits = chunk->dirty[word]; bits != 0; bits &= bits - 1)
            chunk->slots[word * 64 + (size_t)__builtin_ctzll(bits)].tagged &=
                ~(uintptr_t)SLOT_DIRTY;
    }
}

void slots_freeze(struct slots *slots)
{
    for (size_t i = 0; i < slots->chunk_count; i++) {
        struct slot_chunk *chunk = slots->chunks[i];
        INVARIANT(chunk->frozen_count == 0);
        if (chunk->dirty_count == 0)
            continue;
        chunk_clear_dirty_tags(chunk);
        memcpy(chunk->frozen, chunk->dirty, sizeof(chunk->frozen));
        memset(chunk->dirty, 0, sizeof(chunk->dirty));
        chunk->frozen_count = chunk->dirty_count;
        chunk->dirty_count = 0;
    }
    slots->dirty = 0;
    slots->dirty_bytes = 0;
    slots->is_frozen = true;
}

static void chunk_thaw_dirty(struct slots *slots, size_t chunk_index)
{
    struct slot_chunk *chunk = slots->chunks[chunk_index];
    for (uint64_t index = 0; index < SLOT_CHUNK; index++) {
        if (!bit_is_set(chunk->frozen, index))
            continue;
        size_t bytes = record_len(slot_record(&chunk->slots[index]));
        mark_dirty(slots, ((uint64_t)chunk_index << SLOT_CHUNK_BITS) + index + 1, bytes);
    }
}

void slots_thaw(struct slots *slots, enum thaw thaw)
{
    for (size_t i = 0; i < slots->chunk_count; i++) {
        struct slot_chunk *chunk = slots->chunks[i];
        if (chunk->frozen_count > 0 && thaw == THAW_DIRTY)
            chunk_thaw_dirty(slots, i);
        if (chunk->frozen_count > 0)
            memset(chunk->frozen, 0, sizeof(chunk->frozen));
        chunk->frozen_count = 0;
    }
    for (size_t i = 0; i < slots->replaced_count; i++)
        slab_free(&slots->slab, slots->replaced[i].record, slots->replaced[i].bytes);
    free(slots->replaced);
    slots->replaced = NULL;
    slots->replaced_count = slots->replaced_cap = 0;
    slots->is_frozen = false;
}

static void chunk_drop_clean(
    struct slots *slots, struct slot_chunk *chunk, uint64_t object_bytes_max)
{
    for (uint64_t index = 0; index < SLOT_CHUNK; index++) {
        struct slot *slot = &chunk->slots[index];
        uint8_t *record = slot_record(slot);
        if (record == NULL || (slot->tagged & SLOT_DIRTY) != 0 || bit_is_set(chunk->frozen, index))
            continue;
        if ((slot->tagged & SLOT_USED) != 0) {
            slot->tagged &= ~(uintptr_t)SLOT_USED;
            continue;
        }
        if (slots->slab.object_bytes <= object_bytes_max)
            return;
        slab_free(&slots->slab, record, record_len(record));
        *slot = (struct slot){0};
        slots->resident--;
    }
}

void slots_drop_clean(struct slots *slots, uint64_t object_bytes_max)
{
    size_t steps = slots->chunk_count * 2; // once to find them unused, once to drop them
    for (size_t i = 0; i < steps && slots->slab.object_bytes > object_bytes_max; i++) {
        slots->sweep_chunk =
            slots->sweep_chunk + 1 < slots->chunk_count ? slots->sweep_chunk + 1 : 0;
        chunk_drop_clean(slots, slots->chunks[slots->sweep_chunk], object_bytes_max);
    }
}

static void record_moved(void *context, uint64_t owner, void *to)
{
    slot_set_record(slots_at(context, owner), to);
}

void slots_compact(struct slots *slots)
{
    if (!slots->is_frozen)
        slab_compact(&slots->slab, record_moved, slots);
}

uint64_t slots_bytes(const struct slots *slots)
{
    return slots->slab.page_bytes + slots->chunk_count * sizeof(struct slot_chunk) +
           slots->touched_cap * sizeof(*slots->touched) +
           slots->replaced_cap * sizeof(*slots->replaced);
}

static void chunk_free_large(struct slots *slots, struct slot_chunk *chunk)
{
    for (size_t index = 0; index < SLOT_CHUNK; index++) {
        uint8_t *record = slot_record(&chunk->slots[index]);
        if (record != NULL && slab_capacity(record_len(record)) > SLAB_BYTES_MAX)
            slab_free(&slots->slab, record, record_len(record));
    }
}

void slots_free(struct slots *slots)
{
    slots_thaw(slots, THAW_CLEAN);
    for (size_t i = 0; i < slots->chunk_count; i++) {
        chunk_free_large(slots, slots->chunks[i]);
        mem_table_free(slots->chunks[i]->slots, SLOT_CHUNK * sizeof(struct slot));
        free(slots->chunks[i]);
    }
    free(slots->chunks);
    free(slots->touched);
    slab_destroy(&slots->slab);
    mem_table_free(slots->desk.places, (size_t)DESK_PLACES * DESK_STRIDE);
    *slots = (struct slots){0};
}
