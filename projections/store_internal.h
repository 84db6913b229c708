// What the files of the store share: the environment and its transactions.
#ifndef PROJECTIONS_STORE_INTERNAL_H
#define PROJECTIONS_STORE_INTERNAL_H

#include <pthread.h>

#include <lmdb.h>

#include "projections/store.h"
#include "projections/store_pages.h"

struct store {
    MDB_env *env;
    MDB_dbi dbs[STORE_DB_COUNT];
    enum state_access access;
    // Held for reading while the worker's transaction lives, for writing while the map grows.
    pthread_rwlock_t map_lock;
    MDB_txn *read;
    MDB_cursor *cursor; // over the contacts in force, for reads in rising order
    bool is_reading;
    struct store_place place; // as the read transaction sees it
    uint64_t cursor_at;       // contact the cursor stands on; 0: none
};

struct store_txn {
    struct store *store;
    MDB_txn *txn;
    int rc;             // the first error of LMDB
    struct fault fault; // the first error of ours
    MDB_cursor *scan;   // of store_txn_next, on scan_db
    enum store_db scan_db;
    uint64_t scan_at; // the low part of the key it stands on
};

// The bytes of a key, as LMDB wants them. Room belongs to the caller.
struct store_key_room {
    size_t number;
    uint8_t bytes[16];
};
MDB_val store_key_val(enum store_db db, struct store_key key, struct store_key_room *room);
struct store_key store_key_of(enum store_db db, MDB_val val);
// Splits a stored value. ERR_CORRUPT; ERR_FORMAT where it tells which version wrote the store: another one elsewhere
// is a damaged byte.
enum err store_value_of(enum store_db db, MDB_val val, struct store_value *out);
// The database of a name, and its flags as LMDB keeps them. False when none of ours has it.
bool store_db_find(struct bytes name, enum store_db *db_out, unsigned *flags_out);
enum err store_err(int rc);
enum err store_fault(struct fault *fault, int rc, const char *what);
// Whether LMDB may open the store's file; a missing one it may. ERR_CORRUPT, ERR_IO.
NODISCARD enum err store_check_metas(const char *directory, struct fault *fault);
// Whether it may follow the pages of the newest transaction. The environment is open. ERR_CORRUPT, ERR_IO.
NODISCARD enum err store_check_pages(
    struct store *store, enum store_scope scope, struct fault *fault);
// Begins a transaction that reads; LMDB's error.
int store_begin_read(struct store *store, MDB_txn **out);
// False when the checksum does not hold; contacts are checked by who knows the seed.
bool store_value_holds(enum store_db db, struct store_key key, const struct store_value *value);

#endif
