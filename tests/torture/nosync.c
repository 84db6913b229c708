// Preloaded into the daemon under a power cut. What it does is told by the environment:
//   NOSYNC_DROP=all|fsync|fdatasync   these do nothing: the controls, in which data must be seen to get lost
//   NOSYNC_CACHED=1                   O_DIRECT is ignored, as by file systems that have none: then all that
//                                     was not synced is in the page cache, and goes with the power
#define _GNU_SOURCE // RTLD_NEXT, O_DIRECT
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

typedef int sync_fn(int fd);

static bool is_dropped(const char *name)
{
    const char *drop = getenv("NOSYNC_DROP");
    return drop != NULL && (strcmp(drop, "all") == 0 || strcmp(drop, name) == 0);
}

static int sync_perhaps(const char *name, int fd)
{
    sync_fn *next = NULL;
    if (is_dropped(name))
        return 0;
    *(void **)&next = dlsym(RTLD_NEXT, name);
    return next(fd);
}

int fsync(int fd)
{
    return sync_perhaps("fsync", fd);
}

int fdatasync(int fd)
{
    return sync_perhaps("fdatasync", fd);
}

typedef int open_fn(const char *path, int flags, ...);

static int open_changed(const char *name, const char *path, int flags, mode_t mode)
{
    open_fn *next = NULL;
    int without = is_dropped("fdatasync") ? O_SYNC | O_DSYNC : 0; // O_SYNC holds O_DSYNC
    if (getenv("NOSYNC_CACHED") != NULL)
        without |= O_DIRECT;
    *(void **)&next = dlsym(RTLD_NEXT, name);
    return next(path, flags & ~without, mode);
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
    return open_changed("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_in(flags, args);
    va_end(args);
    return open_changed("open64", path, flags, mode);
}

int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
    return open_changed("open", path, flags, 0);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
    return open_changed("open64", path, flags, 0);
}
