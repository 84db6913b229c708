// Reads NDJSON in large pieces and lends its lines without copying them.
#include "consumers/file/file_source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { READ_BYTES = 1 << 20 };

struct file_source {
    struct disk disk;
    struct disk_file *file; // NULL before start
    char *path;
    char *name;
    size_t line_bytes_max;
    bool is_stream; // standard input

    // data[begin..end) was read and not yet given out; data[begin] stands at begin_position.
    uint8_t *data;
    size_t begin;
    size_t scanned; // no newline in data[begin..scanned)
    size_t end;
    uint64_t begin_position;
    uint64_t read_position; // where the next read goes
    uint64_t dropped_bytes; // of the overlong line at begin: read after its kept part, thrown away
    bool is_at_end;
};

static struct file_source *source_from(void *self)
{
    struct file_source *source = self;
    INVARIANT(source != NULL);
    INVARIANT(source->data != NULL);
    return source;
}

static bool is_blank(const uint8_t *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    }
    return true;
}

static enum err line_start_check(struct file_source *source, uint64_t position, bool *out)
{
    uint8_t around[2]; // the byte before and the byte at the position
    size_t got = 0;
    const struct disk *disk = &source->disk;
    enum err err =
        disk->ops->read_at(disk->self, source->file, position - 1, around, sizeof(around), &got);
    // A newline at the position ends a line that was read when it had none.
    if (err == ERR_OK)
        *out = got == sizeof(around) && (around[0] == '\n' || around[1] == '\n');
    return err;
}

static enum err position_check(struct file_source *source, uint64_t position, struct fault *fault)
{
    uint64_t size = 0;
    enum err err = source->disk.ops->size(source->disk.self, source->file, &size);
    if (err != ERR_OK)
        return fault_set(fault, err, "%s: size unknown: %s", source->path, err_text(err));
    if (position > size)
        return fault_set(
            fault, ERR_GAP,
            "%s: reading goes on at byte %" PRIu64 ", but the file has %" PRIu64
            " bytes: it was cut or replaced",
            source->path, position, size);
    bool is_line_start = true;
    if (position > 0 && position < size)
        err = line_start_check(source, position, &is_line_start);
    if (err != ERR_OK)
        return fault_set(
            fault, err, "%s: byte %" PRIu64 " cannot be read: %s", source->path, position,
            err_text(err));
    if (!is_line_start)
        return fault_set(
            fault, ERR_GAP,
            "%s: reading goes on at byte %" PRIu64 " of %" PRIu64
            ", where no line begins: the file was replaced",
            source->path, position, size);
    return ERR_OK;
}

static enum err source_start(void *self, int64_t position, struct fault *fault)
{
    struct file_source *source = source_from(self);
    INVARIANT(position >= SOURCE_POSITION_START);
    uint64_t from = position < 0 ? 0 : (uint64_t)position;

    if (source->file == NULL) {
        enum err err =
            source->disk.ops->open(source->disk.self, source->path, DISK_READ, &source->file);
        if (err != ERR_OK)
            return fault_set(fault, err, "%s: cannot be opened: %s", source->path, err_text(err));
    }
    if (!source->is_stream) {
        enum err err = position_check(source, from, fault);
        if (err != ERR_OK)
            return err;
    }
    source->begin = 0;
    source->scanned = 0;
    source->end = 0;
    source->begin_position = from;
    source->read_position = from;
    source->dropped_bytes = 0;
    source->is_at_end = false;
    return ERR_OK;
}

// Moves the unfinished line to the front and reads behind it. An overlong line keeps its first
// line_bytes_max bytes; the rest of it is counted and thrown away.
static enum err piece_read(struct file_source *source, struct fault *fault)
{
    size_t kept = source->end - source->begin;
    if (kept > source->line_bytes_max) {
        source->dropped_bytes += kept - source->line_bytes_max;
        kept = source->line_bytes_max;
    }
    if (source->begin > 0 && kept > 0)
        memmove(source->data, source->data + source->begin, kept);
    source->begin = 0;
    source->scanned = kept;
    source->end = kept;

