// The files of a data directory in memory: read, damaged as an input says, written out, compared.
#ifndef TESTS_FUZZ_DATA_DIR_FILES_H
#define TESTS_FUZZ_DATA_DIR_FILES_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/buffer.h"
#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/base/invariant.h"

enum { FILES_MAX = 12, FILE_PATH_BYTES = 512, STORE_PAGE_BYTES = 4096 };

// Directories of a shard, and where its files are.
static const char *const file_places[] = {"journal", "store"};
enum { PLACE_JOURNAL, PLACE_STORE, PLACES };

struct file {
    unsigned place;
    char name[64];
    struct buffer bytes;
    bool is_gone;
};

struct files {
    struct file items[FILES_MAX];
    size_t count;
};

static inline int file_compare(const void *a, const void *b)
{
    const struct file *first = a;
    const struct file *second = b;
    if (first->place != second->place)
        return first->place < second->place ? -1 : 1;
    return strcmp(first->name, second->name);
}

// In the order of their names, so that an input means the same everywhere.
static inline void files_read(const char *directory, struct files *out)
{
    out->count = 0;
    for (unsigned place = 0; place < PLACES; place++) {
        char path[FILE_PATH_BYTES];
        (void)snprintf(path, sizeof(path), "%s/%s", directory, file_places[place]);
        DIR *open = opendir(path);
        struct dirent *entry = NULL;
        while (open != NULL && (entry = readdir(open)) != NULL) {
            if (entry->d_name[0] == '.' || strcmp(entry->d_name, "lock.mdb") == 0)
                continue;
            INVARIANT(out->count < FILES_MAX);
            struct file *file = &out->items[out->count++];
            file->place = place;
            file->is_gone = false;
            (void)snprintf(file->name, sizeof(file->name), "%.60s", entry->d_name);
            char name[FILE_PATH_BYTES + 64];
            (void)snprintf(name, sizeof(name), "%s/%s", path, file->name);
            FILE *stream = fopen(name, "rb");
            INVARIANT(stream != NULL);
            buffer_clear(&file->bytes);
            size_t got = 1;
            while (got > 0) {
                got = fread(buffer_reserve(&file->bytes, 65536), 1, 65536, stream);
                file->bytes.len += got;
            }
            (void)fclose(stream);
        }
        if (open != NULL)
            (void)closedir(open);
    }
    qsort(out->items, out->count, sizeof(out->items[0]), file_compare);
}

static inline void files_copy(const struct files *from, struct files *to)
{
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++) {
        struct buffer kept = to->items[i].bytes;
        to->items[i] = from->items[i];
        to->items[i].bytes = kept;
        buffer_clear(&to->items[i].bytes);
        buffer_add_bytes(&to->items[i].bytes, buffer_bytes(&from->items[i].bytes));
    }
}

// Removes what lies in the two directories below directory.
static inline void files_remove(const char *directory)
{
    for (unsigned place = 0; place < PLACES; place++) {
        char path[FILE_PATH_BYTES];
        (void)snprintf(path, sizeof(path), "%s/%s", directory, file_places[place]);
        DIR *open = opendir(path);
        struct dirent *entry = NULL;
        while (open != NULL && (entry = readdir(open)) != NULL) {
            char name[FILE_PATH_BYTES + 258];
            (void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
            if (entry->d_name[0] != '.')
                (void)unlink(name);
        }
        if (open != NULL)
            (void)closedir(open);
        (void)rmdir(path);
    }
}

static inline void files_write(const struct files *files, const char *directory)
{
    files_remove(directory);
    for (size_t i = 0; i < files->count; i++) {
        const struct file *file = &files->items[i];
        char path[FILE_PATH_BYTES];
        (void)snprintf(path, sizeof(path), "%s/%s", directory, file_places[file->place]);
        (void)mkdir(path, 0700);
        char name[FILE_PATH_BYTES + 64];
        (void)snprintf(name, sizeof(name), "%s/%s", path, file->name);
        if (file->is_gone)
            continue;
        FILE *stream = fopen(name, "wb");
        INVARIANT(stream != NULL);
        INVARIANT(fwrite(file->bytes.data, 1, file->bytes.len, stream) == file->bytes.len);
        INVARIANT(fclose(stream) == 0);
    }
}

// One number for the names and bytes of the files of a place.
static inline uint64_t files_digest(const struct files *files, unsigned place)
{
    uint64_t digest = 0;
    for (size_t i = 0; i < files->count; i++) {
        const struct file *file = &files->items[i];
        if (file->place == place && !file->is_gone)
            digest += hash_u64(buffer_bytes(&file->bytes), hash_u64(bytes_text(file->name), 1));
    }
    return digest;
}

#endif
