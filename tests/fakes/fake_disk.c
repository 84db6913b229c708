// A disk in memory that fails on demand and forgets at a crash what was not synced.
#include "tests/fakes/fake_disk.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/support/call_sites.h"

// An inode: what programs see, and what a power cut would leave.
struct fake_file {
    struct buffer now;
    struct buffer durable;
    unsigned names;  // entries that lead here, of now and durable
    bool is_garbled; // in its first sector, where nothing was durable, by a crash
};

struct fake_entry {
    char *path;
    struct fake_file *file;
};

struct fake_table {
    struct fake_entry *entries;
    size_t count;
    size_t cap;
};

// A change of directory entries that a power cut may undo. file NULL: removed.
struct fake_change {
    char *path;
    struct fake_file *file;
};

struct disk_file {
    struct fake_disk *disk;
    struct fake_file *file;
    struct disk_file *next;
    bool is_locked;
};

struct fake_disk {
    pthread_mutex_t mutex;
    struct fake_table now;
    struct fake_table durable;
    struct fake_change *changes;
    size_t change_count;
    size_t change_cap;
    struct disk_file *open; // all handles
    size_t room_bytes;
    uint64_t calls;
    uint64_t failures;
    uint64_t fail_at; // number of the call; 0: none
    enum err fail_err;
    enum fake_disk_repeat fail_repeat;
    const char *appended; // suffix of files that are appended to, or NULL
};

// --- tables of names

static struct fake_file *table_find(const struct fake_table *table, const char *path)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->entries[i].path, path) == 0)
            return table->entries[i].file;
    return NULL;
}

static void file_release(struct fake_file *file)
{
    INVARIANT(file->names > 0);
    if (--file->names > 0)
        return;
    buffer_free(&file->now);
    buffer_free(&file->durable);
    free(file);
}

// Points a name at a file; NULL removes the name.
static void table_set(struct fake_table *table, const char *path, struct fake_file *file)
{
    if (file != NULL)
        file->names++;
    for (size_t i = 0; i < table->count; i++) {
        struct fake_entry *entry = &table->entries[i];
        if (strcmp(entry->path, path) != 0)
            continue;
        file_release(entry->file);
        entry->file = file;
        if (file == NULL) {
            free(entry->path);
            *entry = table->entries[--table->count];
        }
        return;
    }
    if (file == NULL)
        return;
    if (table->count == table->cap) {
        table->cap = table->cap == 0 ? 16 : table->cap * 2;
        table->entries = mem_resize(table->entries, table->cap * sizeof(*table->entries));
    }
    table->entries[table->count++] =
        (struct fake_entry){.path = mem_text(path, strlen(path)), .file = file};
}

static void table_free(struct fake_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->entries[i].path);
        file_release(table->entries[i].file);
    }
    free(table->entries);
    *table = (struct fake_table){0};
}

// Changes what programs see, and remembers it until the directory is synced.
static void entry_set(struct fake_disk *fake, const char *path, struct fake_file *file)
{
    if (file != NULL)
        file->names++;
    table_set(&fake->now, path, file);
    if (fake->change_count == fake->change_cap) {
        fake->change_cap = fake->change_cap == 0 ? 16 : fake->change_cap * 2;
        fake->changes = mem_resize(fake->changes, fake->change_cap * sizeof(*fake->changes));
    }
    fake->changes[fake->change_count++] =
        (struct fake_change){.path = mem_text(path, strlen(path)), .file = file};
}

// Makes the first `count` changes durable and forgets all.
static void changes_apply(struct fake_disk *fake, size_t count)
{
    for (size_t i = 0; i < fake->change_count; i++) {
        struct fake_change *change = &fake->changes[i];
        if (i < count)
            table_set(&fake->durable, change->path, change->file);
        if (change->file != NULL)
            file_release(change->file);
        free(change->path);
    }
    fake->change_count = 0;
}

static void buffer_resize(struct buffer *buffer, size_t len)
{
    if (len > buffer->len)
        memset(buffer_reserve(buffer, len - buffer->len), 0, len - buffer->len);
    buffer->len = len;
}

