// Appends lines and makes them durable; knows from the file's own tail what it has.
#include "consumers/file/file_sink.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "consumers/file/id_set.h"
#include "consumers/file/tail.h"
#include "engine/base/buffer.h"
#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

// What is known of one shard.
struct shard_progress {
    bool is_recovered;
    uint64_t sequence; // everything up to it was published through this sink object; 0: nothing yet
    // Frames that come again after a restart may be followed in the file by later ones that come
    // again, too: until one is new, the mark stays where recovery began to read.
    bool is_caught_up;
    uint64_t recovered_mark;
};

struct file_sink {
    pthread_mutex_t lock;
    struct disk disk;
    struct disk_file *file;
    char *path;
    const struct diag *log; // may be NULL
    enum outgoing_kinds kinds;
    uint64_t size_bytes;  // whole lines
    uint64_t known_from;  // a line begins here; its id and those behind it are in the set
    uint64_t known_mark;  // the mark that was read from: in the line before, or the same
    bool is_tail_checked; // the damaged end is cut off
    enum err broken;      // ERR_OK, or what every call answers from now on
    struct id_set ids;
    struct shard_progress *shards; // by shard number
    size_t shard_count;
    struct buffer lines; // of one publication
};

static struct file_sink *sink_from(void *self)
{
    struct file_sink *sink = self;
    INVARIANT(sink != NULL);
    INVARIANT(sink->file != NULL);
    return sink;
}

static void sink_lock(struct file_sink *sink)
{
    INVARIANT(pthread_mutex_lock(&sink->lock) == 0);
}

static void sink_unlock(struct file_sink *sink)
{
    INVARIANT(pthread_mutex_unlock(&sink->lock) == 0);
}

static bool sink_takes(const struct file_sink *sink, enum outgoing_kind kind)
{
    return ((unsigned)sink->kinds & 1U << kind) != 0;
}

static struct shard_progress *progress_of(struct file_sink *sink, uint32_t shard)
{
    if (shard >= sink->shard_count) {
        size_t count = (size_t)shard + 1;
        sink->shards = mem_resize(sink->shards, count * sizeof(*sink->shards));
        for (size_t i = sink->shard_count; i < count; i++)
            sink->shards[i] = (struct shard_progress){0};
        sink->shard_count = count;
    }
    return &sink->shards[shard];
}

static bool sink_has(struct file_sink *sink, const struct outgoing *item)
{
    return item->sequence <= progress_of(sink, item->shard)->sequence ||
           id_set_has(&sink->ids, item->id);
}

static enum err broken_fault(const struct file_sink *sink, struct fault *fault)
{
    return fault_set(
        fault, sink->broken, "%s: an earlier write failed for good: %s", sink->path,
        err_text(sink->broken));
}

// Cuts the damaged end off and makes the rest durable: a killed process may have left lines that
// only the page cache has.
static enum err tail_settle(struct file_sink *sink, uint64_t whole_end, struct fault *fault)
{
    const struct disk *disk = &sink->disk;
    if (whole_end < sink->size_bytes) {
        enum err err = disk->ops->truncate(disk->self, sink->file, whole_end);
        if (err != ERR_OK)
            return fault_set(
                fault, err, "%s: the damaged end at byte %" PRIu64 " cannot be cut off: %s",
                sink->path, whole_end, err_text(err));
        DIAG(
            sink->log, DIAG_WARN, "damaged end of a file cut off", DIAG_TEXT("path", sink->path),
            DIAG_NUM("bytes", sink->size_bytes - whole_end), DIAG_NUM("left_bytes", whole_end));
        sink->size_bytes = whole_end;
        FAILPOINT(SINK_TAIL_CUT);
    }
    enum err err = disk->ops->sync_data(disk->self, sink->file);
    if (err != ERR_OK) {
        sink->broken = ERR_SYNC;
        return fault_set(
            fault, ERR_SYNC, "%s: cannot be made durable: %s", sink->path, err_text(err));
    }
    sink->is_tail_checked = true;
    return ERR_OK;
}

