// Ends what an earlier checkpoint, finished or not, left in the store.
#include "projections/checkpoint.h"

struct tidy {
    const struct checkpoint_limits *limits;
    struct store_place place;
    uint64_t redo_from; // first contact of the next batch
    uint64_t redo_next; // 0: nothing is left
    bool has_rest;
};

static void read_place(void *context, struct store_txn *txn)
{
    struct tidy *tidy = context;
    struct store_value value;
    tidy->place = (struct store_place){.contacts = STORE_CONTACTS_A};
    if (store_txn_get(txn, STORE_META, (struct store_key){.low = STORE_PLACE_KEY}, &value) &&
        store_place_of(&value, &tidy->place) != ERR_OK)
        store_txn_fail(txn, ERR_CORRUPT, "its place entry is damaged");
    enum store_db spare =
        tidy->place.contacts == STORE_CONTACTS_A ? STORE_CONTACTS_B : STORE_CONTACTS_A;
    tidy->has_rest = tidy->place.has_redo || store_txn_count(txn, STORE_REDO) > 0 ||
                     store_txn_count(txn, spare) > 0;
}

// Puts some of the redo into the contacts in force. Doing it again changes nothing.
static void apply_redo(void *context, struct store_txn *txn)
{
    struct tidy *tidy = context;
    struct store_key key = {.low = tidy->redo_from};
    struct store_value value;
    size_t bytes = 0;
    tidy->redo_next = 0;
    for (uint32_t count = 0; store_txn_next(txn, STORE_REDO, &key, &value); count++) {
        if (count == tidy->limits->batch_records || bytes >= tidy->limits->batch_bytes) {
            tidy->redo_next = key.low;
            return;
        }
        store_put(txn, tidy->place.contacts, key, value, STORE_PUT_ANYWHERE);
        bytes += value.payload.len;
        key.low++;
    }
}

static void clear_rest(void *context, struct store_txn *txn)
{
    struct tidy *tidy = context;
    enum store_db spare =
        tidy->place.contacts == STORE_CONTACTS_A ? STORE_CONTACTS_B : STORE_CONTACTS_A;
    struct store_place place = {.contacts = tidy->place.contacts};
    store_clear(txn, STORE_REDO);
    store_clear(txn, spare);
    store_put_place(txn, place);
}

enum err checkpoint_tidy(
    struct store *store,
    const struct checkpoint_limits *limits,
    struct store_place *place_out,
    struct fault *fault)
{
    struct tidy tidy = {.limits = limits, .redo_from = 1};
    enum err err = store_write(store, read_place, &tidy, fault);
    if (err == ERR_OK && tidy.place.has_redo) {
        do {
            err = store_write(store, apply_redo, &tidy, fault);
            tidy.redo_from = tidy.redo_next;
        } while (err == ERR_OK && tidy.redo_next != 0);
    }
    if (err == ERR_OK && tidy.has_rest)
        err = store_write(store, clear_rest, &tidy, fault);
    if (err != ERR_OK)
        return err;
    *place_out = (struct store_place){.contacts = tidy.place.contacts};
    return ERR_OK;
}