static void buffer_assign(struct buffer *to, const struct buffer *from)
{
    buffer_clear(to);
    buffer_add(to, from->data, from->len);
}

// --- the port

static void fake_lock(struct fake_disk *fake)
{
    (void)pthread_mutex_lock(&fake->mutex);
}

static void fake_unlock(struct fake_disk *fake)
{
    (void)pthread_mutex_unlock(&fake->mutex);
}

// Counts a call; what it gives is what the call must fail with.
static enum err fake_count_call(struct fake_disk *fake, const char *operation, const void *from)
{
    fake->calls++;
    bool is_due = fake->fail_at != 0 && fake->calls >= fake->fail_at;
    if (is_due && fake->fail_repeat == FAKE_DISK_ONCE && fake->calls > fake->fail_at)
        is_due = false;
    call_sites_note(operation, from, is_due);
    fake->failures += is_due;
    return is_due ? fake->fail_err : ERR_OK;
}
#define fake_count(fake, operation) fake_count_call(fake, operation, __builtin_return_address(0))

static size_t fake_used(const struct fake_disk *fake)
{
    size_t used = 0;
    for (size_t i = 0; i < fake->now.count; i++)
        used += fake->now.entries[i].file->now.len;
    return used;
}

static enum err fake_open(void *self, const char *path, enum disk_mode mode, struct disk_file **out)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    enum err err = fake_count(fake, "open");
    struct fake_file *file = table_find(&fake->now, path);
    bool is_made = mode == DISK_CREATE || mode == DISK_OPEN_OR_CREATE;
    if (err == ERR_OK && file == NULL && !is_made)
        err = ERR_MISSING;
    if (err == ERR_OK && file != NULL && mode == DISK_CREATE)
        err = ERR_EXISTS;
    if (err == ERR_OK) {
        if (file == NULL) {
            file = mem_zero(1, sizeof(*file));
            entry_set(fake, path, file);
        }
        struct disk_file *handle = mem_zero(1, sizeof(*handle));
        *handle = (struct disk_file){.disk = fake, .file = file, .next = fake->open};
        file->names++;
        fake->open = handle;
        *out = handle;
    }
    fake_unlock(fake);
    return err;
}

static void fake_close(void *self, struct disk_file *handle)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    struct disk_file **at = &fake->open;
    while (*at != handle) {
        INVARIANT(*at != NULL);
        at = &(*at)->next;
    }
    *at = handle->next;
    file_release(handle->file);
    free(handle);
    fake_unlock(fake);
}

static enum err fake_read_at(
    void *self, struct disk_file *handle, uint64_t offset, void *to, size_t len, size_t *read_out)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    enum err err = fake_count(fake, "read_at");
    const struct buffer *now = &handle->file->now;
    if (err == ERR_OK) {
        size_t left = offset < now->len ? now->len - (size_t)offset : 0;
        *read_out = left < len ? left : len;
        if (*read_out > 0)
            memcpy(to, now->data + offset, *read_out);
    }
    fake_unlock(fake);
    return err;
}

static enum err fake_write_at(
    void *self, struct disk_file *handle, uint64_t offset, struct bytes bytes)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    enum err err = fake_count(fake, "write_at");
    struct buffer *now = &handle->file->now;
    size_t end = (size_t)offset + bytes.len;
    if (err == ERR_OK && end > now->len && fake_used(fake) + (end - now->len) > fake->room_bytes)
        err = ERR_NOSPACE;
    size_t len = err == ERR_OK ? bytes.len : bytes.len / 2;
    if (err != ERR_NOSPACE && len > 0) {
        if ((size_t)offset + len > now->len)
            buffer_resize(now, (size_t)offset + len);
        memcpy(now->data + offset, bytes.data, len);
    }
    fake_unlock(fake);
    return err;
}

static enum err fake_sync_data(void *self, struct disk_file *handle)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    enum err err = fake_count(fake, "sync_data");
    if (err == ERR_OK)
        buffer_assign(&handle->file->durable, &handle->file->now);
    fake_unlock(fake);
    return err;
}

static enum err fake_size(void *self, struct disk_file *handle, uint64_t *out)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    enum err err = fake_count(fake, "size");
    if (err == ERR_OK)
        *out = handle->file->now.len;
    fake_unlock(fake);
    return err;
}

