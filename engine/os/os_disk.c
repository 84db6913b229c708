// The disk port by POSIX calls.
#define _GNU_SOURCE // O_DIRECT
#include "engine/os/os_disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

struct disk_file {
    int fd;
    bool is_stream;  // standard input: read in order, never closed
    int direct_fd;   // of an allocated file: past the page cache; -1 when there is none
    uint8_t *bounce; // BOUNCE_BYTES, aligned, for direct_fd
};

// Linux takes no more than 2 GiB at a time; a stream is waited for this long.
enum { IO_BYTES_MAX = 1 << 30, STREAM_WAIT_MS = 20 };
// Direct writes: offset, length and memory are multiples of what every disk accepts.
enum { DIRECT_ALIGN = 512, BOUNCE_ALIGN = 4096, BOUNCE_BYTES = 1 << 20 };

static enum err err_of(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return ERR_NOSPACE;
    case ENOENT: return ERR_MISSING;
    case EEXIST: return ERR_EXISTS;
    default: return ERR_IO;
    }
}

static enum err err_of_call(int result)
{
    return result == 0 ? ERR_OK : err_of(errno);
}

static int flags_of(enum disk_mode mode)
{
    switch (mode) {
    case DISK_READ: return O_RDONLY;
    case DISK_WRITE: return O_RDWR;
    case DISK_CREATE: return O_RDWR | O_CREAT | O_EXCL;
    case DISK_OPEN_OR_CREATE: return O_RDWR | O_CREAT;
    }
    INVARIANT(!"a mode");
    return 0;
}

static struct disk_file *file_create(int fd, bool is_stream)
{
    struct disk_file *file = mem_alloc(sizeof(*file));
    *file = (struct disk_file){.fd = fd, .is_stream = is_stream, .direct_fd = -1};
    return file;
}

static enum err os_open(void *self, const char *path, enum disk_mode mode, struct disk_file **out)
{
    (void)self;
    if (mode == DISK_READ && strcmp(path, "-") == 0) {
        *out = file_create(STDIN_FILENO, true);
        return ERR_OK;
    }
    // O_NONBLOCK: opening a FIFO without a writer must not hang; regular files do not care.
    // What is only read may be a link: mounted configuration often is.
    int flags = flags_of(mode) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    int fd = open(path, mode == DISK_READ ? flags : flags | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_of(errno);
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        (void)close(fd);
        return ERR_IO;
    }
    *out = file_create(fd, false);
    return ERR_OK;
}

static void direct_end(struct disk_file *file)
{
    if (file->direct_fd >= 0)
        (void)close(file->direct_fd);
    file->direct_fd = -1;
    free(file->bounce);
    file->bounce = NULL;
}

// A second descriptor of the same file that goes past the page cache; where the file system or the
// absence of /proc does not allow it, everything goes on through the first one.
static void direct_begin(struct disk_file *file)
{
    char path[64];
    void *bounce = NULL;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file->fd);
    direct_end(file);
    file->direct_fd = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
    if (file->direct_fd >= 0 && posix_memalign(&bounce, BOUNCE_ALIGN, BOUNCE_BYTES) == 0)
        file->bounce = bounce;
    else
        direct_end(file);
}

static void os_close(void *self, struct disk_file *file)
{
    (void)self;
    if (file == NULL)
        return;
    direct_end(file);
    if (!file->is_stream)
        (void)close(file->fd); // what must last was synced; nothing is left to say
    free(file);
}

// One read of what is there, so that a slow writer's lines come as they are written.
static enum err read_stream(const struct disk_file *file, void *to, size_t len, size_t *read_out)
{
    struct pollfd ready = {.fd = file->fd, .events = POLLIN};
    int count = poll(&ready, 1, STREAM_WAIT_MS);
    if (count == 0 || (count < 0 && errno == EINTR))
        return ERR_AGAIN;
    ssize_t got = count < 0 ? -1 : read(file->fd, to, len);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? ERR_AGAIN : err_of(errno);
    *read_out = (size_t)got;
    return ERR_OK;
}

