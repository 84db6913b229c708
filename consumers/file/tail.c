// Walks the lines of a file range; looks at the beginning of each and finds its end.
#include "consumers/file/tail.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/memory.h"

enum { PIECE_BYTES = 1 << 20, HEAD_BYTES = 64 };

_Static_assert(
    sizeof(TAIL_ACTION_PREFIX) + HASH128_HEX_CHARS + 1 <= HEAD_BYTES, "the head holds the id");

struct tail_walk {
    uint8_t head[HEAD_BYTES]; // how the current line begins
    size_t head_len;
    uint64_t line_start;
    uint64_t offset;  // of the next byte
    bool is_skipping; // until the first line begins
    struct id_set *ids;
};

static size_t prefix_len(const uint8_t *head, size_t len, const char *prefix)
{
    size_t want = strlen(prefix);
    size_t least = len < want ? len : want;
    return memcmp(head, prefix, least) == 0 ? want : 0;
}

// A torn line is the beginning of a line of ours, or zeros that the file system left in its place.
static bool is_torn(const struct tail_walk *walk)
{
    return walk->head[0] == 0 || prefix_len(walk->head, walk->head_len, TAIL_ACTION_PREFIX) > 0 ||
           prefix_len(walk->head, walk->head_len, TAIL_DEAD_LETTER_PREFIX) > 0;
}

static enum err line_end(struct tail_walk *walk)
{
    size_t at = prefix_len(walk->head, walk->head_len, TAIL_ACTION_PREFIX);
    if (at == 0)
        at = prefix_len(walk->head, walk->head_len, TAIL_DEAD_LETTER_PREFIX);
    struct hash128 id;
    if (at == 0 || walk->head_len <= at + HASH128_HEX_CHARS ||
        walk->head[at + HASH128_HEX_CHARS] != '"' ||
        !hash128_parse(bytes_of(walk->head + at, HASH128_HEX_CHARS), &id))
        return ERR_CORRUPT;
    id_set_add(walk->ids, id);
    return ERR_OK;
}

static enum err piece_walk(struct tail_walk *walk, struct bytes piece)
{
    size_t at = 0;
    while (at < piece.len) {
        const uint8_t *newline = memchr(piece.data + at, '\n', piece.len - at);
        size_t stop = newline == NULL ? piece.len : (size_t)(newline - piece.data);
        if (!walk->is_skipping) {
            size_t room = HEAD_BYTES - walk->head_len;
            size_t more = stop - at < room ? stop - at : room;
            memcpy(walk->head + walk->head_len, piece.data + at, more);
            walk->head_len += more;
        }
        walk->offset += stop - at;
        at = stop;
        if (newline == NULL)
            break;
        if (!walk->is_skipping && line_end(walk) != ERR_OK)
            return ERR_CORRUPT;
        at++;
        walk->offset++;
        walk->is_skipping = false;
        walk->line_start = walk->offset;
        walk->head_len = 0;
    }
    return ERR_OK;
}

static enum err tail_walk(
    struct tail_walk *walk,
    const struct disk *disk,
    struct disk_file *file,
    uint64_t to,
    struct fault *fault)
{
    uint8_t *piece = mem_alloc(PIECE_BYTES);
    enum err err = ERR_OK;
    while (err == ERR_OK && walk->offset < to) {
        uint64_t left = to - walk->offset;
        size_t want = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
        size_t got = 0;
        err = disk->ops->read_at(disk->self, file, walk->offset, piece, want, &got);
        if (err != ERR_OK)
            err = fault_set(
                fault, ERR_IO, "byte %" PRIu64 " cannot be read: %s", walk->offset, err_text(err));
        else if (got == 0)
            err = fault_set(
                fault, ERR_CORRUPT, "it became shorter than %" PRIu64 " bytes while it was read",
                to);
        else if (piece_walk(walk, bytes_of(piece, got)) != ERR_OK)
            err = fault_set(
                fault, ERR_CORRUPT,
                "the line at byte %" PRIu64 " is not an action or dead letter of ours",
                walk->line_start);
    }
    free(piece);
    return err;
}

static enum err starts_inside_line(
    const struct disk *disk, struct disk_file *file, uint64_t from, bool *out)
{
    if (from == 0) {
        *out = false;
        return ERR_OK;
    }
    uint8_t before = 0;
    size_t got = 0;
    enum err err = disk->ops->read_at(disk->self, file, from - 1, &before, 1, &got);
    if (err == ERR_OK)
        *out = got == 0 || before != '\n';
    return err;
}

enum err tail_read(
    const struct disk *disk,
    struct disk_file *file,
    struct tail_range *range,
    struct id_set *ids,
    struct fault *fault)
{
    struct tail_walk walk = {.offset = range->from, .line_start = range->from, .ids = ids};
    enum err err = starts_inside_line(disk, file, range->from, &walk.is_skipping);
    if (err != ERR_OK)
        return fault_set(fault, ERR_IO, "cannot be read: %s", err_text(err));
    err = tail_walk(&walk, disk, file, range->to, fault);
    if (err != ERR_OK)
        return err;
    if (walk.is_skipping)
        return fault_set(
            fault, ERR_CORRUPT, "no line begins between byte %" PRIu64 " and its end", range->from);
    if (walk.offset > walk.line_start && !is_torn(&walk))
        return fault_set(
            fault, ERR_CORRUPT,
            "the line at byte %" PRIu64 " is not an action or dead letter of ours",
            walk.line_start);
    range->whole_end = walk.line_start;
    return ERR_OK;
}