static enum err fake_truncate(void *self, struct disk_file *handle, uint64_t size_bytes)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    enum err err = fake_count(fake, "truncate");
    if (err == ERR_OK)
        buffer_resize(&handle->file->now, (size_t)size_bytes);
    fake_unlock(fake);
    return err;
}

static enum err fake_allocate(void *self, struct disk_file *handle, uint64_t size_bytes)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    enum err err = fake_count(fake, "allocate");
    size_t len = handle->file->now.len;
    if (err == ERR_OK && size_bytes > len &&
        fake_used(fake) + (size_bytes - len) > fake->room_bytes)
        err = ERR_NOSPACE;
    if (err == ERR_OK && size_bytes > len)
        buffer_resize(&handle->file->now, (size_t)size_bytes);
    fake_unlock(fake);
    return err;
}

static enum err fake_lock_file(void *self, struct disk_file *handle)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    enum err err = fake_count(fake, "lock");
    for (struct disk_file *other = fake->open; err == ERR_OK && other != NULL; other = other->next)
        if (other != handle && other->file == handle->file && other->is_locked)
            err = ERR_BUSY;
    if (err == ERR_OK)
        handle->is_locked = true;
    fake_unlock(fake);
    return err;
}

static enum err fake_rename(void *self, const char *from, const char *to)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    enum err err = fake_count(fake, "rename");
    struct fake_file *file = table_find(&fake->now, from);
    if (err == ERR_OK && file == NULL)
        err = ERR_MISSING;
    if (err == ERR_OK) {
        file->names++;
        entry_set(fake, to, file);
        entry_set(fake, from, NULL);
        file_release(file);
    }
    fake_unlock(fake);
    return err;
}

static enum err fake_remove(void *self, const char *path)
{
    struct fake_disk *fake = self;
    fake_lock(fake);
    enum err err = fake_count(fake, "remove");
    if (err == ERR_OK && table_find(&fake->now, path) == NULL)
        err = ERR_MISSING;
    if (err == ERR_OK)
        entry_set(fake, path, NULL);
    fake_unlock(fake);
    return err;
}

static enum err fake_make_directory(void *self, const char *path)
{
    struct fake_disk *fake = self;
    (void)path;
    fake_lock(fake);
    enum err err = fake_count(fake, "make_directory");
    fake_unlock(fake);
    return err;
}

static enum err fake_sync_directory(void *self, const char *path)
{
    struct fake_disk *fake = self;
    (void)path; // all directories at once: tests use one
    fake_lock(fake);
    enum err err = fake_count(fake, "sync_directory");
    if (err == ERR_OK)
        changes_apply(fake, fake->change_count);
    fake_unlock(fake);
    return err;
}

static enum err fake_list(void *self, const char *path, disk_list_fn *each, void *context)
{
    struct fake_disk *fake = self;
    size_t len = strlen(path);
    fake_lock(fake);
    enum err err = fake_count(fake, "list");
    for (size_t i = 0; err == ERR_OK && i < fake->now.count; i++) {
        const char *name = fake->now.entries[i].path;
        if (strncmp(name, path, len) == 0 && name[len] == '/' &&
            strchr(name + len + 1, '/') == NULL)
            each(context, name + len + 1);
    }
    fake_unlock(fake);
    return err;
}

static enum err fake_free_bytes(void *self, const char *path, uint64_t *out)
{
    struct fake_disk *fake = self;
    (void)path;
    fake_lock(fake);
    enum err err = fake_count(fake, "free_bytes");
    size_t used = fake_used(fake);
    if (err == ERR_OK)
        *out = used < fake->room_bytes ? fake->room_bytes - used : 0;
    fake_unlock(fake);
    return err;
}

static const struct disk_ops fake_ops = {
    .open = fake_open,
    .close = fake_close,
    .read_at = fake_read_at,
    .write_at = fake_write_at,
    .sync_data = fake_sync_data,
    .size = fake_size,
    .truncate = fake_truncate,
    .allocate = fake_allocate,
    .lock = fake_lock_file,
    .rename = fake_rename,
    .remove = fake_remove,
    .make_directory = fake_make_directory,
    .sync_directory = fake_sync_directory,
    .list = fake_list,
    .free_bytes = fake_free_bytes,
};

