// A disk with nothing on it that keeps nothing.
#include "tools/engagectl/no_disk.h"

static enum err no_open(void *self, const char *path, enum disk_mode mode, struct disk_file **out)
{
    (void)self;
    (void)path;
    (void)out;
    return mode == DISK_READ || mode == DISK_WRITE ? ERR_MISSING : ERR_NOSPACE;
}

static enum err no_remove(void *self, const char *path)
{
    (void)self;
    (void)path;
    return ERR_MISSING;
}

static enum err no_make_directory(void *self, const char *path)
{
    (void)self;
    (void)path;
    return ERR_OK;
}

static enum err no_sync_directory(void *self, const char *path)
{
    (void)self;
    (void)path;
    return ERR_OK;
}

static enum err no_list(void *self, const char *path, disk_list_fn *each, void *context)
{
    (void)self;
    (void)path;
    (void)each;
    (void)context;
    return ERR_OK;
}

// What is left out is only done with a file that is open.
static const struct disk_ops no_disk_ops = {
    .open = no_open,
    .remove = no_remove,
    .make_directory = no_make_directory,
    .sync_directory = no_sync_directory,
    .list = no_list,
};

struct disk no_disk(void)
{
    return (struct disk){&no_disk_ops, NULL};
}