// Learns the ids behind the mark that are not known yet.
static enum err tail_learn(struct file_sink *sink, uint64_t mark, struct fault *fault)
{
    if (sink->size_bytes == 0 || (sink->is_tail_checked && mark >= sink->known_mark)) {
        sink->is_tail_checked = true;
        return ERR_OK;
    }
    uint64_t to = sink->is_tail_checked ? sink->known_from : sink->size_bytes;
    struct tail_range range = {.from = mark, .to = to};
    enum err err = tail_read(&sink->disk, sink->file, &range, &sink->ids, fault);
    if (err != ERR_OK)
        return fault_wrap(fault, err, "%s", sink->path);
    if (sink->is_tail_checked && range.whole_end < to)
        return fault_set(
            fault, ERR_CORRUPT, "%s: is damaged at byte %" PRIu64 ", which was durable", sink->path,
            range.whole_end);
    if (!sink->is_tail_checked) {
        err = tail_settle(sink, range.whole_end, fault);
        if (err != ERR_OK)
            return err;
    }
    sink->known_from = range.first_line;
    sink->known_mark = mark;
    return ERR_OK;
}

static enum err recover_locked(
    struct file_sink *sink, uint32_t shard, uint64_t mark, struct fault *fault)
{
    if (sink->broken != ERR_OK)
        return broken_fault(sink, fault);
    if (sink->size_bytes > 0 && mark > sink->size_bytes)
        return fault_set(
            fault, ERR_CORRUPT,
            "%s: has %" PRIu64 " bytes, but %" PRIu64
            " were published: it was cut or replaced by something else",
            sink->path, sink->size_bytes, mark);
    enum err err = tail_learn(sink, mark, fault);
    if (err != ERR_OK)
        return err;
    struct shard_progress *progress = progress_of(sink, shard);
    if (!progress->is_recovered) {
        progress->is_recovered = true;
        progress->recovered_mark = mark < sink->size_bytes ? mark : sink->size_bytes;
        progress->is_caught_up = progress->recovered_mark == sink->size_bytes;
    }
    return ERR_OK;
}

static enum err sink_recover(void *self, uint32_t shard, uint64_t mark, struct fault *fault)
{
    struct file_sink *sink = sink_from(self);
    sink_lock(sink);
    enum err err = recover_locked(sink, shard, mark, fault);
    sink_unlock(sink);
    return err;
}

static enum err sink_is_published(
    void *self, const struct outgoing *item, struct hash128 chain, bool *out, struct fault *fault)
{
    (void)chain; // a file keeps ids, not frames
    (void)fault;
    struct file_sink *sink = sink_from(self);
    sink_lock(sink);
    *out = !sink_takes(sink, item->kind) || sink_has(sink, item);
    sink_unlock(sink);
    return ERR_OK;
}

static void lines_collect(struct file_sink *sink, const struct publication *publication)
{
    buffer_clear(&sink->lines);
    for (size_t i = 0; i < publication->item_count; i++) {
        const struct outgoing *item = &publication->items[i];
        if (!sink_takes(sink, item->kind) || sink_has(sink, item))
            continue;
        progress_of(sink, item->shard)->is_caught_up = true;
        INVARIANT(memchr(item->value.data, '\n', item->value.len) == NULL);
        buffer_add_bytes(&sink->lines, item->value);
        buffer_add_u8(&sink->lines, '\n');
    }
}

// Takes back what a failed write left, so that it can be tried again.
static enum err write_undo(struct file_sink *sink, enum err err, struct fault *fault)
{
    const struct disk *disk = &sink->disk;
    if (disk->ops->truncate(disk->self, sink->file, sink->size_bytes) != ERR_OK) {
        sink->broken = ERR_IO;
        return fault_set(
            fault, ERR_IO, "%s: a partial write at byte %" PRIu64 " cannot be undone", sink->path,
            sink->size_bytes);
    }
    return fault_set(
        fault, err, "%s: cannot be written at byte %" PRIu64 ": %s", sink->path, sink->size_bytes,
        err_text(err));
}

static enum err lines_write(struct file_sink *sink, struct fault *fault)
{
    const struct disk *disk = &sink->disk;
    uint64_t size = 0;
    enum err err = disk->ops->size(disk->self, sink->file, &size);
    if (err != ERR_OK)
        return fault_set(fault, ERR_IO, "%s: size unknown: %s", sink->path, err_text(err));
    if (size != sink->size_bytes)
        return fault_set(
            fault, ERR_CORRUPT,
            "%s: has %" PRIu64 " bytes instead of %" PRIu64 ": another program writes it",
            sink->path, size, sink->size_bytes);

