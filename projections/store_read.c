// Reads of the store by the worker, in a transaction of its own.
#include "engine/base/invariant.h"
#include "projections/store_internal.h"

int store_begin_read(struct store *store, MDB_txn **out)
{
    int rc = mdb_txn_begin(store->env, NULL, MDB_RDONLY, out);
    if (rc != MDB_MAP_RESIZED)
        return rc;
    rc = mdb_env_set_mapsize(store->env, 0); // another process has made it larger
    return rc == MDB_SUCCESS ? mdb_txn_begin(store->env, NULL, MDB_RDONLY, out) : rc;
}

static int begin_transaction(struct store *store)
{
    return store->read != NULL ? mdb_txn_renew(store->read) : store_begin_read(store, &store->read);
}

static enum err read_value(
    struct store *store,
    enum store_db db,
    struct store_key key,
    struct store_value *out,
    struct fault *fault)
{
    struct store_key_room room;
    MDB_val key_val = store_key_val(db, key, &room);
    MDB_val data;
    int rc = mdb_get(store->read, store->dbs[db], &key_val, &data);
    if (rc != MDB_SUCCESS)
        return store_fault(fault, rc, "a value cannot be read");
    enum err err = store_value_of(db, data, out);
    if (err == ERR_OK && !store_value_holds(db, key, out))
        err = ERR_CORRUPT;
    if (err != ERR_OK)
        return fault_set(
            fault, err, "store: entry %llu of database %d: %s", (unsigned long long)key.low,
            (int)db, err_text(err));
    return ERR_OK;
}

static enum err read_place(struct store *store, struct fault *fault)
{
    struct store_value value;
    store->place = (struct store_place){.contacts = STORE_CONTACTS_A};
    struct fault none;
    enum err err =
        read_value(store, STORE_META, (struct store_key){.low = STORE_PLACE_KEY}, &value, &none);
    if (err == ERR_MISSING)
        return ERR_OK;
    if (err == ERR_OK)
        err = store_place_of(&value, &store->place);
    return err == ERR_OK ? ERR_OK : fault_set(fault, err, "store: its place entry is damaged");
}

static enum err begin_reading(struct store *store, struct fault *fault)
{
    if (store->is_reading)
        return ERR_OK;
    int rc = pthread_rwlock_rdlock(&store->map_lock);
    INVARIANT(rc == 0);
    store->is_reading = true;
    store->cursor_at = 0;
    rc = begin_transaction(store);
    if (rc != MDB_SUCCESS) {
        store->is_reading = false;
        (void)pthread_rwlock_unlock(&store->map_lock);
        return store_fault(fault, rc, "it cannot be read");
    }
    return read_place(store, fault);
}

enum err store_get(
    struct store *store,
    enum store_db db,
    struct store_key key,
    struct store_value *out,
    struct fault *fault)
{
    enum err err = begin_reading(store, fault);
    return err == ERR_OK ? read_value(store, db, key, out, fault) : err;
}

static int cursor_move(struct store *store, uint64_t contact, MDB_val *data)
{
    int rc = MDB_SUCCESS;
    if (store->cursor_at == 0) { // of an earlier transaction, or of none
        MDB_dbi db = store->dbs[store->place.contacts];
        if (store->cursor != NULL)
            mdb_cursor_close(store->cursor);
        store->cursor = NULL;
        rc = mdb_cursor_open(store->read, db, &store->cursor);
    }
    if (rc != MDB_SUCCESS)
        return rc;
    size_t number = contact;
    MDB_val key = {sizeof(number), &number};
    bool is_next = store->cursor_at != 0 && contact == store->cursor_at + 1;
    rc = mdb_cursor_get(store->cursor, &key, data, is_next ? MDB_NEXT : MDB_SET_KEY);
    store->cursor_at = rc == MDB_SUCCESS ? store_key_of(STORE_CONTACTS_A, key).low : 0;
    return rc == MDB_SUCCESS && store->cursor_at != contact ? MDB_NOTFOUND : rc;
}

enum err store_get_contact(
    struct store *store, uint64_t contact, struct store_value *out, struct fault *fault)
{
    enum err err = begin_reading(store, fault);
    if (err != ERR_OK)
        return err;
    struct store_key key = {.low = contact};
    if (store->place.has_redo) {
        struct fault none;
        err = read_value(store, STORE_REDO, key, out, &none);
        if (err != ERR_MISSING)
            return err == ERR_OK ? ERR_OK : fault_set(fault, err, "%s", none.text);
    }
    MDB_val data;
    int rc = cursor_move(store, contact, &data);
    if (rc == MDB_SUCCESS) {
        err = store_value_of(store->place.contacts, data, out);
        if (err == ERR_OK)
            return ERR_OK;
    } else {
        err = rc == MDB_NOTFOUND ? ERR_CORRUPT : store_err(rc);
    }
    return fault_set(
        fault, err, "store: contact %llu: %s", (unsigned long long)contact,
        rc == MDB_SUCCESS ? err_text(err) : mdb_strerror(rc));
}

void store_release(struct store *store)
{
    if (!store->is_reading || store->access == STATE_READ_ONLY)
        return;
    store->cursor_at = 0;
    mdb_txn_reset(store->read);
    store->is_reading = false;
    (void)pthread_rwlock_unlock(&store->map_lock);
}
