// The port to files: what journal, file source and file sink may do to a disk.
//
// Paths are NUL-terminated. Every call returns ERR_OK or one of
//   ERR_NOSPACE (ENOSPC, EDQUOT, EFBIG) · ERR_MISSING · ERR_EXISTS · ERR_BUSY (lock held) ·
//   ERR_SYNC (sync failed: never retry on that handle) · ERR_IO (anything else) ·
//   ERR_AGAIN (reading standard input: nothing there right now)
// On an error out-parameters are untouched. Real files: 0600, directories 0700, O_CLOEXEC, O_NOFOLLOW.
// One handle is used by one thread at a time; different handles may be used by different threads.
#ifndef ENGINE_PORT_DISK_H
#define ENGINE_PORT_DISK_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"

enum disk_mode {
    DISK_READ,           // must exist
    DISK_WRITE,          // must exist; read and write
    DISK_CREATE,         // must not exist; read and write
    DISK_OPEN_OR_CREATE, // read and write
};

struct disk_file; // opaque, owned by the implementation

// Called for each entry but "." and ".."; the name is borrowed during the call.
typedef void disk_list_fn(void *context, const char *name);

struct disk_ops {
    enum err (*open)(void *self, const char *path, enum disk_mode mode, struct disk_file **out);
    void (*close)(void *self, struct disk_file *file);
    // Reads up to len bytes; *read_out < len only at the end of the file. A file that cannot seek
    // (standard input) is read at the next byte whatever the offset.
    enum err (*read_at)(
        void *self,
        struct disk_file *file,
        uint64_t offset,
        void *to,
        size_t len,
        size_t *read_out);
    enum err (*write_at)(void *self, struct disk_file *file, uint64_t offset, struct bytes bytes);
    enum err (*sync_data)(void *self, struct disk_file *file); // fdatasync
    enum err (*size)(void *self, struct disk_file *file, uint64_t *out);
    enum err (*truncate)(void *self, struct disk_file *file, uint64_t size_bytes);
    // Gives a new, empty file its size, filled with zeroes that are written and not only promised, so
    // that syncing later writes into it carries no metadata. Writes into such a file that begin and end at
    // multiples of 512 may go past the page cache.
    enum err (*allocate)(void *self, struct disk_file *file, uint64_t size_bytes);
    enum err (*lock)(void *self, struct disk_file *file); // exclusive, not waiting: ERR_BUSY
    enum err (*rename)(void *self, const char *from, const char *to);
    enum err (*remove)(void *self, const char *path);
    enum err (*make_directory)(void *self, const char *path); // ok when it exists already
    enum err (*sync_directory)(void *self, const char *path);
    enum err (*list)(void *self, const char *path, disk_list_fn *each, void *context);
    enum err (*free_bytes)(void *self, const char *path, uint64_t *out);
};

struct disk {
    const struct disk_ops *ops;
    void *self;
};

#endif
