// What limits of actions have counted in frames that no sink has confirmed yet, so that they can forget what is dropped.
#include "engine/fold/unsent.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/fold/fold.h"
#include "engine/fold/sent.h"
#include "projections/contact_ask.h"

// --- what was counted
void unsent_free(struct unsent *unsent)
{
    free(unsent->items);
    *unsent = (struct unsent){.count = 0};
}

void unsent_add(struct unsent *unsent, const struct unsent_entry *entry)
{
    if (unsent->count == unsent->cap && unsent->first > unsent->count / 2) {
        unsent->count -= unsent->first; // half of it is confirmed: it need not grow
        memmove(
            unsent->items, unsent->items + unsent->first, unsent->count * sizeof(*unsent->items));
        unsent->first = 0;
    }
    if (unsent->count == unsent->cap) {
        unsent->cap = unsent->cap == 0 ? 64 : unsent->cap * 2;
        unsent->items = mem_resize(unsent->items, unsent->cap * sizeof(*unsent->items));
    }
    unsent->items[unsent->count++] = *entry;
}

void unsent_confirm(struct unsent *unsent, uint64_t sequence)
{
    while (unsent->first < unsent->count && unsent->items[unsent->first].sequence <= sequence)
        unsent->first++;
    if (unsent->first == unsent->count)
        unsent_free(unsent); // a flood is over: its memory goes
}

void unsent_drop(struct unsent *unsent, uint64_t sequence)
{
    while (unsent->count > unsent->first && unsent->items[unsent->count - 1].sequence >= sequence)
        unsent->count--;
}

// --- as a payload
static void pack_entry(struct fold *fold, const struct unsent_entry *entry, struct buffer *to)
{
    struct bytes kind;
    struct bytes value;
    size_t at = 0;
    if (!contact_next_identifier(fold->state, entry->contact, &at, &kind, &value))
        return;
    buffer_add_sized(to, kind);
    buffer_add_sized(to, value);
    buffer_add_varint(to, entry->kind);
    buffer_add_sized(to, names_text(fold->state, entry->name));
    buffer_add_varint(to, entry->key);
    buffer_add_varint(to, entry->time);
}

bool unsent_pack(
    const struct unsent *unsent,
    struct fold *fold,
    uint64_t sequence,
    size_t bytes_max,
    struct unsent_part *part)
{
    size_t at = part->next > unsent->first ? part->next : unsent->first;
    while (at < unsent->count && unsent->items[at].sequence < sequence)
        at++;
    buffer_clear(&part->payload);
    while (at < unsent->count && part->payload.len < bytes_max)
        pack_entry(fold, &unsent->items[at++], &part->payload);
    part->next = at;
    return at < unsent->count;
}

static struct contact_number contact_of(struct fold *fold, struct bytes kind, struct bytes value)
{
    struct name_id id = names_find(fold->state, NAME_IDENTIFIER, kind);
    if (id.value == 0)
        return (struct contact_number){0};
    struct identity_key key = identity_key_of(fold->state, id, value);
    return identity_find(fold->state, &key);
}

enum err unsent_apply(struct fold *fold, struct bytes payload)
{
    struct cursor from = cursor_of(payload);
    while (cursor_left(&from) > 0) {
        struct unsent_entry entry = {.sequence = 0};
        struct bytes kind = cursor_sized(&from);
        struct bytes value = cursor_sized(&from);
        uint64_t name_kind = cursor_varint(&from);
        struct bytes name = cursor_sized(&from);
        entry.key = cursor_varint(&from);
        entry.time = cursor_varint(&from);
        if (from.has_failed || (name_kind != NAME_ACTION && name_kind != NAME_CHANNEL))
            return ERR_CORRUPT;
        entry.contact = contact_of(fold, kind, value);
        entry.name = names_find(fold->state, (enum name_kind)name_kind, name);
        if (entry.contact.value != 0 &&
            entry.name.value != 0) // a fold of one contact has no others
            sent_forget(fold, &entry);
    }
    return ERR_OK;
}
