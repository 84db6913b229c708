// The bulk of a checkpoint, in bounded transactions that put nothing in force.
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "projections/checkpoint.h"

enum { PAIR_BYTES = 16, BATCH_CHUNKS = 512, BATCH_NAMES = 8000 };

// --- lists of pairs, in chunks that are filled up over checkpoints. Entries beyond the counts of the
// meta entry are of no checkpoint, so a chunk may be written again with more behind what is in force.
struct list_place {
    const struct pair_block *block;
    size_t index;
    uint64_t part; // dedup only
    uint64_t at;   // number of the next pair in its list or part
};

struct list_batch {
    struct snapshot *snapshot;
    enum store_db db;
    struct list_place begin;
    struct list_place end; // where the next batch goes on; block NULL at the end
    uint8_t *chunk;        // room for one
};

static const struct pair *list_peek(struct list_place *place)
{
    if (place->block != NULL && place->index == place->block->count) {
        place->block = place->block->next;
        place->index = 0;
    }
    return place->block == NULL ? NULL : &place->block->pairs[place->index];
}

// How many pairs of a dedup part the store holds.
static uint64_t part_stored(const struct store_meta *meta, uint64_t part)
{
    if (part < meta->dedup_oldest || part > meta->dedup_current || meta->dedup_current == 0)
        return 0;
    return meta->dedup_parts[part % DEDUP_PARTS_MAX].count;
}

// Takes the marks of parts; a part that was begun before goes on.
static void list_take_marks(const struct list_batch *batch, struct list_place *place)
{
    const struct pair *pair;
    while (batch->db == STORE_DEDUP && (pair = list_peek(place)) != NULL && pair->value == 0) {
        if (place->part != pair->key)
            place->at = part_stored(&batch->snapshot->before, pair->key);
        place->part = pair->key;
        place->index++;
    }
}

// Fills batch->chunk from what is stored and the list; returns its length.
static size_t chunk_fill(
    struct list_batch *batch, struct store_txn *txn, struct store_key key, struct list_place *place)
{
    size_t len = (size_t)(place->at % PAIR_BLOCK_PAIRS) * PAIR_BYTES;
    struct store_value stored;
    if (len > 0) {
        if (!store_txn_get(txn, batch->db, key, &stored) || stored.payload.len < len) {
            store_txn_fail(txn, ERR_CORRUPT, "a chunk that is to be filled up is not there");
            return 0;
        }
        memcpy(batch->chunk, stored.payload.data, len);
    }
    uint64_t part = place->part;
    while (len < (size_t)PAIR_BLOCK_PAIRS * PAIR_BYTES) {
        const struct pair *pair = list_peek(place);
        if (pair == NULL || pair->value == 0)
            break;
        put_u64(batch->chunk + len, pair->key);
        put_u64(batch->chunk + len + 8, pair->value);
        len += PAIR_BYTES;
        place->index++;
        place->at++;
    }
    INVARIANT(place->part == part);
    return len;
}

static void list_work(void *context, struct store_txn *txn)
{
    struct list_batch *batch = context;
    struct list_place place = batch->begin;
    for (unsigned chunks = 0; chunks < BATCH_CHUNKS; chunks++) {
        list_take_marks(batch, &place);
        if (list_peek(&place) == NULL)
            break;
        struct store_key key = {.high = place.part, .low = place.at / PAIR_BLOCK_PAIRS};
        size_t len = chunk_fill(batch, txn, key, &place);
        if (len == 0)
            break;
        if (batch->db == STORE_DEDUP && place.part < batch->snapshot->meta.dedup_oldest)
            continue; // dead before it was ever stored
        struct bytes payload = bytes_of(batch->chunk, len);
        struct store_value value = {payload, store_checksum(batch->db, key, payload)};
        store_put(txn, batch->db, key, value, STORE_PUT_ANYWHERE);
    }
    batch->end = place;
}

static enum err write_list(struct list_batch *batch, struct fault *fault)
{
    batch->chunk = mem_alloc((size_t)PAIR_BLOCK_PAIRS * PAIR_BYTES);
    enum err err = ERR_OK;
    while (err == ERR_OK && list_peek(&batch->begin) != NULL) {
        err = store_write(batch->snapshot->store, list_work, batch, fault);
        batch->begin = batch->end;
    }
    free(batch->chunk);
    return err;
}

// --- names
struct name_batch {
    struct snapshot *snapshot;
    struct cursor begin;
    struct cursor end;
    uint64_t id;
    uint64_t next_id;
};

