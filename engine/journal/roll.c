// Roll-over: the next file is made ready, named, made the head; then the one before is sealed.
#include <inttypes.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/journal/layout.h"
#include "engine/journal/record.h"
#include "engine/journal/state.h"

static enum err roll_fault(
    const struct journal_path *path, const char *doing, enum err err, struct fault *fault)
{
    return fault_set(fault, err, "%s: %s: %s", path->text, doing, err_text(err));
}

static enum err prepare_file(struct journal *journal, struct disk_file **out, struct fault *fault)
{
    struct disk disk = journal->disk;
    struct journal_path path = journal_file_prepared_path(journal->directory);
    struct disk_file *file = NULL;
    enum err err = disk.ops->remove(disk.self, path.text); // of an attempt that found no space
    if (err != ERR_OK && err != ERR_MISSING)
        return roll_fault(&path, "removing", err, fault);
    err = disk.ops->open(disk.self, path.text, DISK_CREATE, &file);
    if (err != ERR_OK)
        return roll_fault(&path, "creating", err, fault);
    FAILPOINT(PREPARE_CREATED);

    err = disk.ops->allocate(disk.self, file, journal->file_bytes_max);
    if (err == ERR_OK)
        err = FAILPOINT_ERR(PREPARE_ALLOCATED);
    if (err == ERR_OK)
        err = disk.ops->sync_data(disk.self, file);
    if (err == ERR_OK)
        err = FAILPOINT_ERR(PREPARE_SYNCED);
    if (err != ERR_OK) {
        disk.ops->close(disk.self, file);
        (void)disk.ops->remove(
            disk.self, path.text); // gives the room back; the next open does it too
        return roll_fault(&path, "preparing", err, fault);
    }
    *out = file;
    return ERR_OK;
}

enum err journal_prepare(struct journal *journal, struct fault *fault)
{
    (void)pthread_mutex_lock(&journal->mutex);
    while (journal->is_preparing)
        (void)pthread_cond_wait(&journal->prepare_done, &journal->mutex);
    enum err err = journal->failed;
    bool is_needed = err == ERR_OK && journal->prepared == NULL;
    journal->is_preparing = is_needed;
    (void)pthread_mutex_unlock(&journal->mutex);
    if (!is_needed)
        return err == ERR_OK
                   ? ERR_OK
                   : fault_set(fault, err, "%s: the journal failed before", journal->directory);

    struct disk_file *file = NULL;
    err = prepare_file(journal, &file, fault);
    (void)pthread_mutex_lock(&journal->mutex);
    journal->prepared = file;
    journal->is_preparing = false;
    (void)pthread_cond_broadcast(&journal->prepare_done);
    (void)pthread_mutex_unlock(&journal->mutex);
    return err == ERR_OK || err == ERR_NOSPACE ? err : journal_fail(journal, err);
}

enum err journal_take_prepared(struct journal *journal, struct disk_file **out, struct fault *fault)
{
    enum err err = journal_prepare(journal, fault);
    if (err != ERR_OK)
        return err;
    (void)pthread_mutex_lock(&journal->mutex);
    *out = journal->prepared;
    journal->prepared = NULL;
    // Until the file has its name nobody may begin another one under the name it still has.
    journal->is_preparing = true;
    (void)pthread_mutex_unlock(&journal->mutex);
    INVARIANT(*out != NULL); // only this thread takes
    return ERR_OK;
}

void journal_return_prepared(struct journal *journal, struct disk_file *file)
{
    (void)pthread_mutex_lock(&journal->mutex);
    INVARIANT(journal->is_preparing && journal->prepared == NULL);
    journal->prepared = file;
    journal->is_preparing = false;
    (void)pthread_cond_broadcast(&journal->prepare_done);
    (void)pthread_mutex_unlock(&journal->mutex);
}

