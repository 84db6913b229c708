// What lies behind a bad place in a journal file: nothing but a torn tail, or proof of real damage.
#include "engine/journal/damage.h"

#include <inttypes.h>

#include "engine/base/invariant.h"
#include "engine/journal/layout.h"

enum { SCAN_BYTES = 256 * 1024 };

// Whether a record of this journal, later than walk->sequence, begins at the bytes.
static bool is_later_record(const struct walk *walk, struct bytes bytes, struct record *record)
{
    if (bytes.len < SEAL_BYTES || get_u64(bytes.data + RECORD_AT_IDENTITY) != walk->header.identity)
        return false;
    if (record_read(bytes, record) != ERR_OK)
        return false;
    uint64_t sequence_min = record->kind == RECORD_SEAL ? walk->sequence : walk->sequence + 1;
    return record->sequence >= sequence_min;
}

// Takes in what one record behind the bad place proves.
static enum err damage_add(
    struct walk *walk,
    uint64_t at,
    const struct record *record,
    struct damage *damage,
    struct fault *fault)
{
    if (record->durable > damage->durable)
        damage->durable = record->durable;
    if (record->kind == RECORD_SEAL) {
        damage->frames_end = record->sequence + 1;
        return ERR_OK;
    }
    if (damage->whole_next != 0)
        return ERR_OK;
    struct bytes frame;
    enum err err = walk_bytes(walk, at, record->length, &frame, fault);
    if (err != ERR_OK)
        return err;
    if (record_check_body(frame, record) == ERR_OK)
        damage->whole_next = record->sequence;
    return ERR_OK;
}

// Looks at every place where a record can begin in [from, from + SCAN_BYTES).
static enum err damage_scan_piece(
    struct walk *walk, uint64_t from, struct damage *damage, bool *is_end_out, struct fault *fault)
{
    for (uint64_t at = from; at < from + SCAN_BYTES; at += RECORD_ALIGN) {
        struct bytes bytes;
        enum err err = walk_bytes(walk, at, FRAME_HEADER_BYTES, &bytes, fault);
        if (err != ERR_OK)
            return err;
        *is_end_out = bytes.len == 0;
        if (*is_end_out)
            return ERR_OK;
        bool is_zero = true;
        for (size_t i = 0; i < bytes.len && i < RECORD_ALIGN; i++)
            is_zero = is_zero && bytes.data[i] == 0;
        if (is_zero)
            continue;
        damage->content_end = at + RECORD_ALIGN;
        struct record record;
        if (!is_later_record(walk, bytes, &record))
            continue;
        err = damage_add(walk, at, &record, damage, fault);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

static bool bytes_are_zero(struct bytes bytes)
{
    return bytes.len == 0 ||
           (bytes.data[0] == 0 && memcmp(bytes.data, bytes.data + 1, bytes.len - 1) == 0);
}

enum err damage_scan(struct walk *walk, struct damage *out, struct fault *fault)
{
    INVARIANT(walk->at % RECORD_ALIGN == 0);
    struct damage damage = {.content_end = walk->at};
    bool is_end = false;
    for (uint64_t at = walk->at; !is_end; at += SCAN_BYTES) {
        struct bytes piece;
        enum err err = walk_bytes(walk, at, SCAN_BYTES, &piece, fault);
        if (err == ERR_OK && bytes_are_zero(piece))
            is_end = piece.len < SCAN_BYTES; // nearly all there is to see, nearly always
        else if (err == ERR_OK)
            err = damage_scan_piece(walk, at, &damage, &is_end, fault);
        if (err != ERR_OK)
            return err;
    }
    *out = damage;
    return ERR_OK;
}

uint64_t damage_sequence_last(
    const struct walk *walk, const struct damage *damage, uint64_t fallback)
{
    if (damage->whole_next > walk->sequence)
        return damage->whole_next - 1;
    if (damage->frames_end > walk->sequence)
        return damage->frames_end - 1;
    uint64_t known = damage->durable > fallback ? damage->durable : fallback;
    return known > walk->sequence ? known : walk->sequence;
}

enum err damage_fault(
    const struct walk *walk, uint64_t sequence_last, const char *reason, struct fault *fault)
{
    return fault_set(
        fault, ERR_CORRUPT,
        "%s: sequence %" PRIu64 "..%" PRIu64 ": %s, at offset %" PRIu64 "; nothing was changed",
        walk->path.text, walk->sequence, sequence_last, reason, walk->record_at);
}
