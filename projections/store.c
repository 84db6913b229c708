// The LMDB environment behind a shard's state: opening, closing, keys, values, errors.
#include "projections/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "projections/store_internal.h"

enum { DIRECTORY_MODE = 0700, FILE_MODE = 0600, PATH_BYTES = 4096 };
#define DAMAGED_NAME "damaged"
_Static_assert(sizeof(size_t) == sizeof(uint64_t), "LMDB's integer keys are 64 bits");

static const struct {
    const char *name;
    unsigned flags;
} databases[STORE_DB_COUNT] = {
    [STORE_META] = {"meta", MDB_INTEGERKEY},
    [STORE_CONTACTS_A] = {"contacts_a", MDB_INTEGERKEY},
    [STORE_CONTACTS_B] = {"contacts_b", MDB_INTEGERKEY},
    [STORE_REDO] = {"redo", MDB_INTEGERKEY},
    [STORE_IDENTIFIERS] = {"identifiers", MDB_INTEGERKEY},
    [STORE_NAMES] = {"names", MDB_INTEGERKEY},
    [STORE_DEDUP] = {"dedup", 0},
};

bool store_db_find(struct bytes name, enum store_db *db_out, unsigned *flags_out)
{
    for (size_t i = 0; i < STORE_DB_COUNT; i++) {
        if (!bytes_equal_text(name, databases[i].name))
            continue;
        *db_out = (enum store_db)i;
        *flags_out = databases[i].flags;
        return true;
    }
    return false;
}

enum err store_err(int rc)
{
    switch (rc) {
    case MDB_SUCCESS: return ERR_OK;
    case MDB_NOTFOUND: return ERR_MISSING;
    case ENOENT: return ERR_MISSING;
    case ENOSPC: return ERR_NOSPACE;
    case EDQUOT: return ERR_NOSPACE;
    case EFBIG: return ERR_NOSPACE;
    case MDB_VERSION_MISMATCH: return ERR_FORMAT;
    case MDB_INCOMPATIBLE: return ERR_FORMAT;
    case MDB_INVALID: return ERR_CORRUPT;
    case MDB_CORRUPTED: return ERR_CORRUPT;
    case MDB_PAGE_NOTFOUND: return ERR_CORRUPT;
    default: return ERR_IO;
    }
}

enum err store_fault(struct fault *fault, int rc, const char *what)
{
    return fault_set(fault, store_err(rc), "store: %s: %s", what, mdb_strerror(rc));
}

MDB_val store_key_val(enum store_db db, struct store_key key, struct store_key_room *room)
{
    if (db != STORE_DEDUP) {
        room->number = key.low;
        return (MDB_val){sizeof(room->number), &room->number};
    }
    for (unsigned i = 0; i < 8; i++) { // big endian, so that keys sort as numbers do
        room->bytes[i] = (uint8_t)(key.high >> (56 - 8 * i));
        room->bytes[8 + i] = (uint8_t)(key.low >> (56 - 8 * i));
    }
    return (MDB_val){sizeof(room->bytes), room->bytes};
}

struct store_key store_key_of(enum store_db db, MDB_val val)
{
    struct store_key key = {0, 0};
    const uint8_t *bytes = val.mv_data;
    if (db != STORE_DEDUP && val.mv_size == sizeof(key.low)) {
        memcpy(&key.low, bytes, sizeof(key.low));
    } else if (val.mv_size == 16) {
        for (unsigned i = 0; i < 8; i++) {
            key.high = key.high << 8 | bytes[i];
            key.low = key.low << 8 | bytes[8 + i];
        }
    }
    return key;
}

uint64_t store_checksum(enum store_db db, struct store_key key, struct bytes payload)
{
    uint64_t where = hash_mix(key.low + hash_mix(key.high + hash_mix((uint64_t)db)));
    return hash_mix(hash_u64(payload, 0) + where);
}

enum err store_value_of(enum store_db db, MDB_val val, struct store_value *out)
{
    const uint8_t *data = val.mv_data;
    if (val.mv_size < STORE_HEAD_BYTES)
        return ERR_CORRUPT;
    if (data[0] != STORE_FORMAT)
        return db == STORE_META && data[0] > STORE_FORMAT ? ERR_FORMAT : ERR_CORRUPT;
    out->checksum = get_u64(data + 1);
    out->payload = bytes_of(data + STORE_HEAD_BYTES, val.mv_size - STORE_HEAD_BYTES);
    return ERR_OK;
}

bool store_value_holds(enum store_db db, struct store_key key, const struct store_value *value)
{
    if (db == STORE_CONTACTS_A || db == STORE_CONTACTS_B || db == STORE_REDO)
        return true;
    return store_checksum(db, key, value->payload) == value->checksum;
}

enum err store_place_of(const struct store_value *value, struct store_place *out)
{
    const uint8_t *data = value->payload.data;
    if (value->payload.len != 2 || data[0] > 1 || data[1] > 1)
        return ERR_CORRUPT;
    out->contacts = data[0] == 0 ? STORE_CONTACTS_A : STORE_CONTACTS_B;
    out->has_redo = data[1] == 1;
    return ERR_OK;
}

