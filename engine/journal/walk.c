// A way through one journal file, record by record, everything verified.
#include "engine/journal/walk.h"

#include <inttypes.h>

#include "engine/base/invariant.h"
#include "engine/journal/layout.h"

enum { WINDOW_BYTES = 1024 * 1024 };

static enum err walk_io(const struct walk *walk, struct fault *fault, enum err err)
{
    return fault_set(fault, err, "%s: reading: %s", walk->path.text, err_text(err));
}

enum err walk_refresh(struct walk *walk, struct fault *fault)
{
    buffer_clear(&walk->window);
    enum err err = walk->disk.ops->size(walk->disk.self, walk->file, &walk->size_bytes);
    return err == ERR_OK ? ERR_OK : walk_io(walk, fault, err);
}

// Fills the window with at least len bytes from offset on, or to the end of the file.
static enum err window_fill(struct walk *walk, uint64_t offset, size_t len, struct fault *fault)
{
    struct buffer *window = &walk->window;
    size_t kept = 0;
    if (offset >= walk->window_at && offset < walk->window_at + window->len) {
        size_t skipped = (size_t)(offset - walk->window_at);
        kept = window->len - skipped;
        memmove(window->data, window->data + skipped, kept);
    }
    window->len = kept;
    walk->window_at = offset;

    // A length on the disk may be anything: room is made for what the file has, which may have grown.
    enum err err = ERR_OK;
    if (offset + len > walk->size_bytes)
        err = walk->disk.ops->size(walk->disk.self, walk->file, &walk->size_bytes);
    if (err != ERR_OK)
        return walk_io(walk, fault, err);
    uint64_t left = offset < walk->size_bytes ? walk->size_bytes - offset : 0;
    uint64_t ahead = len > WINDOW_BYTES ? len : WINDOW_BYTES;
    size_t wanted = (size_t)(left < ahead ? left : ahead);
    if (wanted <= kept)
        return ERR_OK; // the end of the file
    uint8_t *to = buffer_reserve(window, wanted - kept);
    size_t read = 0;
    err = walk->disk.ops->read_at(
        walk->disk.self, walk->file, offset + kept, to, wanted - kept, &read);
    if (err != ERR_OK) {
        buffer_clear(window);
        return walk_io(walk, fault, err);
    }
    window->len += read;
    return ERR_OK;
}

enum err walk_bytes(
    struct walk *walk, uint64_t offset, size_t len, struct bytes *out, struct fault *fault)
{
    bool is_there = walk->window.len > 0 && offset >= walk->window_at &&
                    offset + len <= walk->window_at + walk->window.len;
    if (!is_there) {
        enum err err = window_fill(walk, offset, len, fault);
        if (err != ERR_OK)
            return err;
    }
    size_t skipped = (size_t)(offset - walk->window_at);
    size_t found = walk->window.len - skipped;
    *out = found == 0 ? bytes_of(NULL, 0)
                      : bytes_of(walk->window.data + skipped, found < len ? found : len);
    return ERR_OK;
}

static enum err walk_check_header(struct walk *walk, uint64_t first, struct fault *fault)
{
    struct bytes sector;
    enum err err = walk_bytes(walk, 0, SECTOR_BYTES, &sector, fault);
    if (err != ERR_OK)
        return err;
    err = file_header_decode(sector, &walk->header);
    if (err == ERR_FORMAT)
        return fault_set(
            fault, err, "%s: journal format %" PRIu32 ", this version knows up to %d",
            walk->path.text, get_u32(sector.data + FILE_AT_FORMAT), FILE_FORMAT);
    if (err != ERR_OK)
        return fault_set(
            fault, err, "%s: sequence %" PRIu64 "..: the file header is %s", walk->path.text, first,
            err == ERR_TORN ? "missing" : "damaged");
    if (walk->header.first != first)
        return fault_set(
            fault, ERR_CORRUPT,
            "%s: sequence %" PRIu64 "..: the file header says first sequence %" PRIu64,
            walk->path.text, first, walk->header.first);
    return ERR_OK;
}

enum err walk_open(
    struct walk *walk, struct disk disk, const char *directory, uint64_t first, struct fault *fault)
{
    INVARIANT(walk->file == NULL);
    walk->disk = disk;
    walk->path = journal_file_path(directory, first);
    enum err err = disk.ops->open(disk.self, walk->path.text, DISK_READ, &walk->file);
    if (err != ERR_OK)
        return fault_set(fault, err, "%s: opening: %s", walk->path.text, err_text(err));
    err = walk_refresh(walk, fault);
    if (err == ERR_OK)
        err = walk_check_header(walk, first, fault);
    if (err != ERR_OK) {
        walk_close(walk);
        return err;
    }
    walk->at = SECTOR_BYTES;
    walk->sequence = first;
    walk->chain = walk->header.chain;
    walk->reason = "";
    return ERR_OK;
}

void walk_close(struct walk *walk)
{
    if (walk->file != NULL)
        walk->disk.ops->close(walk->disk.self, walk->file);
    walk->file = NULL;
    buffer_clear(&walk->window);
}

void walk_free(struct walk *walk)
{
    walk_close(walk);
    buffer_free(&walk->window);
}

