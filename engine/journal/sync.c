// Group commit: writes what was appended and makes it durable.
#include <inttypes.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/journal/layout.h"
#include "engine/journal/record.h"
#include "engine/journal/state.h"

// A run of frames that goes into one file with one write.
struct group {
    size_t bytes;
    uint64_t frames;
    uint64_t sequence_last;
    struct hash128 chain_last;
};

// Takes over what waits. False when there is nothing to write.
static bool sync_take(struct journal *journal)
{
    if (journal->written < journal->writing.len)
        return true; // left over from a call that found no space
    (void)pthread_mutex_lock(&journal->mutex);
    struct buffer empty = journal->writing;
    buffer_clear(&empty);
    journal->writing = journal->waiting;
    journal->waiting = empty;
    journal->written = 0;
    journal->writing_left = journal->writing.len;
    (void)pthread_mutex_unlock(&journal->mutex);
    return journal->writing.len > 0;
}

// How many of the frames left fit into the head. Each is given the durable mark of now: the group is
// written only when everything before it is durable.
static struct group sync_measure(struct journal *journal)
{
    const struct journal_head *head = &journal->head;
    uint64_t durable = journal_sequence_durable(journal);
    struct group group = {0};
    if (head->file == NULL)
        return group;
    while (journal->written + group.bytes < journal->writing.len) {
        uint8_t *frame = journal->writing.data + journal->written + group.bytes;
        uint32_t length = get_u32(frame);
        uint64_t seal_end = head->end + group.bytes + length + SECTOR_BYTES + SEAL_BYTES; // at most
        bool is_first_of_file = head->frames == 0 && group.frames == 0;
        if (seal_end > head->size_bytes && !is_first_of_file)
            break;
        record_mark_durable(frame, durable);
        group.bytes += length;
        group.frames++;
        group.sequence_last = get_u64(frame + RECORD_AT_SEQUENCE);
        group.chain_last = hash128_get(frame + FRAME_AT_CHAIN);
    }
    return group;
}

static enum err sync_fault(
    struct journal *journal,
    enum err err,
    const char *doing,
    const struct group *group,
    struct fault *fault)
{
    struct journal_path path = journal_file_path(journal->directory, journal->head.first);
    return fault_set(
        fault, err, "%s: %s frames up to %" PRIu64 ": %s", path.text, doing, group->sequence_last,
        err_text(err));
}

// The group, with zeroes up to the end of its last sector where it ends what was taken: they are there
// already, and a write of whole sectors is the cheaper one.
static struct bytes sync_padded(struct journal *journal, size_t len)
{
    struct buffer *writing = &journal->writing;
    size_t pad = (SECTOR_BYTES - len % SECTOR_BYTES) % SECTOR_BYTES;
    if (journal->written + len < writing->len || journal->head.end % SECTOR_BYTES != 0)
        pad = 0;
    if (pad > 0)
        memset(buffer_reserve(writing, pad), 0, pad);
    return bytes_of(writing->data + journal->written, len + pad);
}

static enum err sync_write_group(
    struct journal *journal, const struct group *group, struct fault *fault)
{
    struct disk disk = journal->disk;
    struct journal_head *head = &journal->head;
    struct bytes bytes = sync_padded(journal, group->bytes);
    enum err err = disk.ops->write_at(disk.self, head->file, head->end, bytes);
    if (err == ERR_OK)
        err = FAILPOINT_ERR(JOURNAL_WRITTEN);
    if (err != ERR_OK)
        return sync_fault(journal, err, "writing", group, fault);
    err = disk.ops->sync_data(disk.self, head->file);
    if (err == ERR_OK)
        err = FAILPOINT_ERR(JOURNAL_SYNCED);
    if (err != ERR_OK) // never asked again: the kernel may have dropped the pages and say yes
        return sync_fault(journal, err == ERR_NOSPACE ? ERR_SYNC : err, "syncing", group, fault);

    uint64_t end = head->end + group->bytes;
    head->end = (end + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    head->frames += group->frames;
    journal->written += group->bytes;
    journal->durable_chain = group->chain_last;
    (void)pthread_mutex_lock(&journal->mutex);
    INVARIANT(group->sequence_last == journal->durable + group->frames);
    journal->durable = group->sequence_last;
    journal->writing_left = journal->writing.len - journal->written;
    (void)pthread_mutex_unlock(&journal->mutex);
    return ERR_OK;
}

// Writes all of the group taken, over as many files as it needs.
static enum err sync_write(struct journal *journal, struct fault *fault)
{
    while (journal->written < journal->writing.len) {
        enum err err = ERR_OK;
        if (journal->sealing.file != NULL)
            err = journal_seal(journal, fault);
        if (err != ERR_OK)
            return err;
        struct group group = sync_measure(journal);
        if (group.frames > 0)
            err = sync_write_group(journal, &group, fault);
        else
            err = journal_roll(
                journal, get_u64(journal->writing.data + journal->written + RECORD_AT_SEQUENCE),
                fault);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

enum err journal_sync(struct journal *journal, uint64_t *durable_out, struct fault *fault)
{
    (void)pthread_mutex_lock(&journal->mutex);
    enum err err = journal->failed;
    uint64_t sequence_last = journal->sequence_next - 1;
    (void)pthread_mutex_unlock(&journal->mutex);
    if (err != ERR_OK)
        return fault_set(
            fault, err, "%s: the journal failed before and accepts nothing more",
            journal->directory);

    // At most twice: what an earlier call left over, then what was appended since.
    while (journal_sequence_durable(journal) < sequence_last && sync_take(journal)) {
        err = sync_write(journal, fault);
        if (err == ERR_NOSPACE)
            return err;
        if (err != ERR_OK)
            return journal_fail(journal, err);
    }
    *durable_out = journal_sequence_durable(journal);
    return ERR_OK;
}