    err = disk->ops->write_at(disk->self, sink->file, sink->size_bytes, buffer_bytes(&sink->lines));
    if (err != ERR_OK)
        return write_undo(sink, err == ERR_NOSPACE ? ERR_NOSPACE : ERR_IO, fault);
    FAILPOINT(FILE_SINK_WRITTEN);
    err = disk->ops->sync_data(disk->self, sink->file);
    if (err != ERR_OK) {
        sink->broken = ERR_SYNC; // never retried: what the kernel dropped would look written
        return fault_set(
            fault, ERR_SYNC, "%s: cannot be made durable: %s", sink->path, err_text(err));
    }
    sink->size_bytes += sink->lines.len;
    FAILPOINT(FILE_SINK_SYNCED);
    return ERR_OK;
}

static enum err publish_locked(
    struct file_sink *sink,
    const struct publication *publication,
    uint64_t *mark_out,
    struct fault *fault)
{
    if (sink->broken != ERR_OK)
        return broken_fault(sink, fault);
    for (size_t i = 0; i < publication->shard_count; i++) {
        uint32_t shard = publication->shards[i].shard;
        if (!progress_of(sink, shard)->is_recovered)
            return fault_set(
                fault, ERR_STATE, "%s: shard %" PRIu32 " was not recovered", sink->path, shard);
    }
    lines_collect(sink, publication);
    if (sink->lines.len > 0) {
        enum err err = lines_write(sink, fault);
        if (err != ERR_OK)
            return err;
    }
    uint64_t mark = sink->size_bytes;
    for (size_t i = 0; i < publication->shard_count; i++) {
        const struct publish_shard *shard = &publication->shards[i];
        struct shard_progress *progress = progress_of(sink, shard->shard);
        if (shard->sequence_last > progress->sequence)
            progress->sequence = shard->sequence_last;
        if (!progress->is_caught_up && progress->recovered_mark < mark)
            mark = progress->recovered_mark;
    }
    *mark_out = mark;
    return ERR_OK;
}

static enum err sink_publish(
    void *self, const struct publication *publication, uint64_t *mark_out, struct fault *fault)
{
    struct file_sink *sink = sink_from(self);
    sink_lock(sink);
    enum err err = publish_locked(sink, publication, mark_out, fault);
    sink_unlock(sink);
    return err;
}

static void sink_destroy(void *self)
{
    struct file_sink *sink = self;
    if (sink == NULL)
        return;
    sink->disk.ops->close(sink->disk.self, sink->file);
    (void)pthread_mutex_destroy(&sink->lock);
    id_set_free(&sink->ids);
    buffer_free(&sink->lines);
    free(sink->shards);
    free(sink->path);
    free(sink);
}

static const struct sink_ops file_sink_ops = {
    .recover = sink_recover,
    .is_published = sink_is_published,
    .publish = sink_publish,
    .destroy = sink_destroy,
};

// The directory that a path's last part is in. Owned by the caller.
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return mem_text(".", 1);
    return slash == path ? mem_text("/", 1) : mem_text(path, (size_t)(slash - path));
}

static enum err file_open(struct file_sink *sink)
{
    const struct disk *disk = &sink->disk;
    enum err err = disk->ops->open(disk->self, sink->path, DISK_WRITE, &sink->file);
    if (err == ERR_MISSING) {
        err = disk->ops->open(disk->self, sink->path, DISK_OPEN_OR_CREATE, &sink->file);
        if (err != ERR_OK)
            return err;
        char *directory = directory_of(sink->path);
        err = disk->ops->sync_directory(disk->self, directory);
        free(directory);
        if (err != ERR_OK)
            goto close_file;
    }
    if (err != ERR_OK)
        return err;
    err = disk->ops->size(disk->self, sink->file, &sink->size_bytes);
    if (err != ERR_OK)
        goto close_file;
    return ERR_OK;

close_file:
    disk->ops->close(disk->self, sink->file);
    return err;
}

enum err file_sink_create(
    const struct disk *disk,
    const struct file_sink_params *params,
    struct sink *out,
    struct fault *fault)
{
    struct file_sink *sink = mem_zero(1, sizeof(*sink));
    sink->disk = *disk;
    sink->kinds = params->kinds;
    sink->log = params->log;
    sink->path = mem_text(params->path, strlen(params->path));
    enum err err = file_open(sink);
    if (err != ERR_OK) {
        (void)fault_set(fault, err, "%s: cannot be opened: %s", params->path, err_text(err));
        free(sink->path);
        free(sink);
        return err;
    }
    INVARIANT(pthread_mutex_init(&sink->lock, NULL) == 0);
    sink->known_from = sink->size_bytes;
    sink->known_mark = sink->size_bytes;
    *out = (struct sink){.ops = &file_sink_ops, .self = sink};
    return ERR_OK;
}
