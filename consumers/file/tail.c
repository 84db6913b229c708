// Walks the lines of a file range and tells ours, damaged and foreign ones apart.
#include "consumers/file/tail.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "engine/base/buffer.h"
#include "engine/base/text.h"

// More than any line of ours has: what has no newline for so long is damage.
enum { PIECE_BYTES = 1 << 20, LINE_BYTES_MAX = 64 << 20 };

struct tail_walk {
    struct id_set *ids;
    struct buffer held;  // bytes of the file from line_start on
    uint64_t line_start; // of the next line
    uint64_t first_line; // the first one that was not skipped
    bool is_skipping;    // until the first line begins
    bool has_bad;        // a line that is not ours was met at first_bad
    bool has_damage;     // it, or one behind it, is damaged rather than foreign
    uint64_t first_bad;
};

static bool is_damaged(struct bytes line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] < ' ' && line.data[i] != '\t' && line.data[i] != '\r')
            return true;
    }
    return !text_is_utf8(line);
}

// Where the id of a line of ours stands; 0 when the line does not begin as ours do. A shorter
// line counts when it is how one begins.
static size_t id_offset(struct bytes line)
{
    static const char *const prefixes[] = {TAIL_ACTION_PREFIX, TAIL_DEAD_LETTER_PREFIX};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        size_t want = strlen(prefixes[i]);
        size_t least = line.len < want ? line.len : want;
        if (least > 0 && memcmp(line.data, prefixes[i], least) == 0)
            return want;
    }
    return 0;
}

static bool is_ours(struct bytes line, struct hash128 *id_out)
{
    size_t at = id_offset(line);
    return at > 0 && line.len > at + HASH128_HEX_CHARS &&
           line.data[at + HASH128_HEX_CHARS] == '"' && line.data[line.len - 1] == '}' &&
           hash128_parse(bytes_of(line.data + at, HASH128_HEX_CHARS), id_out);
}

static void bad_take(struct tail_walk *walk, bool is_damage)
{
    if (!walk->has_bad)
        walk->first_bad = walk->line_start;
    walk->has_bad = true;
    walk->has_damage = walk->has_damage || is_damage;
}

static void line_take(struct tail_walk *walk, struct bytes line)
{
    struct hash128 id;
    if (is_damaged(line))
        bad_take(walk, true);
    else if (!is_ours(line, &id))
        bad_take(walk, false);
    else if (!walk->has_bad)
        id_set_add(walk->ids, id);
}

// Takes the whole lines that are held, and keeps the rest.
static void lines_take(struct tail_walk *walk)
{
    struct bytes held = buffer_bytes(&walk->held);
    size_t at = 0;
    while (at < held.len) {
        const uint8_t *newline = memchr(held.data + at, '\n', held.len - at);
        if (newline == NULL)
            break;
        size_t end = (size_t)(newline - held.data);
        if (!walk->is_skipping)
            line_take(walk, bytes_of(held.data + at, end - at));
        walk->line_start += end + 1 - at;
        if (walk->is_skipping)
            walk->first_line = walk->line_start;
        walk->is_skipping = false;
        at = end + 1;
    }
    if (at > 0 && at < held.len)
        memmove(walk->held.data, walk->held.data + at, held.len - at);
    walk->held.len = held.len - at;
}

static enum err tail_walk(
    struct tail_walk *walk,
    const struct disk *disk,
    struct disk_file *file,
    uint64_t to,
    struct fault *fault)
{
    uint64_t offset = walk->line_start;
    while (offset < to && walk->held.len <= LINE_BYTES_MAX) {
        uint64_t left = to - offset;
        size_t want = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
        size_t got = 0;
        uint8_t *piece = buffer_reserve(&walk->held, want);
        enum err err = disk->ops->read_at(disk->self, file, offset, piece, want, &got);
        if (err != ERR_OK)
            return fault_set(
                fault, ERR_IO, "byte %" PRIu64 " cannot be read: %s", offset, err_text(err));
        if (got == 0)
            return fault_set(
                fault, ERR_CORRUPT, "it became shorter than %" PRIu64 " bytes while it was read",
                to);
        walk->held.len += got;
        offset += got;
        lines_take(walk);
    }
    return ERR_OK;
}

static enum err starts_inside_line(
    const struct disk *disk, struct disk_file *file, uint64_t from, bool *out)
{
    *out = false;
    if (from == 0)
        return ERR_OK;
    uint8_t before = 0;
    size_t got = 0;
    enum err err = disk->ops->read_at(disk->self, file, from - 1, &before, 1, &got);
    if (err == ERR_OK)
        *out = got == 0 || before != '\n';
    return err;
}

// What is left without a newline was torn: the beginning of a line of ours, or damage.
static void rest_take(struct tail_walk *walk)
{
    struct bytes rest = buffer_bytes(&walk->held);
    if (rest.len > 0)
        bad_take(walk, id_offset(rest) > 0 || is_damaged(rest));
}

// Damage is cut off, but never a whole file: that was not ours unless it begins as ours do.
static bool may_cut(const struct tail_walk *walk, const uint8_t *first_byte)
{
    return walk->has_damage && (walk->first_bad > 0 || *first_byte == '{' || *first_byte == 0);
}

static enum err range_judge(
    struct tail_walk *walk,
    const struct disk *disk,
    struct disk_file *file,
    struct tail_range *range,
    struct fault *fault)
{
    if (!walk->has_bad) {
        range->whole_end = walk->line_start;
        return ERR_OK;
    }
    uint8_t first = 0;
    size_t got = 0;
    if (walk->first_bad == 0 && disk->ops->read_at(disk->self, file, 0, &first, 1, &got) != ERR_OK)
        return fault_set(fault, ERR_IO, "cannot be read");
    if (!may_cut(walk, &first))
        return fault_set(
            fault, ERR_CORRUPT,
            "the line at byte %" PRIu64 " is not an action or dead letter of ours",
            walk->first_bad);
    range->whole_end = walk->first_bad;
    return ERR_OK;
}

enum err tail_read(
    const struct disk *disk,
    struct disk_file *file,
    struct tail_range *range,
    struct id_set *ids,
    struct fault *fault)
{
    struct tail_walk walk = {.line_start = range->from, .first_line = range->from, .ids = ids};
    enum err err = starts_inside_line(disk, file, range->from, &walk.is_skipping);
    if (err != ERR_OK)
        return fault_set(fault, ERR_IO, "cannot be read: %s", err_text(err));
    err = tail_walk(&walk, disk, file, range->to, fault);
    if (err == ERR_OK && walk.is_skipping)
        err = fault_set(
            fault, ERR_CORRUPT, "no line begins between byte %" PRIu64 " and its end", range->from);
    if (err == ERR_OK) {
        rest_take(&walk);
        range->first_line = walk.first_line;
        err = range_judge(&walk, disk, file, range, fault);
    }
    buffer_free(&walk.held);
    return err;
}