static void walk_bad(struct walk *walk, const char *reason)
{
    walk->reason = reason;
    walk->bad_end = 0;
    walk->is_contradiction = false;
    walk->found = WALK_BAD;
}

static void walk_contradiction(struct walk *walk, const char *reason)
{
    walk->reason = reason;
    walk->is_contradiction = true;
    walk->found = WALK_BAD;
}

// Looks on at the next sector, where nothing stands at the end of a group. False when something else
// than zeroes is between.
static enum err walk_cross_gap(struct walk *walk, bool *is_zero_out, struct fault *fault)
{
    size_t len = (size_t)(SECTOR_BYTES - walk->at % SECTOR_BYTES) % SECTOR_BYTES;
    struct bytes gap;
    enum err err = walk_bytes(walk, walk->at, len, &gap, fault);
    if (err != ERR_OK)
        return err;
    *is_zero_out = true;
    for (size_t i = 0; i < gap.len; i++)
        if (gap.data[i] != 0)
            *is_zero_out = false;
    if (*is_zero_out)
        walk->record_at = walk->at + len;
    return ERR_OK;
}

static void walk_take_seal(struct walk *walk, const uint8_t *from, enum walk_depth depth)
{
    struct seal seal = seal_decode(from);
    bool is_right = seal.sequence_last + 1 == walk->sequence &&
                    seal.frames == walk->sequence - walk->header.first &&
                    seal.file_bytes == walk->record_at + SEAL_BYTES &&
                    hash128_equal(seal.chain, walk->chain);
    if (!is_right) {
        walk_contradiction(walk, "the seal contradicts the frames before it");
        return;
    }
    walk->found = WALK_SEAL;
    if (depth != WALK_PEEK)
        walk->at = walk->record_at + SEAL_BYTES;
}

// Moves behind a frame whose chain hash is given.
static void walk_pass_frame(struct walk *walk, const struct record *record, struct hash128 chain)
{
    walk->found = WALK_FRAME;
    walk->chain = chain;
    walk->sequence++;
    walk->at = walk->record_at + record->length;
}

static enum err walk_take_whole_frame(
    struct walk *walk, const struct record *record, struct fault *fault)
{
    struct bytes bytes;
    enum err err = walk_bytes(walk, walk->record_at, record->length, &bytes, fault);
    if (err != ERR_OK)
        return err;
    if (record_check_body(bytes, record) != ERR_OK) {
        walk_bad(
            walk, bytes.len < record->length ? "the frame is cut short"
                                             : "the frame's checksum is wrong");
        walk->bad_end = walk->record_at + record->length;
        return ERR_OK;
    }
    uint8_t *frame = walk->window.data + (walk->record_at - walk->window_at);
    struct hash128 said = hash128_get(frame + FRAME_AT_CHAIN);
    struct hash128 is = record_chain(frame, record->length, walk->chain, record->identity);
    hash128_put(frame + FRAME_AT_CHAIN, said);
    if (!hash128_equal(said, is)) {
        walk_contradiction(walk, "the chain hash does not follow from the frame before");
        return ERR_OK;
    }
    walk->frame = bytes;
    walk_pass_frame(walk, record, said);
    return ERR_OK;
}

// The record at walk->record_at, whose header was read.
static enum err walk_take(
    struct walk *walk,
    struct bytes header,
    const struct record *record,
    enum walk_depth depth,
    struct fault *fault)
{
    if (record->identity != walk->header.identity) {
        walk_bad(walk, "the record belongs to another data directory");
        return ERR_OK;
    }
    if (record->kind == RECORD_SEAL) {
        walk_take_seal(walk, header.data, depth);
        return ERR_OK;
    }
    if (record->sequence != walk->sequence) {
        walk_contradiction(walk, "the frame has another sequence");
        return ERR_OK;
    }
    switch (depth) {
    case WALK_PEEK: walk->found = WALK_FRAME; break;
    case WALK_SKIP: walk_pass_frame(walk, record, hash128_get(header.data + FRAME_AT_CHAIN)); break;
    case WALK_WHOLE: return walk_take_whole_frame(walk, record, fault);
    }
    return ERR_OK;
}

enum err walk_next(struct walk *walk, enum walk_depth depth, struct fault *fault)
{
    walk->record_at = walk->at;
    // At most twice: behind the end of a group the next record begins at the next sector.
    for (unsigned i = 0; i < 2; i++) {
        struct bytes header;
        enum err err = walk_bytes(walk, walk->record_at, FRAME_HEADER_BYTES, &header, fault);
        if (err != ERR_OK)
            return err;
        struct record record;
        err = header.len == 0 ? ERR_END : record_read(header, &record);
        if (err == ERR_OK)
            return walk_take(walk, header, &record, depth, fault);
        if (err != ERR_END) {
            walk_bad(
                walk,
                err == ERR_TORN ? "the record is cut short" : "the record's header is damaged");
            return ERR_OK;
        }
        if (walk->record_at % SECTOR_BYTES == 0)
            break;
        bool is_zero = false;
        err = walk_cross_gap(walk, &is_zero, fault);
        if (err != ERR_OK)
            return err;
        if (!is_zero) {
            walk_bad(walk, "the gap between two groups is not zero");
            return ERR_OK;
        }
    }
    walk->found = WALK_ZERO;
    return ERR_OK;
}
