// One file in memory; each call counts, and some fail.
#include "tests/fakes/memory_disk.h"

static struct memory_disk *memory_disk_from(void *self)
{
    return self;
}

static enum err memory_call(struct memory_disk *disk)
{
    disk->calls++;
    bool fails = disk->calls >= disk->fail_from && disk->calls <= disk->fail_to;
    return fails ? disk->failure : ERR_OK;
}

static enum err memory_open(
    void *self, const char *path, enum disk_mode mode, struct disk_file **out)
{
    struct memory_disk *disk = memory_disk_from(self);
    (void)path;
    enum err err = memory_call(disk);
    if (err != ERR_OK)
        return err;
    if (!disk->exists && mode != DISK_OPEN_OR_CREATE && mode != DISK_CREATE)
        return ERR_MISSING;
    disk->exists = true;
    disk->opened++;
    *out = (struct disk_file *)self;
    return ERR_OK;
}

static void memory_close(void *self, struct disk_file *file)
{
    (void)file;
    memory_disk_from(self)->closed++;
}

static enum err memory_read_at(
    void *self, struct disk_file *file, uint64_t offset, void *to, size_t len, size_t *read_out)
{
    struct memory_disk *disk = memory_disk_from(self);
    (void)file;
    enum err err = memory_call(disk);
    if (err != ERR_OK)
        return err;
    size_t left = offset < disk->data.len ? disk->data.len - (size_t)offset : 0;
    size_t got = left < len ? left : len;
    if (disk->read_bytes_max > 0 && got > disk->read_bytes_max)
        got = disk->read_bytes_max;
    if (got > 0)
        memcpy(to, disk->data.data + offset, got);
    *read_out = got;
    return ERR_OK;
}

static void memory_store(struct memory_disk *disk, uint64_t offset, struct bytes bytes)
{
    size_t end = (size_t)offset + bytes.len;
    if (end > disk->data.len) {
        size_t more = end - disk->data.len;
        memset(buffer_reserve(&disk->data, more), 0, more);
        disk->data.len = end;
    }
    if (bytes.len > 0)
        memcpy(disk->data.data + offset, bytes.data, bytes.len);
}

static enum err memory_write_at(
    void *self, struct disk_file *file, uint64_t offset, struct bytes bytes)
{
    struct memory_disk *disk = memory_disk_from(self);
    (void)file;
    enum err err = memory_call(disk);
    if (err != ERR_OK && bytes.len > disk->write_bytes_kept)
        bytes.len = disk->write_bytes_kept;
    memory_store(disk, offset, bytes);
    return err;
}

static enum err memory_sync_data(void *self, struct disk_file *file)
{
    struct memory_disk *disk = memory_disk_from(self);
    (void)file;
    enum err err = memory_call(disk);
    if (err == ERR_OK)
        disk->synced_bytes = disk->data.len;
    return err == ERR_OK ? ERR_OK : ERR_SYNC;
}

static enum err memory_size(void *self, struct disk_file *file, uint64_t *out)
{
    struct memory_disk *disk = memory_disk_from(self);
    (void)file;
    enum err err = memory_call(disk);
    if (err == ERR_OK)
        *out = disk->data.len;
    return err;
}

static enum err memory_truncate(void *self, struct disk_file *file, uint64_t size_bytes)
{
    struct memory_disk *disk = memory_disk_from(self);
    (void)file;
    enum err err = memory_call(disk);
    if (err == ERR_OK && size_bytes < disk->data.len)
        disk->data.len = (size_t)size_bytes;
    return err;
}

static enum err memory_sync_directory(void *self, const char *path)
{
    struct memory_disk *disk = memory_disk_from(self);
    (void)path;
    enum err err = memory_call(disk);
    if (err == ERR_OK)
        disk->directory_syncs++;
    return err == ERR_OK ? ERR_OK : ERR_SYNC;
}

static const struct disk_ops memory_disk_ops = {
    .open = memory_open,
    .close = memory_close,
    .read_at = memory_read_at,
    .write_at = memory_write_at,
    .sync_data = memory_sync_data,
    .size = memory_size,
    .truncate = memory_truncate,
    .sync_directory = memory_sync_directory,
};

struct disk memory_disk_port(struct memory_disk *disk)
{
    return (struct disk){.ops = &memory_disk_ops, .self = disk};
}
