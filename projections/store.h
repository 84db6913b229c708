// The LMDB environment behind a shard's state. The only files that know LMDB are store*.c.
//
// The checkpoint thread writes, in transactions that carry their first error; the worker reads, in
// a read transaction of its own. docs/store-format.md has the layout of all values.
#ifndef PROJECTIONS_STORE_H
#define PROJECTIONS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "projections/state.h"

enum { STORE_FORMAT = 2, STORE_HEAD_BYTES = 9 };
enum { STORE_META_KEY = 1, STORE_PLACE_KEY = 2, STORE_OWNERS_KEY = 3 }; // in STORE_META

// Each but META and DEDUP is keyed by a number.
enum store_db {
    STORE_META,
    STORE_CONTACTS_A,
    STORE_CONTACTS_B,
    STORE_REDO,
    STORE_IDENTIFIERS,
    STORE_NAMES,
    STORE_DEDUP,
    STORE_DB_COUNT,
};

// Which databases hold the contacts in force.
struct store_place {
    enum store_db contacts; // STORE_CONTACTS_A or STORE_CONTACTS_B
    bool has_redo;          // what is in STORE_REDO comes before it
};

struct store_key {
    uint64_t high; // STORE_DEDUP only: the part
    uint64_t low;
};

struct store;
struct store_txn;

// How much of a store is looked through when it is opened.
enum store_scope {
    STORE_SCOPE_META, // the way to the entries of STORE_META, and those: nothing else may be read
    STORE_SCOPE_ALL   // every page in use and every free one
};

// Creates directory and files when missing, unless read only. LMDB is let at no page that was not
// checked before; values are checked when they are read.
//   ERR_MISSING there is none (read only) · ERR_CORRUPT, ERR_FORMAT · ERR_NOSPACE, ERR_IO
NODISCARD enum err store_open(
    const struct state_params *params,
    enum store_scope scope,
    struct store **out,
    struct fault *fault);
void store_close(struct store *store);
NODISCARD enum err store_remove(const char *directory, struct fault *fault);
// Leaves a note beside the store that it is damaged: it is not opened again, but has to be removed. For what is
// found when it is read, which the pages do not show. Any thread.
void store_distrust(struct store *store);
uint64_t store_map_bytes(const struct store *store);

// --- values: a format byte, a 64-bit checksum, the payload
struct store_value {
    struct bytes payload;
    uint64_t checksum; // as stored
};
// The checksum of everything but contacts, which carry their record_hash.
uint64_t store_checksum(enum store_db db, struct store_key key, struct bytes payload);

// --- writing, checkpoint thread. `work` puts into one transaction; when the map is full it is grown
// and work is called again, so it must do the same each time. After an error puts do nothing.
typedef void store_work_fn(void *context, struct store_txn *txn);
//   ERR_NOSPACE nothing of it is written · any other error is final
NODISCARD enum err store_write(
    struct store *store, store_work_fn *work, void *context, struct fault *fault);
// Where to write a payload of so many bytes; scratch after an error.
enum store_put { STORE_PUT_ANYWHERE, STORE_PUT_APPEND };
void store_put(
    struct store_txn *txn,
    enum store_db db,
    struct store_key key,
    struct store_value value,
    enum store_put where);
// False when there is none (or after an error). Borrowed until the next put.
bool store_txn_get(
    struct store_txn *txn, enum store_db db, struct store_key key, struct store_value *out);
void store_txn_fail(struct store_txn *txn, enum err err, const char *what);
// Removes every entry.
void store_clear(struct store_txn *txn, enum store_db db);
uint64_t store_txn_count(struct store_txn *txn, enum store_db db);
// Removes entries from the first on whose key is below, at most max; returns how many.
size_t store_remove_below(
    struct store_txn *txn, enum store_db db, struct store_key below, size_t max);
// Walks a database from the key on; false at the end.
bool store_txn_next(
    struct store_txn *txn, enum store_db db, struct store_key *key, struct store_value *out);
//   ERR_CORRUPT it is malformed
NODISCARD enum err store_place_of(const struct store_value *value, struct store_place *out);
void store_put_place(struct store_txn *txn, struct store_place place);

// --- reading, worker thread. The first read begins a transaction, store_release ends it (not where
// the store is read only: there one transaction serves until the end, so that all answers agree).
// Views are borrowed until store_release.
//   ERR_MISSING no such entry · ERR_CORRUPT, ERR_FORMAT, ERR_IO
NODISCARD enum err store_get(
    struct store *store,
    enum store_db db,
    struct store_key key,
    struct store_value *out,
    struct fault *fault);
// A contact's record from where it is in force. Cheap when asked for in rising order.
NODISCARD enum err store_get_contact(
    struct store *store, uint64_t contact, struct store_value *out, struct fault *fault);
void store_release(struct store *store);

#endif