    size_t got = 0;
    const struct disk *disk = &source->disk;
    enum err err = disk->ops->read_at(
        disk->self, source->file, source->read_position, source->data + kept, READ_BYTES, &got);
    if (err == ERR_AGAIN)
        return ERR_AGAIN;
    if (err != ERR_OK)
        return fault_set(
            fault, err, "%s: byte %" PRIu64 " cannot be read: %s", source->path,
            source->read_position, err_text(err));
    source->end += got;
    source->read_position += got;
    source->is_at_end = got == 0;
    return ERR_OK;
}

// Gives out the line data[begin..line_end) and steps over it and its newline, when it has one.
static size_t line_take(
    struct file_source *source, size_t line_end, size_t newline_bytes, struct message *message)
{
    const uint8_t *line = source->data + source->begin;
    size_t held = line_end - source->begin;
    uint64_t len = held + source->dropped_bytes;
    uint64_t position = source->begin_position;

    source->begin_position += len + newline_bytes;
    source->begin = line_end + newline_bytes;
    source->scanned = source->begin;
    source->dropped_bytes = 0;
    if (len == held && is_blank(line, held))
        return 0;

    size_t value_len = held < source->line_bytes_max ? held : source->line_bytes_max;
    *message = (struct message){
        .value = bytes_of(line, value_len),
        .position = (int64_t)position,
        .position_next = (int64_t)source->begin_position,
        .value_bytes = len,
    };
    return 1;
}

static size_t lines_take(struct file_source *source, struct message *messages, size_t max)
{
    size_t count = 0;
    while (count < max) {
        const uint8_t *from = source->data + source->scanned;
        const uint8_t *newline = memchr(from, '\n', source->end - source->scanned);
        if (newline == NULL) {
            source->scanned = source->end;
            break;
        }
        count += line_take(source, (size_t)(newline - source->data), 1, &messages[count]);
    }
    return count;
}

// At the end of the file: the last line, when it has no newline; else whether it is the true end.
static enum err end_take(
    struct file_source *source, struct message *messages, size_t *count_out, struct fault *fault)
{
    if (source->end > source->begin && line_take(source, source->end, 0, messages) == 1) {
        *count_out = 1;
        return ERR_OK;
    }
    if (source->is_stream)
        return ERR_END;
    uint64_t size = 0;
    enum err err = source->disk.ops->size(source->disk.self, source->file, &size);
    if (err != ERR_OK)
        return fault_set(fault, err, "%s: size unknown: %s", source->path, err_text(err));
    if (size < source->read_position)
        return fault_set(
            fault, ERR_GAP,
            "%s: %" PRIu64 " bytes were read, but the file has %" PRIu64 " now: it was cut",
            source->path, source->read_position, size);
    return ERR_END;
}

static enum err source_poll(
    void *self, struct message *messages, size_t max, size_t *count_out, struct fault *fault)
{
    struct file_source *source = source_from(self);
    INVARIANT(source->file != NULL);
    INVARIANT(max > 0);
    for (;;) {
        size_t count = lines_take(source, messages, max);
        if (count > 0) {
            *count_out = count;
            return ERR_OK;
        }
        if (source->is_at_end)
            return end_take(source, messages, count_out, fault);
        enum err err = piece_read(source, fault);
        if (err != ERR_OK)
            return err;
    }
}

static void source_release(void *self)
{
    (void)self; // lines stay where they are until the next poll reads
}

static void source_destroy(void *self)
{
    struct file_source *source = self;
    if (source == NULL)
        return;
    if (source->file != NULL)
        source->disk.ops->close(source->disk.self, source->file);
    free(source->data);
    free(source->path);
    free(source->name);
    free(source);
}

static const struct source_ops file_source_ops = {
    .start = source_start,
    .poll = source_poll,
    .release = source_release,
    .destroy = source_destroy,
};

void file_source_create(
    const struct disk *disk, const struct file_source_params *params, struct source *out)
{
    INVARIANT(params->line_bytes_max > 0);
    struct file_source *source = mem_zero(1, sizeof(*source));
    source->disk = *disk;
    source->path = mem_text(params->path, strlen(params->path));
    source->name = mem_text(params->name, strlen(params->name));
    source->line_bytes_max = params->line_bytes_max;
    source->is_stream = strcmp(params->path, "-") == 0;
    source->data = mem_alloc(params->line_bytes_max + READ_BYTES);
    *out = (struct source){.ops = &file_source_ops, .self = source, .name = source->name};
}
