// Reads a journal from any sequence on, verified, also while it is being written.
#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/arena.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/journal/damage.h"
#include "engine/journal/encode.h"
#include "engine/journal/journal.h"
#include "engine/journal/layout.h"
#include "engine/journal/walk.h"

struct journal_reader {
    struct disk disk;
    char *directory;
    struct walk walk;
    struct arena arena;
    uint64_t tail_checked; // first sequence of the file whose unwritten part was looked at
};

static enum err reader_open_file(struct journal_reader *reader, uint64_t first, struct fault *fault)
{
    enum err err = walk_open(&reader->walk, reader->disk, reader->directory, first, fault);
    return err == ERR_TORN ? ERR_CORRUPT : err; // a file has its name only when it has its header
}

// First sequence of the first file after the one being read, 0 when it is the last.
static enum err reader_next_file(struct journal_reader *reader, uint64_t *out, struct fault *fault)
{
    struct file_list list = {0};
    enum err err = file_list_read(reader->disk, reader->directory, &list, fault);
    if (err != ERR_OK)
        return err;
    size_t i = file_list_find(&list, reader->walk.header.first);
    size_t next = i == list.count ? 0 : i + 1;
    *out = next < list.count ? list.first[next] : 0;
    file_list_free(&list);
    return ERR_OK;
}

// Goes on with the file that begins where this one ends.
static enum err reader_cross(struct journal_reader *reader, struct fault *fault)
{
    struct walk *walk = &reader->walk;
    struct file_header before = walk->header;
    uint64_t sequence = walk->sequence;
    struct hash128 chain = walk->chain;
    walk_close(walk);
    enum err err = reader_open_file(reader, sequence, fault);
    if (err != ERR_OK)
        return err;
    if (walk->header.previous != before.first || walk->header.identity != before.identity ||
        !hash128_equal(walk->header.chain, chain)) {
        err = fault_set(
            fault, ERR_CORRUPT,
            "%s: sequence %" PRIu64 "..: this file does not follow from the one before",
            walk->path.text, sequence);
        return err;
    }
    return ERR_OK;
}

static enum err reader_damage(
    struct journal_reader *reader, const char *reason, uint64_t fallback, struct fault *fault)
{
    struct damage damage;
    enum err err = damage_scan(&reader->walk, &damage, fault);
    if (err != ERR_OK)
        return err;
    uint64_t last = damage_sequence_last(&reader->walk, &damage, fallback);
    return damage_fault(&reader->walk, last, reason, fault);
}

// In the last file: a tail that is being written or was torn is the end, unless a later record
// proves that this place was durable.
static enum err reader_end(
    struct journal_reader *reader, enum walk_found found, struct fault *fault)
{
    struct walk *walk = &reader->walk;
    if (found == WALK_ZERO && reader->tail_checked == walk->header.first)
        return ERR_END;
    struct damage damage;
    enum err err = damage_scan(walk, &damage, fault);
    if (err != ERR_OK)
        return err;
    if (damage.durable < walk->sequence && damage.frames_end <= walk->sequence) {
        reader->tail_checked = walk->header.first; // once a file: a follower asks often
        return ERR_END;
    }
    const char *reason = found == WALK_BAD ? walk->reason : "frames are missing here";
    return damage_fault(walk, damage_sequence_last(walk, &damage, 0), reason, fault);
}

// One step over frames and files.
static enum err reader_step(
    struct journal_reader *reader, enum walk_depth depth, struct fault *fault)
{
    struct walk *walk = &reader->walk;
    bool is_fresh = false; // what was found was read after the list of files was
    uint64_t next = 0;
    for (;;) {
        enum err err = walk_next(walk, depth, fault);
        enum walk_found found = walk->found;
        if (err != ERR_OK || found == WALK_FRAME)
            return err;
        if (!is_fresh) {
            err = reader_next_file(reader, &next, fault);
            if (err == ERR_OK)
                err = walk_refresh(walk, fault);
            if (err != ERR_OK)
                return err;
            if (found == WALK_SEAL)
                walk->at = walk->record_at; // to look at it again
            is_fresh = true;
            continue;
        }
        if (next == 0)
            return found == WALK_SEAL ? ERR_END : reader_end(reader, found, fault);
        bool is_whole = next == walk->sequence && found != WALK_BAD;
        if (!is_whole)
            return reader_damage(
                reader, found == WALK_BAD ? walk->reason : "frames are missing here", next - 1,
                fault);
        err = reader_cross(reader, fault);
        if (err != ERR_OK)
            return err;
        is_fresh = false;
    }
}

