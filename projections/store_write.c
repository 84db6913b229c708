// Write transactions of the store: they carry their first error, and grow the map when it is full.
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "projections/store_internal.h"

enum { PROBE_BYTES = 65536 };

// No transaction of this process may be open; the worker waits at the lock meanwhile.
static int grow_map(struct store *store)
{
    int rc = pthread_rwlock_wrlock(&store->map_lock);
    INVARIANT(rc == 0);
    rc = mdb_env_set_mapsize(store->env, (size_t)store_map_bytes(store) * 2);
    (void)pthread_rwlock_unlock(&store->map_lock);
    return rc;
}

static void scan_end(struct store_txn *txn)
{
    if (txn->scan != NULL)
        mdb_cursor_close(txn->scan);
    txn->scan = NULL;
}

// LMDB calls a short write EIO, which is what a disk that has just become full makes of it. Whether the
// file can still grow tells the two apart; what is written for it is beyond all pages in use.
static bool may_file_grow(struct store *store)
{
    static const uint8_t nothing[PROBE_BYTES];
    mdb_filehandle_t file;
    struct stat stat;
    if (mdb_env_get_fd(store->env, &file) != MDB_SUCCESS || fstat(file, &stat) != 0)
        return true;
    ssize_t written = pwrite(file, nothing, sizeof(nothing), stat.st_size);
    if (written < 0)
        return errno != ENOSPC && errno != EDQUOT && errno != EFBIG;
    return (size_t)written == sizeof(nothing);
}

// One attempt. Leaves no transaction open.
static int write_once(struct store_txn *txn, store_work_fn *work, void *context)
{
    txn->rc = mdb_txn_begin(txn->store->env, NULL, 0, &txn->txn);
    if (txn->rc != MDB_SUCCESS)
        return txn->rc;
    work(context, txn);
    scan_end(txn);
    FAILPOINT(STORE_WORKED);
    if (txn->rc == MDB_SUCCESS && txn->fault.err == ERR_OK)
        txn->rc = FAILPOINT_ERR(STORE_COMMIT_BEFORE) == ERR_OK ? MDB_SUCCESS : EIO;
    if (txn->rc != MDB_SUCCESS || txn->fault.err != ERR_OK) {
        mdb_txn_abort(txn->txn);
        return txn->rc;
    }
    int rc = mdb_txn_commit(txn->txn);
    FAILPOINT(STORE_COMMITTED);
    return rc;
}

enum err store_write(struct store *store, store_work_fn *work, void *context, struct fault *fault)
{
    INVARIANT(store->access == STATE_WRITE);
    for (;;) {
        struct store_txn txn = {.store = store, .fault = {.err = ERR_OK}};
        int rc = write_once(&txn, work, context);
        if (rc == MDB_MAP_FULL) {
            rc = grow_map(store);
            if (rc == MDB_SUCCESS)
                continue;
        }
        if (rc == EIO && !may_file_grow(store))
            rc = ENOSPC;
        enum err err = rc == MDB_SUCCESS ? txn.fault.err : store_err(rc);
        if (err == ERR_CORRUPT || err == ERR_FORMAT)
            store_distrust(store);
        if (rc == MDB_SUCCESS && txn.fault.err != ERR_OK)
            return fault_set(fault, txn.fault.err, "%s", txn.fault.text);
        return rc == MDB_SUCCESS ? ERR_OK : store_fault(fault, rc, "a transaction failed");
    }
}

void store_put(
    struct store_txn *txn,
    enum store_db db,
    struct store_key key,
    struct store_value value,
    enum store_put where)
{
    if (txn->rc != MDB_SUCCESS || txn->fault.err != ERR_OK)
        return;
    struct store_key_room room;
    MDB_val key_val = store_key_val(db, key, &room);
    MDB_val data = {.mv_size = STORE_HEAD_BYTES + value.payload.len};
    unsigned flags = MDB_RESERVE | (where == STORE_PUT_APPEND ? MDB_APPEND : 0);
    txn->rc = mdb_put(txn->txn, txn->store->dbs[db], &key_val, &data, flags);
    if (txn->rc != MDB_SUCCESS)
        return;
    uint8_t *to = data.mv_data;
    to[0] = STORE_FORMAT;
    put_u64(to + 1, value.checksum);
    if (value.payload.len > 0)
        memcpy(to + STORE_HEAD_BYTES, value.payload.data, value.payload.len);
}

void store_txn_fail(struct store_txn *txn, enum err err, const char *what)
{
    if (txn->rc == MDB_SUCCESS && txn->fault.err == ERR_OK)
        (void)fault_set(&txn->fault, err, "store: %s", what);
}