// Header, sync, name, sync of the directory: a file has its name only when it has its header.
static enum err roll_name(
    struct journal *journal, uint64_t first, struct disk_file *file, struct fault *fault)
{
    struct disk disk = journal->disk;
    struct journal_path path = journal_file_path(journal->directory, first);
    struct journal_path prepared = journal_file_prepared_path(journal->directory);
    struct file_header header = {
        .format = FILE_FORMAT,
        .shard = journal->shard,
        .identity = journal->identity,
        .first = first,
        .previous = journal->head.file != NULL ? journal->head.first : journal->previous_first,
        .chain = journal->durable_chain,
        .size_bytes = journal->file_bytes_max,
    };
    uint8_t sector[SECTOR_BYTES];
    file_header_encode(&header, sector);
    enum err err = disk.ops->write_at(disk.self, file, 0, bytes_of(sector, sizeof(sector)));
    if (err != ERR_OK)
        return roll_fault(&path, "writing the header", err, fault);
    FAILPOINT(ROLL_HEADER_WRITTEN);
    err = disk.ops->sync_data(disk.self, file);
    if (err != ERR_OK)
        return roll_fault(&path, "syncing the header", err == ERR_NOSPACE ? ERR_SYNC : err, fault);
    FAILPOINT(ROLL_HEADER_SYNCED);
    err = disk.ops->rename(disk.self, prepared.text, path.text);
    if (err != ERR_OK)
        return roll_fault(&path, "naming", err, fault);
    FAILPOINT(ROLL_NAMED);
    err = disk.ops->sync_directory(disk.self, journal->directory);
    if (err != ERR_OK)
        return roll_fault(
            &path, "syncing the directory", err == ERR_NOSPACE ? ERR_SYNC : err, fault);
    FAILPOINT(ROLL_DIRECTORY_SYNCED);
    return ERR_OK;
}

enum err journal_roll(struct journal *journal, uint64_t first, struct fault *fault)
{
    INVARIANT(journal->sealing.file == NULL);
    INVARIANT(journal->head.file == NULL || journal->head.frames > 0);
    struct disk_file *file = NULL;
    enum err err = journal_take_prepared(journal, &file, fault);
    if (err != ERR_OK)
        return err;
    err = roll_name(journal, first, file, fault);
    if (err != ERR_OK) {
        journal_return_prepared(journal, file);
        return err;
    }
    journal_return_prepared(journal, NULL);
    if (journal->head.file != NULL)
        journal->previous_first = journal->head.first;
    journal->sealing = journal->head;
    journal->head = (struct journal_head){
        .file = file, .first = first, .end = SECTOR_BYTES, .size_bytes = journal->file_bytes_max};
    return ERR_OK;
}

enum err journal_seal(struct journal *journal, struct fault *fault)
{
    struct disk disk = journal->disk;
    struct journal_head *old = &journal->sealing;
    struct journal_path path = journal_file_path(journal->directory, old->first);
    struct seal seal = {
        .sequence_last = old->first + old->frames - 1,
        .identity = journal->identity,
        .frames = old->frames,
        .file_bytes = old->end + SEAL_BYTES,
        .chain = journal->durable_chain,
    };
    INVARIANT(seal.sequence_last + 1 == journal->head.first);
    uint8_t bytes[SEAL_BYTES];
    seal_encode(&seal, bytes);
    enum err err =
        disk.ops->write_at(disk.self, old->file, old->end, bytes_of(bytes, sizeof(bytes)));
    if (err != ERR_OK)
        return roll_fault(&path, "writing the seal", err, fault);
    FAILPOINT(SEAL_WRITTEN);
    err = disk.ops->truncate(disk.self, old->file, seal.file_bytes);
    if (err != ERR_OK)
        return roll_fault(&path, "cutting the sealed file to its length", err, fault);
    FAILPOINT(SEAL_CUT);
    err = disk.ops->sync_data(disk.self, old->file);
    if (err != ERR_OK)
        return roll_fault(&path, "syncing the seal", err == ERR_NOSPACE ? ERR_SYNC : err, fault);
    FAILPOINT(SEAL_SYNCED);
    disk.ops->close(disk.self, old->file);
    *old = (struct journal_head){0};
    return ERR_OK;
}
