// Maps the file of a store to have its pages checked, without LMDB.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "projections/store_internal.h"

// A reader beside a writer may see a meta page while it is written, or lose its transaction's.
enum {
    META_TRIES = 10,
    PAGE_TRIES = 100, // checkpoints that may overtake one that reads; they come seconds apart
    PATH_BYTES = 4096,
};

static enum err map_file(int fd, int flags, struct bytes *out, struct fault *fault)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return store_fault(fault, errno, "the size of its file");
    *out = (struct bytes){NULL, 0};
    if (about.st_size == 0)
        return ERR_OK;
    void *map = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED | flags, fd, 0);
    if (map == MAP_FAILED)
        return store_fault(fault, errno, "its file cannot be mapped");
    *out = bytes_of(map, (size_t)about.st_size);
    return ERR_OK;
}

static void unmap_file(struct bytes file)
{
    if (file.len > 0)
        (void)munmap((void *)(uintptr_t)file.data, file.len);
}

// The file as it is now: one that grows has metas that speak of more than there was.
static enum err check_metas(int fd, struct fault *fault)
{
    struct bytes file;
    enum err err = map_file(fd, 0, &file, fault);
    if (err != ERR_OK || file.len == 0)
        return err;
    err = store_metas_check(file, fault);
    unmap_file(file);
    return err;
}

enum err store_check_metas(const char *directory, struct fault *fault)
{
    char path[PATH_BYTES];
    int len = snprintf(path, sizeof(path), "%s/data.mdb", directory);
    if (len < 0 || (size_t)len >= sizeof(path))
        return fault_set(fault, ERR_INVALID, "store: the path of its directory is too long");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? ERR_OK : store_fault(fault, errno, "its file cannot be opened");
    enum err err = check_metas(fd, fault);
    for (unsigned i = 1; i < META_TRIES && err != ERR_OK; i++) {
        (void)sched_yield(); // to who writes
        err = check_metas(fd, fault);
    }
    (void)close(fd);
    return err;
}

static enum err check_newest(
    struct store *store, enum store_scope scope, MDB_txn *txn, struct fault *fault)
{
    mdb_filehandle_t fd;
    struct bytes file;
    int rc = mdb_env_get_fd(store->env, &fd);
    if (rc != MDB_SUCCESS)
        return store_fault(fault, rc, "its file");
    // All of it is read, from beginning to end is the fast way.
    enum err err = map_file(fd, scope == STORE_SCOPE_ALL ? MAP_POPULATE : 0, &file, fault);
    if (err != ERR_OK)
        return err;
    err = store_pages_check(file, mdb_txn_id(txn), scope, fault);
    unmap_file(file);
    return err;
}

enum err store_check_pages(struct store *store, enum store_scope scope, struct fault *fault)
{
    enum err err = ERR_AGAIN;
    for (unsigned i = 0; i < PAGE_TRIES && err == ERR_AGAIN; i++) {
        MDB_txn *txn; // held, so that nobody writes into the pages that are looked at
        int rc = store_begin_read(store, &txn);
        if (rc != MDB_SUCCESS)
            return store_fault(fault, rc, "it cannot be read");
        err = check_newest(store, scope, txn, fault);
        mdb_txn_abort(txn);
    }
    return err == ERR_AGAIN ? fault_set(fault, ERR_IO, "store: it changes too fast to be read")
                            : err;
}