// Opens the named databases, each made when missing and writable.
static int open_databases(struct store *store)
{
    bool is_writable = store->access == STATE_WRITE;
    MDB_txn *txn;
    int rc = is_writable ? mdb_txn_begin(store->env, NULL, 0, &txn) : store_begin_read(store, &txn);
    if (rc != MDB_SUCCESS)
        return rc;
    for (size_t i = 0; i < STORE_DB_COUNT && rc == MDB_SUCCESS; i++) {
        unsigned flags = databases[i].flags | (is_writable ? MDB_CREATE : 0);
        rc = mdb_dbi_open(txn, databases[i].name, flags, &store->dbs[i]);
    }
    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

static int open_environment(struct store *store, const struct state_params *params)
{
    bool is_writable = params->access == STATE_WRITE;
    int rc = mdb_env_create(&store->env);
    if (rc != MDB_SUCCESS) {
        store->env = NULL;
        return rc;
    }
    rc = mdb_env_set_maxdbs(store->env, STORE_DB_COUNT);
    if (rc == MDB_SUCCESS && is_writable)
        rc = mdb_env_set_mapsize(store->env, params->map_bytes);
    unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (is_writable ? 0 : MDB_RDONLY);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_open(store->env, params->directory, flags, FILE_MODE);
    int fd = -1;
    if (rc == MDB_SUCCESS)
        rc = mdb_env_get_fd(store->env, &fd);
    if (rc == MDB_SUCCESS &&
        fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) // LMDB leaves it open for other programs
        rc = errno;
    int dead = 0;
    if (rc == MDB_SUCCESS)
        (void)mdb_reader_check(store->env, &dead); // slots of processes that were killed
    return rc;
}

static enum err check_trust(const char *directory, struct fault *fault)
{
    char path[PATH_BYTES];
    int len = snprintf(path, sizeof(path), "%s/%s", directory, DAMAGED_NAME);
    if (len < 0 || (size_t)len >= sizeof(path))
        return fault_set(fault, ERR_INVALID, "store: the path of its directory is too long");
    if (access(path, F_OK) == 0)
        return fault_set(fault, ERR_CORRUPT, "store: it was found damaged when it was read");
    return ERR_OK;
}

enum err store_open(
    const struct state_params *params,
    enum store_scope scope,
    struct store **out,
    struct fault *fault)
{
    if (params->access == STATE_WRITE && mkdir(params->directory, DIRECTORY_MODE) != 0 &&
        errno != EEXIST)
        return store_fault(fault, errno, "its directory cannot be made");
    enum err err = check_trust(params->directory, fault);
    if (err == ERR_OK)
        err = store_check_metas(params->directory, fault);
    if (err != ERR_OK)
        return err;
    struct store *store = mem_zero(1, sizeof(*store));
    store->access = params->access;
    int rc = pthread_rwlock_init(&store->map_lock, NULL);
    if (rc != 0) {
        free(store);
        return store_fault(fault, rc, "no lock");
    }
    rc = open_environment(store, params);
    if (rc == MDB_SUCCESS)
        err = store_check_pages(store, scope, fault);
    if (rc == MDB_SUCCESS && err == ERR_OK)
        rc = open_databases(store);
    if (rc != MDB_SUCCESS)
        err = store_fault(fault, rc, "it cannot be opened");
    if (err != ERR_OK) {
        store_close(store);
        return err;
    }
    *out = store;
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    if (store->cursor != NULL)
        mdb_cursor_close(store->cursor);
    if (store->read != NULL)
        mdb_txn_abort(store->read);
    if (store->is_reading)
        (void)pthread_rwlock_unlock(&store->map_lock);
    if (store->env != NULL)
        mdb_env_close(store->env);
    (void)pthread_rwlock_destroy(&store->map_lock);
    free(store);
}

void store_distrust(struct store *store)
{
    const char *directory = NULL;
    char path[PATH_BYTES];
    if (store->access != STATE_WRITE || mdb_env_get_path(store->env, &directory) != MDB_SUCCESS)
        return;
    int len = snprintf(path, sizeof(path), "%s/%s", directory, DAMAGED_NAME);
    if (len < 0 || (size_t)len >= sizeof(path))
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd >= 0) // without the note the damage is found again
        (void)close(fd);
}

uint64_t store_map_bytes(const struct store *store)
{
    MDB_envinfo info = {0};
    (void)mdb_env_info(store->env, &info);
    return info.me_mapsize;
}

enum err store_remove(const char *directory, struct fault *fault)
{
    static const char *const files[] = {"data.mdb", "lock.mdb", DAMAGED_NAME}; // the note last
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[PATH_BYTES];
        int len = snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
        if (len < 0 || (size_t)len >= sizeof(path))
            return fault_set(fault, ERR_INVALID, "store: the path of its directory is too long");
        if (unlink(path) != 0 && errno != ENOENT)
            return store_fault(fault, errno, "a file cannot be removed");
    }
    if (rmdir(directory) != 0 && errno != ENOENT)
        return store_fault(fault, errno, "its directory cannot be removed");
    return ERR_OK;
}
