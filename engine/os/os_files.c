// Reading whole text files and directories of them.
#include "engine/os/os_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/base/memory.h"

static enum err fault_of_errno(struct fault *fault, const char *path)
{
    int why = errno;
    enum err err = why == ENOENT || why == ENOTDIR ? ERR_MISSING : ERR_IO;
    return fault_set(fault, err, "%s: %s", path, strerror(why));
}

static enum err read_all(int fd, const char *path, struct buffer *text, struct fault *fault)
{
    while (text->len <= OS_FILE_BYTES_MAX) {
        size_t room = OS_FILE_BYTES_MAX + 1 - text->len;
        uint8_t *to = buffer_reserve(text, room < 65536 ? room : 65536);
        ssize_t got = read(fd, to, room < 65536 ? room : 65536);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_of_errno(fault, path);
        if (got == 0)
            break;
        text->len += (size_t)got;
    }
    return ERR_OK;
}

// *about is how the file stood before its first byte was read.
static enum err read_file(
    const char *path,
    struct arena *arena,
    struct bytes *out,
    struct stat *about,
    struct fault *fault)
{
    struct buffer text = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fault_of_errno(fault, path);
    enum err err = ERR_OK;
    if (fstat(fd, about) != 0)
        err = fault_of_errno(fault, path);
    else if (!S_ISREG(about->st_mode))
        err = fault_set(fault, ERR_INVALID, "%s: not a regular file", path);
    else
        err = read_all(fd, path, &text, fault);
    if (err == ERR_OK)
        *out = arena_copy(arena, buffer_bytes(&text));
    buffer_free(&text);
    (void)close(fd);
    return err;
}

enum err os_read_file(const char *path, struct arena *arena, struct bytes *out, struct fault *fault)
{
    struct stat about;
    return read_file(path, arena, out, &about, fault);
}

// The walk of one tree: files found so far, paths relative to the root.
struct tree_walk {
    const char *root;
    struct arena *arena; // NULL: files are looked at and not read
    struct os_text *files;
    size_t count, cap;
    struct os_tree_mark mark;
    struct fault *fault;
};

// Adds up, for readdir gives no order.
static void mark_file(struct tree_walk *walk, const char *relative, const struct stat *about)
{
    const uint64_t facts[] = {
        (uint64_t)about->st_dev,          (uint64_t)about->st_ino,
        (uint64_t)about->st_size,         (uint64_t)about->st_mtim.tv_sec,
        (uint64_t)about->st_mtim.tv_nsec, (uint64_t)about->st_ctim.tv_sec,
        (uint64_t)about->st_ctim.tv_nsec,
    };
    uint64_t hash = hash_u64(bytes_text(relative), 0);
    walk->mark.files += hash_u64(bytes_of((const uint8_t *)facts, sizeof(facts)), hash);
    int64_t changed_ms = (int64_t)about->st_ctim.tv_sec * 1000 + about->st_ctim.tv_nsec / 1000000;
    if (changed_ms > walk->mark.changed_ms)
        walk->mark.changed_ms = changed_ms;
}

static bool ends_with(const char *name, const char *end)
{
    size_t name_len = strlen(name);
    size_t end_len = strlen(end);
    return name_len > end_len && strcmp(name + name_len - end_len, end) == 0;
}

static enum err add_file(struct tree_walk *walk, const char *full, const char *relative)
{
    if (walk->count == OS_TREE_FILES_MAX)
        return fault_set(
            walk->fault, ERR_LIMIT, "%s: more than %d files", walk->root, OS_TREE_FILES_MAX);
    struct stat about;
    if (walk->arena == NULL) {
        if (stat(full, &about) != 0)
            return fault_of_errno(walk->fault, full);
        mark_file(walk, relative, &about);
        walk->count++;
        return ERR_OK;
    }
    if (walk->count == walk->cap) {
        walk->cap = walk->cap == 0 ? 16 : walk->cap * 2;
        walk->files = mem_resize(walk->files, walk->cap * sizeof(*walk->files));
    }
    struct os_text *file = &walk->files[walk->count];
    enum err err = read_file(full, walk->arena, &file->text, &about, walk->fault);
    if (err != ERR_OK)
        return err;
    file->path = arena_text(walk->arena, bytes_text(relative));
    mark_file(walk, relative, &about);
    walk->count++;
    return ERR_OK;
}

