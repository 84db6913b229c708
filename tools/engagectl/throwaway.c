// A data directory for one run of the program.
#include "tools/engagectl/throwaway.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/memory.h"
#include "engine/os/os_disk.h"

#define NAME_PATTERN "/engagectl-XXXXXX"

static enum err sync_nothing(void *self, struct disk_file *file)
{
    (void)self;
    (void)file;
    return ERR_OK;
}

static enum err sync_no_directory(void *self, const char *path)
{
    (void)self;
    (void)path;
    return ERR_OK;
}

enum err throwaway_create(struct throwaway *out, struct fault *fault)
{
    const char *below = getenv("TMPDIR");
    if (below == NULL || below[0] == '\0')
        below = "/tmp";
    size_t size_bytes = strlen(below) + sizeof(NAME_PATTERN);
    char *path = mem_alloc(size_bytes);
    (void)snprintf(path, size_bytes, "%s%s", below, NAME_PATTERN);
    if (mkdtemp(path) == NULL) {
        enum err err = errno == ENOENT || errno == ENOTDIR ? ERR_MISSING : ERR_IO;
        err = fault_set(
            fault, errno == ENOSPC ? ERR_NOSPACE : err, "%s: no temporary directory: %s", below,
            strerror(errno));
        free(path);
        return err;
    }
    struct disk real = os_disk();
    out->path = path;
    out->ops = *real.ops;
    out->ops.sync_data = sync_nothing;
    out->ops.sync_directory = sync_no_directory;
    out->disk = (struct disk){&out->ops, real.self};
    return ERR_OK;
}

void throwaway_remove(struct throwaway *throwaway)
{
    char *paths[] = {throwaway->path, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    const FTSENT *entry = NULL;
    while (walk != NULL && (entry = fts_read(walk)) != NULL) {
        if (entry->fts_info == FTS_DP)
            (void)rmdir(entry->fts_accpath);
        else if (entry->fts_info != FTS_D)
            (void)unlink(entry->fts_accpath);
    }
    if (walk != NULL)
        (void)fts_close(walk);
    free(throwaway->path);
    throwaway->path = NULL;
}
