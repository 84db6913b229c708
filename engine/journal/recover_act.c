// Recovery, second half: does what the plan says; may be interrupted and begun again anywhere.
#include <stdlib.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/journal/layout.h"
#include "engine/journal/recover.h"

enum { ZERO_PIECE_BYTES = 1024 * 1024 };

static enum err act_fault(
    const struct journal_path *path, const char *doing, enum err err, struct fault *fault)
{
    return fault_set(fault, err, "%s: %s: %s", path->text, doing, err_text(err));
}

static enum err act_remove(struct disk disk, const struct journal_path *path, struct fault *fault)
{
    enum err err = disk.ops->remove(disk.self, path->text);
    return err == ERR_OK || err == ERR_MISSING ? ERR_OK : act_fault(path, "removing", err, fault);
}

// Writes the seal that a roll-over did not come to, and cuts the file to its length.
static enum err act_seal(
    struct disk disk, const char *directory, const struct recovery_plan *plan, struct fault *fault)
{
    struct journal_path path = journal_file_path(directory, plan->seal_first);
    uint8_t bytes[SEAL_BYTES];
    seal_encode(&plan->seal, bytes);
    struct disk_file *file = NULL;
    enum err err = disk.ops->open(disk.self, path.text, DISK_WRITE, &file);
    if (err != ERR_OK)
        return act_fault(&path, "opening", err, fault);
    err = disk.ops->write_at(disk.self, file, plan->seal_at, bytes_of(bytes, sizeof(bytes)));
    if (err == ERR_OK)
        err = disk.ops->truncate(disk.self, file, plan->seal.file_bytes);
    if (err == ERR_OK)
        err = disk.ops->sync_data(disk.self, file);
    disk.ops->close(disk.self, file);
    return err == ERR_OK ? ERR_OK : act_fault(&path, "sealing", err, fault);
}

static enum err act_zero(struct disk disk, struct disk_file *file, uint64_t from, uint64_t end)
{
    enum err err = ERR_OK;
    size_t piece = end - from < ZERO_PIECE_BYTES ? (size_t)(end - from) : ZERO_PIECE_BYTES;
    uint8_t *zeroes = mem_zero(1, piece);
    while (err == ERR_OK && from < end) {
        uint64_t left = end - from;
        size_t len = left < piece ? (size_t)left : piece;
        err = disk.ops->write_at(disk.self, file, from, bytes_of(zeroes, len));
        from += len;
    }
    free(zeroes);
    return err;
}

// Makes the seal of the file before the last durable: a killed writer may have left it to the page
// cache, and once the last file holds frames, a missing seal is damage.
static enum err act_sync_before(
    struct disk disk, const char *directory, const struct recovery_plan *plan, struct fault *fault)
{
    struct journal_path path = journal_file_path(directory, plan->before_first);
    struct disk_file *file = NULL;
    enum err err = disk.ops->open(disk.self, path.text, DISK_WRITE, &file);
    if (err != ERR_OK)
        return act_fault(&path, "opening", err, fault);
    err = disk.ops->sync_data(disk.self, file);
    disk.ops->close(disk.self, file);
    return err == ERR_OK ? ERR_OK : act_fault(&path, "syncing the seal", err, fault);
}

// Zeroes a torn tail, and makes durable what is kept: a killed writer may have left whole frames
// that only the page cache holds, and they are about to be acted on.
static enum err act_head(
    struct disk disk, const char *directory, const struct recovery_plan *plan, struct fault *fault)
{
    struct journal_path path = journal_file_path(directory, plan->head.first);
    struct disk_file *file = NULL;
    enum err err = disk.ops->open(disk.self, path.text, DISK_WRITE, &file);
    if (err != ERR_OK)
        return act_fault(&path, "opening", err, fault);
    if (plan->cut_end > plan->head_end)
        err = act_zero(disk, file, plan->head_end, plan->cut_end);
    FAILPOINT(RECOVER_TAIL_ZEROED);
    if (err == ERR_OK)
        err = disk.ops->sync_data(disk.self, file);
    FAILPOINT(RECOVER_TAIL_SYNCED);
    disk.ops->close(disk.self, file);
    return err == ERR_OK ? ERR_OK : act_fault(&path, "cutting the torn tail", err, fault);
}

enum err recovery_plan_act(
    struct disk disk, const char *directory, const struct recovery_plan *plan, struct fault *fault)
{
    FAILPOINT(RECOVER_PLANNED);
    struct journal_path prepared = journal_file_prepared_path(directory);
    enum err err = act_remove(disk, &prepared, fault);
    if (err == ERR_OK && plan->remove_first != 0) {
        struct journal_path path = journal_file_path(directory, plan->remove_first);
        err = act_remove(disk, &path, fault);
    }
    FAILPOINT(RECOVER_REMOVED);
    if (err == ERR_OK && plan->has_head)
        err = act_head(disk, directory, plan, fault);
    if (err == ERR_OK && plan->seal_first != 0)
        err = act_seal(disk, directory, plan, fault);
    FAILPOINT(RECOVER_SEALED);
    if (err == ERR_OK && plan->before_first != 0)
        err = act_sync_before(disk, directory, plan, fault);
    if (err != ERR_OK)
        return err;
    err = disk.ops->sync_directory(disk.self, directory);
    if (err != ERR_OK)
        return fault_set(fault, err, "%s: syncing the directory: %s", directory, err_text(err));
    FAILPOINT(RECOVER_DONE);
    return ERR_OK;
}