struct fake_disk *fake_disk_create(void)
{
    struct fake_disk *fake = mem_zero(1, sizeof(*fake));
    fake->room_bytes = SIZE_MAX / 2;
    INVARIANT(pthread_mutex_init(&fake->mutex, NULL) == 0);
    return fake;
}

struct disk fake_disk_port(struct fake_disk *fake)
{
    return (struct disk){.ops = &fake_ops, .self = fake};
}

static void handles_close(struct fake_disk *fake)
{
    while (fake->open != NULL) {
        struct disk_file *next = fake->open->next;
        file_release(fake->open->file);
        free(fake->open);
        fake->open = next;
    }
}

void fake_disk_destroy(struct fake_disk *fake)
{
    if (fake == NULL)
        return;
    handles_close(fake);
    changes_apply(fake, 0);
    free(fake->changes);
    table_free(&fake->now);
    table_free(&fake->durable);
    (void)pthread_mutex_destroy(&fake->mutex);
    free(fake);
}

void fake_disk_fail_after(
    struct fake_disk *fake, uint64_t calls, enum err err, enum fake_disk_repeat repeat)
{
    fake->fail_at = fake->calls + calls + 1;
    fake->fail_err = err;
    fake->fail_repeat = repeat;
}

void fake_disk_heal(struct fake_disk *fake)
{
    fake->fail_at = 0;
}

uint64_t fake_disk_calls(struct fake_disk *fake)
{
    return fake->calls;
}

uint64_t fake_disk_failures(struct fake_disk *fake)
{
    return fake->failures;
}

void fake_disk_set_room(struct fake_disk *fake, size_t room_bytes)
{
    fake->room_bytes = room_bytes;
}

// --- the crash

static uint64_t random_next(uint64_t *state)
{
    *state = hash_mix(*state);
    return *state;
}

static uint8_t byte_at(const struct buffer *buffer, size_t at)
{
    return at < buffer->len ? buffer->data[at] : 0;
}

enum mix { MIX_SECTORS, MIX_APPENDED };

// Sector by sector: what was synced, what was written, or rubbish where the two differ. Of a file that is
// appended to, only bytes that were written anew become rubbish.
static void file_mix(struct fake_file *file, uint64_t *random, enum mix mix)
{
    const size_t size = random_next(random) % 2 == 0 ? file->now.len : file->durable.len;
    struct buffer mixed = {0};
    buffer_resize(&mixed, size);
    for (size_t at = 0; at < size; at += FAKE_DISK_SECTOR_BYTES) {
        size_t end = at + FAKE_DISK_SECTOR_BYTES < size ? at + FAKE_DISK_SECTOR_BYTES : size;
        uint64_t draw = random_next(random) % 8;
        bool is_changed = false;
        for (size_t i = at; i < end; i++)
            is_changed = is_changed || byte_at(&file->now, i) != byte_at(&file->durable, i);
        for (size_t i = at; i < end; i++) {
            const struct buffer *kept = draw < 4 || !is_changed ? &file->now : &file->durable;
            mixed.data[i] = byte_at(kept, i);
            bool is_written =
                i < file->now.len && byte_at(&file->now, i) != byte_at(&file->durable, i);
            bool may_garble = mix == MIX_SECTORS || is_written;
            file->is_garbled = file->is_garbled || (i == 0 && is_changed && draw == 7 &&
                                                    byte_at(&file->durable, 0) == 0);
            if (is_changed && draw == 7 && may_garble)
                mixed.data[i] = (uint8_t)random_next(random);
        }
    }
    buffer_assign(&file->now, &mixed);
    buffer_free(&mixed);
}

void fake_disk_set_appended(struct fake_disk *fake, const char *suffix)
{
    fake->appended = suffix;
}

static enum mix mix_of(const struct fake_disk *fake, const char *path)
{
    size_t len = strlen(path);
    size_t suffix_len = fake->appended == NULL ? len + 1 : strlen(fake->appended);
    bool is_appended = suffix_len <= len && strcmp(path + len - suffix_len, fake->appended) == 0;
    return is_appended ? MIX_APPENDED : MIX_SECTORS;
}

