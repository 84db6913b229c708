// Whether a directory and what is in it belong to this user alone.
#include "engine/os/os_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE_OTHERS = 077 };

struct check {
    os_private_wants_fn *wants;
    struct fault *fault;
};

static enum err fault_of_errno(struct fault *fault, const char *path)
{
    int why = errno;
    return fault_set(fault, why == ENOENT ? ERR_MISSING : ERR_IO, "%s: %s", path, strerror(why));
}

static bool is_passed_over(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "lost+found") == 0;
}

// 1 or 0, or -1 where it cannot be read. The stream stands at its beginning afterwards.
static int is_empty(DIR *stream)
{
    errno = 0;
    const struct dirent *entry = readdir(stream);
    while (entry != NULL && is_passed_over(entry->d_name))
        entry = readdir(stream);
    int is = entry == NULL ? (errno == 0 ? 1 : -1) : 0;
    rewinddir(stream);
    return is;
}

static enum err refuse(const struct check *check, const char *path, const struct stat *status)
{
    if (S_ISLNK(status->st_mode))
        return fault_set(
            check->fault, ERR_INVALID,
            "%s: is a symbolic link, which the data directory may not hold", path);
    if (!S_ISDIR(status->st_mode) && !S_ISREG(status->st_mode))
        return fault_set(
            check->fault, ERR_INVALID, "%s: is neither a directory nor a regular file", path);
    if (status->st_uid != geteuid())
        return fault_set(
            check->fault, ERR_INVALID, "%s: belongs to user %u, and this process runs as %u", path,
            (unsigned)status->st_uid, (unsigned)geteuid());
    return fault_set(
        check->fault, ERR_INVALID,
        "%s: has mode %04o, so that others than its owner may use it; when nobody has, "
        "`chmod -R go= %s` makes it usable again",
        path, (unsigned)status->st_mode & 07777U, path);
}

static bool is_private(const struct stat *status)
{
    bool is_known = S_ISDIR(status->st_mode) || S_ISREG(status->st_mode);
    return is_known && status->st_uid == geteuid() && (status->st_mode & MODE_OTHERS) == 0;
}

static enum err check_directory(
    const struct check *check, int fd, const char *path, unsigned depth);

static enum err check_entry(
    const struct check *check, int parent, const char *name, const char *path, unsigned depth)
{
    struct stat status;
    if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? ERR_OK : fault_of_errno(check->fault, path); // gone meanwhile
    if (!S_ISDIR(status.st_mode))
        return is_private(&status) ? ERR_OK : refuse(check, path, &status);
    if (depth == OS_PRIVATE_DEPTH_MAX)
        return fault_set(check->fault, ERR_LIMIT, "%s: too deep", path);
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fault_of_errno(check->fault, path);
    return check_directory(check, fd, path, depth + 1);
}

static enum err check_entries(
    const struct check *check, DIR *stream, const char *path, unsigned depth)
{
    enum err err = ERR_OK;
    errno = 0; // the end and an error look alike but for it
    const struct dirent *entry = readdir(stream);
    while (err == ERR_OK && entry != NULL) {
        char below[PATH_MAX];
        int len = snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
        bool is_wanted = check->wants == NULL || check->wants(entry->d_name);
        if (is_wanted && !is_passed_over(entry->d_name))
            err = len < 0 || (size_t)len >= sizeof(below)
                      ? fault_set(check->fault, ERR_LIMIT, "%s: a path below it is too long", path)
                      : check_entry(check, dirfd(stream), entry->d_name, below, depth);
        errno = 0;
        entry = err == ERR_OK ? readdir(stream) : NULL;
    }
    if (err == ERR_OK && errno != 0)
        err = fault_of_errno(check->fault, path);
    return err;
}

// Takes the descriptor over.
static enum err check_directory(const struct check *check, int fd, const char *path, unsigned depth)
{
    struct stat status;
    DIR *stream = fdopendir(fd);
    if (stream == NULL) {
        enum err err = fault_of_errno(check->fault, path);
        (void)close(fd);
        return err;
    }
    enum err err = ERR_OK;
    if (fstat(fd, &status) != 0)
        err = fault_of_errno(check->fault, path);
    else if (!is_private(&status)) {
        bool is_ours = status.st_uid == geteuid();
        if (!is_ours || is_empty(stream) != 1)
            err = refuse(check, path, &status);
        else if (fchmod(fd, 0700) != 0)
            err = fault_of_errno(check->fault, path);
    }
    if (err == ERR_OK)
        err = check_entries(check, stream, path, depth);
    (void)closedir(stream);
    return err;
}

enum err os_private_check(const char *path, os_private_wants_fn *wants, struct fault *fault)
{
    struct check check = {.wants = wants, .fault = fault};
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fault_of_errno(fault, path);
    return check_directory(&check, fd, path, 0);
}
