// A disk of one file in memory whose n-th call fails, for tests that look at single calls.
#ifndef TESTS_FAKES_MEMORY_DISK_H
#define TESTS_FAKES_MEMORY_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/buffer.h"
#include "engine/port/disk.h"

struct memory_disk {
    struct buffer data;
    bool exists;
    size_t synced_bytes;
    unsigned directory_syncs;
    unsigned opened, closed;
    size_t read_bytes_max; // 0: no limit; else reads come short, as from a pipe

    unsigned calls;
    unsigned fail_from, fail_to; // calls fail_from..fail_to (from 1) fail; 0: none
    enum err failure;
    size_t write_bytes_kept; // of a write that fails
};

struct disk memory_disk_port(struct memory_disk *disk);

static inline void memory_disk_set(struct memory_disk *disk, const char *text)
{
    disk->exists = true;
    buffer_clear(&disk->data);
    buffer_add_text(&disk->data, text);
}

static inline void memory_disk_fail(struct memory_disk *disk, unsigned call, enum err failure)
{
    disk->calls = 0;
    disk->fail_from = call;
    disk->fail_to = call;
    disk->failure = failure;
}

static inline bool memory_disk_is(const struct memory_disk *disk, const char *text)
{
    return bytes_equal_text(buffer_bytes(&disk->data), text);
}

#endif