static void names_work(void *context, struct store_txn *txn)
{
    struct name_batch *batch = context;
    struct cursor at = batch->begin;
    uint64_t id = batch->id;
    for (unsigned i = 0; i < BATCH_NAMES && cursor_left(&at) > 0; i++) {
        const uint8_t *begin = at.at;
        (void)cursor_u8(&at);
        (void)cursor_sized(&at);
        INVARIANT(!at.has_failed);
        struct store_key key = {.low = id++};
        struct bytes payload = bytes_of(begin, (size_t)(at.at - begin));
        struct store_value value = {payload, store_checksum(STORE_NAMES, key, payload)};
        store_put(txn, STORE_NAMES, key, value, STORE_PUT_ANYWHERE);
    }
    batch->end = at;
    batch->next_id = id;
}

static enum err write_names(struct snapshot *snapshot, struct fault *fault)
{
    struct name_batch batch = {
        .snapshot = snapshot,
        .begin = cursor_of(buffer_bytes(&snapshot->names)),
        .id = snapshot->before.names + 1,
    };
    enum err err = ERR_OK;
    while (err == ERR_OK && cursor_left(&batch.begin) > 0) {
        err = store_write(snapshot->store, names_work, &batch, fault);
        batch.begin = batch.end;
        batch.id = batch.next_id;
    }
    return err;
}

enum err checkpoint_write_lists(struct snapshot *snapshot, struct fault *fault)
{
    struct list_batch identifiers = {
        .snapshot = snapshot,
        .db = STORE_IDENTIFIERS,
        .begin = {.block = snapshot->identifiers.first, .at = snapshot->before.identifiers},
    };
    struct list_batch dedup = {
        .snapshot = snapshot,
        .db = STORE_DEDUP,
        .begin = {.block = snapshot->dedup.first},
    };
    enum err err = write_names(snapshot, fault);
    if (err == ERR_OK)
        err = write_list(&identifiers, fault);
    if (err == ERR_OK)
        err = write_list(&dedup, fault);
    return err;
}

// --- contacts
struct contact_batch {
    struct snapshot *snapshot;
    enum store_db to;
    uint64_t contact; // next to write
    size_t item;      // next of the snapshot
    uint64_t next_contact;
    size_t next_item;
};

static size_t put_item(struct store_txn *txn, enum store_db to, const struct snapshot_item *item)
{
    struct bytes record = bytes_of(item->record, record_len(item->record));
    store_put(
        txn, to, (struct store_key){.low = item->contact}, (struct store_value){record, item->hash},
        STORE_PUT_APPEND);
    return record.len;
}

// Copies a contact that did not change from the database in force.
static size_t put_stored(struct store_txn *txn, const struct contact_batch *batch, uint64_t contact)
{
    struct store_key key = {.low = contact};
    struct store_value value;
    enum store_db from = batch->snapshot->place.contacts;
    if (!store_txn_next(txn, from, &key, &value) || key.low != contact) {
        store_txn_fail(txn, ERR_CORRUPT, "a contact that is to be written again is not there");
        return 0;
    }
    store_put(txn, batch->to, key, value, STORE_PUT_APPEND);
    return value.payload.len;
}

static void rewrite_work(void *context, struct store_txn *txn)
{
    struct contact_batch *batch = context;
    const struct snapshot *snapshot = batch->snapshot;
    uint64_t contact = batch->contact;
    size_t item = batch->item;
    size_t bytes = 0;
    while (contact <= snapshot->meta.contacts && bytes < snapshot->limits.batch_bytes) {
        bool is_dirty = item < snapshot->item_count && snapshot->items[item].contact == contact;
        size_t len = is_dirty ? put_item(txn, batch->to, &snapshot->items[item++])
                              : put_stored(txn, batch, contact);
        if (len == 0)
            break;
        bytes += len;
        contact++;
    }
    batch->next_contact = contact;
    batch->next_item = item;
}

static void redo_work(void *context, struct store_txn *txn)
{
    struct contact_batch *batch = context;
    const struct snapshot *snapshot = batch->snapshot;
    size_t item = batch->item;
    size_t bytes = 0;
    while (item < snapshot->item_count && bytes < snapshot->limits.batch_bytes)
        bytes += put_item(txn, STORE_REDO, &snapshot->items[item++]);
    batch->next_item = item;
}

enum err checkpoint_write_contacts(struct snapshot *snapshot, struct fault *fault)
{
    bool is_rewrite = snapshot->mode == CHECKPOINT_REWRITE;
    struct contact_batch batch = {
        .snapshot = snapshot,
        .to = snapshot->place.contacts == STORE_CONTACTS_A ? STORE_CONTACTS_B : STORE_CONTACTS_A,
        .contact = 1,
    };
    enum err err = ERR_OK;
    while (err == ERR_OK && (is_rewrite ? batch.contact <= snapshot->meta.contacts
                                        : batch.item < snapshot->item_count)) {
        err = store_write(snapshot->store, is_rewrite ? rewrite_work : redo_work, &batch, fault);
        batch.contact = batch.next_contact;
        batch.item = batch.next_item;
    }
    return err;
}
