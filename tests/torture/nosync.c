// The control of the power cuts: preloaded, it makes every sync do nothing. Data must then be seen to get lost.
#define _GNU_SOURCE // RTLD_NEXT
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

int fsync(int fd)
{
    (void)fd;
    return 0;
}

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

int msync(void *at, size_t len, int flags)
{
    (void)at;
    (void)len;
    (void)flags;
    return 0;
}

int sync_file_range(int fd, off64_t offset, off64_t count, unsigned flags)
{
    (void)fd;
    (void)offset;
    (void)count;
    (void)flags;
    return 0;
}

typedef int open_fn(const char *path, int flags, ...);

// O_SYNC holds O_DSYNC. O_DIRECT stays: it moves data, and makes nothing durable.
static int open_lazily(const char *name, const char *path, int flags, mode_t mode)
{
    open_fn *next = NULL;
    *(void **)&next = dlsym(RTLD_NEXT, name);
    return next(path, flags & ~(O_SYNC | O_DSYNC), mode);
}

static mode_t mode_in(int flags, va_list args)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_in(flags, args);
    va_end(args);
    return open_lazily("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_in(flags, args);
    va_end(args);
    return open_lazily("open64", path, flags, mode);
}

int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
    return open_lazily("open", path, flags, 0);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
    return open_lazily("open64", path, flags, 0);
}