void fake_disk_crash(struct fake_disk *fake, uint64_t seed, enum fake_disk_loss loss)
{
    uint64_t random = seed;
    handles_close(fake);
    fake_disk_heal(fake);
    if (loss == FAKE_DISK_KEEP_ALL)
        return; // what was not synced still is not: a later power cut may take it
    bool is_mixed = loss == FAKE_DISK_LOSE_MIXED;
    changes_apply(fake, is_mixed ? random_next(&random) % (fake->change_count + 1) : 0);
    table_free(&fake->now);
    for (size_t i = 0; i < fake->durable.count; i++) {
        struct fake_file *file = fake->durable.entries[i].file;
        if (is_mixed)
            file_mix(file, &random, mix_of(fake, fake->durable.entries[i].path));
        else
            buffer_assign(&file->now, &file->durable);
        buffer_assign(&file->durable, &file->now);
        table_set(&fake->now, fake->durable.entries[i].path, file);
    }
}

// --- looking and meddling

bool fake_disk_has(struct fake_disk *fake, const char *path)
{
    return table_find(&fake->now, path) != NULL;
}

struct bytes fake_disk_content(struct fake_disk *fake, const char *path)
{
    const struct fake_file *file = table_find(&fake->now, path);
    return file == NULL ? bytes_of(NULL, 0) : buffer_bytes(&file->now);
}

static struct fake_file *file_at(struct fake_disk *fake, const char *path)
{
    struct fake_file *file = table_find(&fake->now, path);
    INVARIANT(file != NULL);
    return file;
}

void fake_disk_put(struct fake_disk *fake, const char *path, struct bytes content)
{
    struct fake_file *file = mem_zero(1, sizeof(*file));
    buffer_add_bytes(&file->now, content);
    buffer_add_bytes(&file->durable, content);
    entry_set(fake, path, file);
    changes_apply(fake, fake->change_count);
}

void fake_disk_flip(struct fake_disk *fake, const char *path, uint64_t bit)
{
    struct fake_file *file = file_at(fake, path);
    INVARIANT(bit / 8 < file->now.len);
    file->now.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
}

void fake_disk_cut(struct fake_disk *fake, const char *path, size_t size_bytes)
{
    struct fake_file *file = file_at(fake, path);
    INVARIANT(size_bytes <= file->now.len);
    file->now.len = size_bytes;
    buffer_assign(&file->durable, &file->now);
}

void fake_disk_delete(struct fake_disk *fake, const char *path)
{
    entry_set(fake, path, NULL);
    changes_apply(fake, fake->change_count);
}

bool fake_disk_is_garbled(struct fake_disk *fake, const char *path)
{
    const struct fake_file *file = table_find(&fake->now, path);
    return file != NULL && file->is_garbled;
}

bool fake_disk_is_synced(struct fake_disk *fake, const char *path)
{
    const struct fake_file *file = table_find(&fake->now, path);
    return file != NULL && table_find(&fake->durable, path) == file &&
           bytes_equal(buffer_bytes(&file->now), buffer_bytes(&file->durable));
}

size_t fake_disk_files_open(struct fake_disk *fake)
{
    size_t count = 0;
    for (const struct disk_file *handle = fake->open; handle != NULL; handle = handle->next)
        count++;
    return count;
}

uint64_t fake_disk_digest(struct fake_disk *fake)
{
    uint64_t digest = 0;
    for (size_t i = 0; i < fake->now.count; i++) {
        const struct fake_entry *entry = &fake->now.entries[i];
        uint64_t name = hash_u64(bytes_text(entry->path), 1);
        digest += hash_u64(buffer_bytes(&entry->file->now), name);
    }
    return digest;
}

struct fake_disk *fake_disk_copy(struct fake_disk *fake)
{
    struct fake_disk *copy = fake_disk_create();
    for (size_t i = 0; i < fake->now.count; i++)
        fake_disk_put(
            copy, fake->now.entries[i].path, buffer_bytes(&fake->now.entries[i].file->now));
    return copy;
}
