// All contacts of some shards, sorted by id.
#include "tools/engagectl/contact_list.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/query.h"

struct contact_entry {
    struct bytes id;
    size_t shard; // index
    struct contact_number number;
};

struct contact_list {
    struct arena arena; // ids
    struct contact_entry *entries;
    size_t count, cap;
};

static int compare_entries(const void *a, const void *b)
{
    const struct contact_entry *first = a;
    const struct contact_entry *second = b;
    int order = bytes_compare(first->id, second->id);
    if (order != 0)
        return order;
    return (first->shard > second->shard) - (first->shard < second->shard);
}

static enum err fault_of_contact(
    struct fault *fault, enum err err, size_t shard, struct contact_number number)
{
    return fault_set(
        fault, err, "shard %zu: contact number %" PRIu64 " cannot be read: %s", shard, number.value,
        err_text(err));
}

// Ids alone: whole contacts are rendered one by one later, so that memory stays small.
static enum err add_shard(
    struct contact_list *list, struct shard *shard, size_t index, struct fault *fault)
{
    struct state *state = shard_state(shard);
    uint64_t count = contacts_count(state);
    struct arena scratch = {0};
    struct buffer id = {0};
    enum err err = ERR_OK;
    if (list->count + count > list->cap) {
        list->cap = list->count + count;
        list->entries = mem_resize(list->entries, list->cap * sizeof(*list->entries));
    }
    for (uint64_t i = 1; i <= count && err == ERR_OK; i++) {
        struct contact_number number = {i};
        struct contact_view view;
        arena_clear(&scratch);
        buffer_clear(&id);
        err = contact_read(state, number, &scratch, &view);
        if (err != ERR_OK) {
            err = fault_of_contact(fault, err, index, number);
            break;
        }
        contact_add_id(&id, &view);
        struct bytes kept = arena_copy(&list->arena, buffer_bytes(&id));
        list->entries[list->count++] = (struct contact_entry){kept, index, number};
    }
    buffer_free(&id);
    arena_free(&scratch);
    return err;
}

enum err contact_list_each(
    struct shard *const *shards,
    size_t shard_count,
    contact_list_fn *each,
    void *context,
    struct fault *fault)
{
    struct contact_list list = {.count = 0};
    struct buffer json = {0};
    enum err err = ERR_OK;
    for (size_t i = 0; i < shard_count && err == ERR_OK; i++)
        err = add_shard(&list, shards[i], i, fault);
    if (err == ERR_OK && list.count > 1)
        qsort(list.entries, list.count, sizeof(*list.entries), compare_entries);
    for (size_t i = 0; i < list.count && err == ERR_OK; i++) {
        const struct contact_entry *entry = &list.entries[i];
        buffer_clear(&json);
        err = query_contact(shards[entry->shard], entry->number, &json);
        err = err == ERR_OK ? each(context, buffer_bytes(&json), fault)
                            : fault_of_contact(fault, err, entry->shard, entry->number);
    }
    buffer_free(&json);
    free(list.entries);
    arena_free(&list.arena);
    return err;
}