static enum err walk_directory(struct tree_walk *walk, const char *below, unsigned depth);

static enum err walk_entry(
    struct tree_walk *walk, const char *below, const char *name, unsigned depth)
{
    char relative[PATH_MAX];
    char full[PATH_MAX * 2];
    struct stat about;
    (void)snprintf(relative, sizeof(relative), "%s%s%s", below, below[0] == 0 ? "" : "/", name);
    (void)snprintf(full, sizeof(full), "%s/%s", walk->root, relative);
    if (lstat(full, &about) != 0)
        return errno == ENOENT ? ERR_OK : fault_of_errno(walk->fault, full); // gone meanwhile
    if (S_ISDIR(about.st_mode))
        return walk_directory(walk, relative, depth + 1);
    if (!ends_with(name, ".yaml") && !ends_with(name, ".yml"))
        return ERR_OK;
    return add_file(walk, full, relative);
}

static enum err walk_directory(struct tree_walk *walk, const char *below, unsigned depth)
{
    char full[PATH_MAX * 2];
    (void)snprintf(full, sizeof(full), "%s/%s", walk->root, below);
    if (depth > OS_TREE_DEPTH_MAX)
        return fault_set(
            walk->fault, ERR_LIMIT, "%s: deeper than %d directories", full, OS_TREE_DEPTH_MAX);
    DIR *directory = opendir(full);
    if (directory == NULL)
        return fault_of_errno(walk->fault, full);
    enum err err = ERR_OK;
    errno = 0; // the end and an error look alike but for it
    const struct dirent *entry = readdir(directory);
    while (err == ERR_OK && entry != NULL) {
        if (entry->d_name[0] != '.')
            err = walk_entry(walk, below, entry->d_name, depth);
        errno = 0;
        entry = err == ERR_OK ? readdir(directory) : NULL;
    }
    if (err == ERR_OK && errno != 0)
        err = fault_of_errno(walk->fault, full);
    (void)closedir(directory);
    return err;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct os_text *)a)->path, ((const struct os_text *)b)->path);
}

static enum err walk_tree(struct tree_walk *walk)
{
    const char *path = walk->root;
    struct stat about;
    if (stat(path, &about) != 0)
        return fault_of_errno(walk->fault, path);
    const char *slash = strrchr(path, '/');
    return S_ISDIR(about.st_mode) ? walk_directory(walk, "", 0)
                                  : add_file(walk, path, slash == NULL ? path : slash + 1);
}

enum err os_mark_tree(const char *path, struct os_tree_mark *out, struct fault *fault)
{
    struct tree_walk walk = {.root = path, .fault = fault};
    enum err err = walk_tree(&walk);
    if (err == ERR_OK)
        *out = walk.mark;
    return err;
}

enum err os_read_tree(
    const char *path, struct arena *arena, struct os_tree *out, struct fault *fault)
{
    struct tree_walk walk = {.root = path, .arena = arena, .fault = fault};
    enum err err = walk_tree(&walk);
    if (err == ERR_OK) {
        if (walk.count > 0)
            qsort(walk.files, walk.count, sizeof(*walk.files), compare_paths);
        struct os_text *files = arena_alloc(arena, walk.count * sizeof(*files) + 1);
        if (walk.count > 0)
            memcpy(files, walk.files, walk.count * sizeof(*files));
        *out = (struct os_tree){files, walk.count, walk.mark};
    }
    free(walk.files);
    return err;
}