static bool take_value(
    struct store_txn *txn,
    enum store_db db,
    struct store_key key,
    MDB_val data,
    struct store_value *out)
{
    enum err err = store_value_of(db, data, out);
    if (err == ERR_OK && !store_value_holds(db, key, out))
        err = ERR_CORRUPT;
    if (err != ERR_OK)
        store_txn_fail(txn, err, "a value to be written again cannot be trusted");
    return err == ERR_OK;
}

bool store_txn_get(
    struct store_txn *txn, enum store_db db, struct store_key key, struct store_value *out)
{
    if (txn->rc != MDB_SUCCESS || txn->fault.err != ERR_OK)
        return false;
    struct store_key_room room;
    MDB_val key_val = store_key_val(db, key, &room);
    MDB_val data;
    int rc = mdb_get(txn->txn, txn->store->dbs[db], &key_val, &data);
    if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
        txn->rc = rc;
    return rc == MDB_SUCCESS && take_value(txn, db, key, data, out);
}

// Puts the scanning cursor on the first key from key on.
static int scan_move(
    struct store_txn *txn, enum store_db db, struct store_key key, MDB_val *key_val, MDB_val *data)
{
    if (txn->scan != NULL && txn->scan_db == db && key.high == 0 && key.low == txn->scan_at + 1)
        return mdb_cursor_get(txn->scan, key_val, data, MDB_NEXT);
    scan_end(txn);
    int rc = mdb_cursor_open(txn->txn, txn->store->dbs[db], &txn->scan);
    if (rc != MDB_SUCCESS)
        return rc;
    txn->scan_db = db;
    struct store_key_room room;
    *key_val = store_key_val(db, key, &room);
    return mdb_cursor_get(txn->scan, key_val, data, MDB_SET_RANGE);
}

bool store_txn_next(
    struct store_txn *txn, enum store_db db, struct store_key *key, struct store_value *out)
{
    if (txn->rc != MDB_SUCCESS || txn->fault.err != ERR_OK)
        return false;
    MDB_val key_val, data;
    int rc = scan_move(txn, db, *key, &key_val, &data);
    if (rc != MDB_SUCCESS) {
        scan_end(txn);
        if (rc != MDB_NOTFOUND)
            txn->rc = rc;
        return false;
    }
    *key = store_key_of(db, key_val);
    txn->scan_at = key->low;
    return take_value(txn, db, *key, data, out);
}

void store_clear(struct store_txn *txn, enum store_db db)
{
    if (txn->rc == MDB_SUCCESS && txn->fault.err == ERR_OK)
        txn->rc = mdb_drop(txn->txn, txn->store->dbs[db], 0);
}

uint64_t store_txn_count(struct store_txn *txn, enum store_db db)
{
    MDB_stat stat = {0};
    if (txn->rc == MDB_SUCCESS)
        txn->rc = mdb_stat(txn->txn, txn->store->dbs[db], &stat);
    return stat.ms_entries;
}

size_t store_remove_below(
    struct store_txn *txn, enum store_db db, struct store_key below, size_t max)
{
    size_t removed = 0;
    MDB_cursor *cursor;
    if (txn->rc != MDB_SUCCESS || txn->fault.err != ERR_OK)
        return 0;
    txn->rc = mdb_cursor_open(txn->txn, txn->store->dbs[db], &cursor);
    if (txn->rc != MDB_SUCCESS)
        return 0;
    while (removed < max) {
        MDB_val key_val, data;
        int rc = mdb_cursor_get(cursor, &key_val, &data, MDB_FIRST);
        struct store_key key = rc == MDB_SUCCESS ? store_key_of(db, key_val) : below;
        bool is_below = key.high < below.high || (key.high == below.high && key.low < below.low);
        if (rc == MDB_SUCCESS && is_below)
            rc = mdb_cursor_del(cursor, 0);
        if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
            txn->rc = rc;
        if (rc != MDB_SUCCESS || !is_below)
            break;
        removed++;
    }
    mdb_cursor_close(cursor);
    return removed;
}

void store_put_place(struct store_txn *txn, struct store_place place)
{
    uint8_t bytes[2] = {place.contacts == STORE_CONTACTS_B, place.has_redo};
    struct bytes payload = bytes_of(bytes, sizeof(bytes));
    struct store_key key = {.low = STORE_PLACE_KEY};
    struct store_value value = {payload, store_checksum(STORE_META, key, payload)};
    store_put(txn, STORE_META, key, value, STORE_PUT_ANYWHERE);
}
