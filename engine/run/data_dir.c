// The data directory: its lock, and what it was created with.
#include "engine/run/data_dir.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/buffer.h"
#include "engine/base/failpoint.h"
#include "engine/base/memory.h"

enum { META_BYTES_MAX = 256, META_FORMAT = 1 };

struct data_dir {
    struct disk disk;
    char *path;
    struct disk_file *lock;
};

static char *path_in(const char *directory, const char *name)
{
    struct buffer path = {0};
    buffer_add_format(&path, "%s/%s", directory, name);
    buffer_add_u8(&path, 0);
    return (char *)path.data;
}

bool data_dir_has(const char *name)
{
    static const char *const names[] = {"lock",    "meta",       "meta.new", "actions.ndjson",
                                        "journal", "store",      "inflight", "dead-letters.ndjson",
                                        "ceiling", "ceiling.new"};
    static const char *const ends[] = {".journal", ".mdb"};
    size_t len = strlen(name);
    bool has = strncmp(name, "shard-", strlen("shard-")) == 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        has = has || strcmp(name, names[i]) == 0;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t end_len = strlen(ends[i]);
        has = has || (len >= end_len && strcmp(name + len - end_len, ends[i]) == 0);
    }
    return has;
}

enum err data_dir_open(
    const struct disk *disk, const char *path, struct data_dir **out, struct fault *fault)
{
    enum err err = disk->ops->make_directory(disk->self, path);
    if (err != ERR_OK)
        return fault_set(fault, err, "%s: cannot be created: %s", path, err_text(err));

    char *lock_path = path_in(path, "lock");
    struct disk_file *lock = NULL;
    err = disk->ops->open(disk->self, lock_path, DISK_OPEN_OR_CREATE, &lock);
    if (err != ERR_OK) {
        (void)fault_set(fault, err, "%s: cannot be opened: %s", lock_path, err_text(err));
        goto free_path;
    }
    err = disk->ops->lock(disk->self, lock);
    if (err != ERR_OK) {
        (void)fault_set(fault, err, "%s: %s", path, err_text(err));
        goto close_lock;
    }
    free(lock_path);
    *out = mem_zero(1, sizeof(**out));
    **out = (struct data_dir){*disk, mem_text(path, strlen(path)), lock};
    return ERR_OK;

close_lock:
    disk->ops->close(disk->self, lock);
free_path:
    free(lock_path);
    return err;
}

void data_dir_close(struct data_dir *dir)
{
    if (dir == NULL)
        return;
    dir->disk.ops->close(dir->disk.self, dir->lock);
    free(dir->path);
    free(dir);
}

// The file is three lines of text: a format, an identity, a number of shards.
static enum err parse_meta(const char *text, struct data_meta *out)
{
    unsigned format = 0;
    if (sscanf(text, "engaged-data %u\n", &format) != 1)
        return ERR_CORRUPT;
    if (format > META_FORMAT)
        return ERR_FORMAT;
    struct data_meta meta = {0, 0};
    int end = 0;
    int found = sscanf(
        text, "engaged-data %u\nidentity %16" SCNx64 "\nshards %" SCNu32 "\n%n", &format,
        &meta.identity, &meta.shards, &end);
    if (found != 3 || end == 0 || text[end] != '\0' || meta.shards == 0)
        return ERR_CORRUPT;
    *out = meta;
    return ERR_OK;
}

enum err data_dir_read_meta(struct data_dir *dir, struct data_meta *out, struct fault *fault)
{
    const struct disk *disk = &dir->disk;
    char *path = path_in(dir->path, "meta");
    struct disk_file *file = NULL;
    enum err err = disk->ops->open(disk->self, path, DISK_READ, &file);
    if (err != ERR_OK)
        goto free_path;
    char text[META_BYTES_MAX + 1];
    size_t len = 0;
    err = disk->ops->read_at(disk->self, file, 0, text, META_BYTES_MAX, &len);
    disk->ops->close(disk->self, file);
    if (err != ERR_OK)
        goto free_path;
    text[len] = '\0';
    err = parse_meta(text, out);
free_path:
    if (err != ERR_OK)
        (void)fault_set(fault, err, "%s: %s", path, err_text(err));
    free(path);
    return err;
}

static enum err write_file(const struct disk *disk, const char *path, struct bytes text)
{
    struct disk_file *file = NULL;
    (void)disk->ops->remove(disk->self, path); // left by a process that died here
    enum err err = disk->ops->open(disk->self, path, DISK_CREATE, &file);
    if (err != ERR_OK)
        return err;
    err = disk->ops->write_at(disk->self, file, 0, text);
    if (err == ERR_OK)
        err = disk->ops->sync_data(disk->self, file);
    disk->ops->close(disk->self, file);
    return err;
}

enum err data_dir_write_meta(
    struct data_dir *dir, const struct data_meta *meta, struct fault *fault)
{
    const struct disk *disk = &dir->disk;
    struct buffer text = {0};
    buffer_add_format(
        &text, "engaged-data %d\nidentity %016" PRIx64 "\nshards %" PRIu32 "\n", META_FORMAT,
        meta->identity, meta->shards);
    char *path = path_in(dir->path, "meta");
    char *aside = path_in(dir->path, "meta.new");
    enum err err = write_file(disk, aside, buffer_bytes(&text));
    FAILPOINT(META_WRITTEN);
    if (err == ERR_OK)
        err = disk->ops->rename(disk->self, aside, path);
    FAILPOINT(META_NAMED);
    if (err == ERR_OK)
        err = disk->ops->sync_directory(disk->self, dir->path);
    if (err != ERR_OK)
        (void)fault_set(fault, err, "%s: cannot be written: %s", path, err_text(err));
    free(aside);
    free(path);
    buffer_free(&text);
    return err;
}
