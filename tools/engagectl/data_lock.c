// Keeps a daemon from starting on a data directory while it is being read as a whole.
#include "tools/engagectl/data_lock.h"

#include "engine/base/buffer.h"
#include "engine/os/os_disk.h"

enum data_lock data_lock_take(const char *data, struct held_lock *out)
{
    struct disk disk = os_disk();
    struct buffer path = {0};
    out->file = NULL;
    buffer_add_format(&path, "%s/lock", data);
    buffer_add_u8(&path, 0);
    enum err err = disk.ops->open(disk.self, (const char *)path.data, DISK_READ, &out->file);
    buffer_free(&path);
    if (err != ERR_OK)
        return DATA_LOCK_NONE;
    err = disk.ops->lock(disk.self, out->file);
    if (err == ERR_OK)
        return DATA_LOCK_HELD;
    data_lock_release(out);
    return err == ERR_BUSY ? DATA_LOCK_IN_USE : DATA_LOCK_NONE;
}

void data_lock_release(struct held_lock *held)
{
    struct disk disk = os_disk();
    if (held->file != NULL)
        disk.ops->close(disk.self, held->file);
    held->file = NULL;
}