static enum err os_read_at(
    void *self, struct disk_file *file, uint64_t offset, void *to, size_t len, size_t *read_out)
{
    (void)self;
    if (file->is_stream)
        return read_stream(file, to, len, read_out);
    uint8_t *at = to;
    size_t done = 0;
    while (done < len) {
        size_t part = len - done < IO_BYTES_MAX ? len - done : IO_BYTES_MAX;
        ssize_t got = pread(file->fd, at + done, part, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_of(errno);
        done += (size_t)got;
        if (got == 0)
            break;
    }
    *read_out = done;
    return ERR_OK;
}

// Writes as much as goes past the page cache and gives how much that was. A refusal or a short write ends
// the direct way of this file; the rest, and any error, is the ordinary way's.
static size_t write_direct(struct disk_file *file, uint64_t offset, struct bytes bytes)
{
    size_t done = 0;
    if (offset % DIRECT_ALIGN != 0 || bytes.len % DIRECT_ALIGN != 0)
        return 0;
    while (file->direct_fd >= 0 && done < bytes.len) {
        size_t part = bytes.len - done < BOUNCE_BYTES ? bytes.len - done : BOUNCE_BYTES;
        const uint8_t *from = bytes.data + done;
        if ((uintptr_t)from % BOUNCE_ALIGN != 0)
            from = memcpy(file->bounce, from, part);
        ssize_t put = pwrite(file->direct_fd, from, part, (off_t)(offset + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put != (ssize_t)part)
            direct_end(file);
        else
            done += part;
    }
    return done;
}

static enum err write_whole(struct disk_file *file, uint64_t offset, struct bytes bytes)
{
    size_t done = write_direct(file, offset, bytes);
    while (done < bytes.len) {
        size_t part = bytes.len - done < IO_BYTES_MAX ? bytes.len - done : IO_BYTES_MAX;
        ssize_t put = pwrite(file->fd, bytes.data + done, part, (off_t)(offset + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return err_of(errno);
        done += (size_t)put;
    }
    return ERR_OK;
}

#ifdef FAILPOINTS
// In two halves, so that a test can die between them.
static enum err os_write_at(void *self, struct disk_file *file, uint64_t offset, struct bytes bytes)
{
    (void)self;
    size_t half = bytes.len / 2 / DIRECT_ALIGN * DIRECT_ALIGN;
    enum err err = write_whole(file, offset, bytes_of(bytes.data, half));
    if (err == ERR_OK)
        err = FAILPOINT_ERR(DISK_WRITE_HALF);
    if (err != ERR_OK)
        return err;
    return write_whole(file, offset + half, bytes_of(bytes.data + half, bytes.len - half));
}
#else
static enum err os_write_at(void *self, struct disk_file *file, uint64_t offset, struct bytes bytes)
{
    (void)self;
    return write_whole(file, offset, bytes);
}
#endif

static enum err os_sync_data(void *self, struct disk_file *file)
{
    (void)self;
    if (FAILPOINT_ERR(DISK_SYNC) != ERR_OK)
        return ERR_SYNC;
    return fdatasync(file->fd) == 0 ? ERR_OK : ERR_SYNC; // EINTR too: never retried
}

static enum err os_size(void *self, struct disk_file *file, uint64_t *out)
{
    (void)self;
    struct stat status;
    if (fstat(file->fd, &status) != 0)
        return err_of(errno);
    *out = (uint64_t)status.st_size;
    return ERR_OK;
}

static enum err os_truncate(void *self, struct disk_file *file, uint64_t size_bytes)
{
    (void)self;
    int result;
    do {
        result = ftruncate(file->fd, (off_t)size_bytes);
    } while (result != 0 && errno == EINTR);
    return err_of_call(result);
}

// Zeroes written once, past the page cache where possible: later writes find blocks that are there and
// written, so that their sync carries no metadata.
static enum err os_allocate(void *self, struct disk_file *file, uint64_t size_bytes)
{
    (void)self;
    if (size_bytes == 0)
        return ERR_OK;
    int number;
    do {
        number = posix_fallocate(file->fd, 0, (off_t)size_bytes);
    } while (number == EINTR);
    if (number != 0)
        return err_of(number);
    direct_begin(file);
    static _Alignas(BOUNCE_ALIGN) const uint8_t zeroes[BOUNCE_BYTES];
    enum err err = ERR_OK;
    for (uint64_t at = 0; err == ERR_OK && at < size_bytes; at += BOUNCE_BYTES) {
        uint64_t left = size_bytes - at;
        size_t len = left < BOUNCE_BYTES ? (size_t)left : BOUNCE_BYTES;
        err = write_whole(file, at, bytes_of(zeroes, len));
    }
    return err;
}

static enum err os_lock(void *self, struct disk_file *file)
{
    (void)self;
    int result;
    do {
        result = flock(file->fd, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno == EWOULDBLOCK)
        return ERR_BUSY;
    return err_of_call(result);
}

static enum err os_rename(void *self, const char *from, const char *to)
{
    (void)self;
    return err_of_call(rename(from, to));
}

static enum err os_remove(void *self, const char *path)
{
    (void)self;
    return err_of_call(unlink(path));
}

static enum err os_make_directory(void *self, const char *path)
{
    (void)self;
    if (mkdir(path, 0700) == 0)
        return ERR_OK;
    int number = errno;
    struct stat status;
    if (number == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return ERR_OK;
    return err_of(number);
}

static enum err os_sync_directory(void *self, const char *path)
{
    (void)self;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_of(errno);
    int result = fsync(fd);
    (void)close(fd);
    return result == 0 ? ERR_OK : ERR_SYNC;
}

static enum err os_list(void *self, const char *path, disk_list_fn *each, void *context)
{
    (void)self;
    DIR *directory = opendir(path);
    if (directory == NULL)
        return err_of(errno);
    errno = 0;
    const struct dirent *entry = readdir(directory);
    for (; entry != NULL; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            each(context, entry->d_name);
        errno = 0;
    }
    enum err err = errno == 0 ? ERR_OK : err_of(errno);
    (void)closedir(directory);
    return err;
}

static enum err os_free_bytes(void *self, const char *path, uint64_t *out)
{
    (void)self;
    struct statvfs status;
    if (statvfs(path, &status) != 0)
        return err_of(errno);
    *out = (uint64_t)status.f_bavail * status.f_frsize;
    return ERR_OK;
}

struct disk os_disk(void)
{
    static const struct disk_ops ops = {
        .open = os_open,
        .close = os_close,
        .read_at = os_read_at,
        .write_at = os_write_at,
        .sync_data = os_sync_data,
        .size = os_size,
        .truncate = os_truncate,
        .allocate = os_allocate,
        .lock = os_lock,
        .rename = os_rename,
        .remove = os_remove,
        .make_directory = os_make_directory,
        .sync_directory = os_sync_directory,
        .list = os_list,
        .free_bytes = os_free_bytes};
    return (struct disk){.ops = &ops, .self = NULL};
}