// Moves to the frame with a sequence, within the file that must hold it.
static enum err reader_seek(struct journal_reader *reader, uint64_t sequence, struct fault *fault)
{
    enum err err = ERR_OK;
    while (err == ERR_OK && reader->walk.sequence < sequence)
        err = reader_step(reader, WALK_SKIP, fault);
    if (err == ERR_OK)
        err = reader_step(reader, WALK_PEEK, fault);
    if (err == ERR_END)
        err = fault_set(
            fault, ERR_MISSING, "%s: no frame with sequence %" PRIu64, reader->directory, sequence);
    return err;
}

// Opens the file that holds a sequence, unless it is the one being read and the place in it is not behind.
static enum err reader_begin(struct journal_reader *reader, uint64_t sequence, struct fault *fault)
{
    struct file_list list = {0};
    enum err err = file_list_read(reader->disk, reader->directory, &list, fault);
    if (err != ERR_OK)
        return err;
    size_t i = sequence == 0 ? 0 : file_list_find(&list, sequence);
    uint64_t first = i < list.count ? list.first[i] : 0;
    file_list_free(&list);
    if (first == 0)
        return fault_set(
            fault, ERR_MISSING, "%s: no journal file holds sequence %" PRIu64, reader->directory,
            sequence);
    struct walk *walk = &reader->walk;
    bool is_ahead = walk->file != NULL && walk->header.first == first && walk->sequence <= sequence;
    if (!is_ahead) {
        walk_close(walk);
        err = reader_open_file(reader, first, fault);
        if (err != ERR_OK)
            return err;
    }
    return reader_seek(reader, sequence == 0 ? first : sequence, fault);
}

enum err journal_reader_open(
    struct disk disk,
    const char *directory,
    uint64_t sequence,
    struct journal_reader **out,
    struct fault *fault)
{
    struct journal_reader *reader = mem_zero(1, sizeof(*reader));
    reader->disk = disk;
    reader->directory = mem_text(directory, strlen(directory));
    enum err err = reader_begin(reader, sequence, fault);
    if (err != ERR_OK) {
        journal_reader_close(reader);
        return err;
    }
    *out = reader;
    return ERR_OK;
}

enum err journal_reader_seek(struct journal_reader *reader, uint64_t sequence, struct fault *fault)
{
    INVARIANT(sequence > 0);
    enum err err = reader_begin(reader, sequence, fault);
    if (err != ERR_OK)
        walk_close(&reader->walk); // so that nothing is read from where it stands
    return err;
}

void journal_reader_close(struct journal_reader *reader)
{
    if (reader == NULL)
        return;
    walk_free(&reader->walk);
    arena_free(&reader->arena);
    free(reader->directory);
    free(reader);
}

enum err journal_reader_next(
    struct journal_reader *reader,
    struct bytes *frame_out,
    struct frame_reader *out,
    struct fault *fault)
{
    if (reader->walk.file == NULL) // an earlier call closed one file and could not open the next
        return fault_set(fault, ERR_STATE, "%s: reading failed before", reader->directory);
    enum err err = reader_step(reader, WALK_WHOLE, fault);
    if (err != ERR_OK)
        return err;
    arena_clear(&reader->arena);
    const char *reason = "";
    err = frame_views(reader->walk.frame, &reader->arena, out, &reason);
    if (err != ERR_OK)
        return fault_set(
            fault, err, "%s: sequence %" PRIu64 "..%" PRIu64 ": %s", reader->walk.path.text,
            reader->walk.sequence - 1, reader->walk.sequence - 1, reason);
    *frame_out = reader->walk.frame;
    return ERR_OK;
}
