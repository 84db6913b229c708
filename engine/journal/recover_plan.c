// Recovery, first half: reads the journal and decides what to do, without changing a byte.
#include <inttypes.h>

#include "engine/base/invariant.h"
#include "engine/journal/damage.h"
#include "engine/journal/layout.h"
#include "engine/journal/recover.h"
#include "engine/journal/walk.h"

// Where a plan stands between two files.
struct planner {
    const struct recovery_request *request;
    struct recovery_plan *plan;
    struct walk walk;
    struct fault *fault;
    uint64_t previous;     // first sequence of the file before; 0: none
    uint64_t sequence;     // that must come next; 0: any
    struct hash128 chain;  // after the file before
    uint64_t sealed_bytes; // of sealed files that were read whole
};

// Says that frames are missing between two files.
static enum err plan_gap(struct planner *planner, uint64_t first)
{
    return fault_set(
        planner->fault, ERR_CORRUPT,
        "%s: sequence %" PRIu64 "..%" PRIu64
        ": these frames are missing before this file; nothing was changed",
        journal_file_path(planner->request->directory, first).text, planner->sequence,
        first > planner->sequence ? first - 1 : planner->sequence);
}

// The header against what was asked for and against the file before.
static enum err plan_check_header(struct planner *planner)
{
    const struct file_header *header = &planner->walk.header;
    const struct recovery_request *expected = planner->request;
    const char *path = planner->walk.path.text;
    if (expected->identity != 0 &&
        (header->identity != expected->identity || header->shard != expected->shard))
        return fault_set(
            planner->fault, ERR_INVALID,
            "%s: belongs to shard %" PRIu32 " of data directory %016" PRIx64
            ", expected shard %" PRIu32 " of %016" PRIx64,
            path, header->shard, header->identity, expected->shard, expected->identity);
    if (planner->sequence == 0)
        return ERR_OK; // the oldest file: what was before it may have been removed
    if (header->first != planner->sequence || header->previous != planner->previous)
        return plan_gap(planner, header->first);
    if (!hash128_equal(header->chain, planner->chain) ||
        header->identity != planner->plan->head.identity ||
        header->shard != planner->plan->head.shard)
        return fault_set(
            planner->fault, ERR_CORRUPT,
            "%s: sequence %" PRIu64
            "..: this file does not follow from the one before; nothing was changed",
            path, header->first);
    return ERR_OK;
}

// Whether the file ends in a seal exactly as it should; then the walk stands behind it.
static enum err plan_read_seal(struct planner *planner, bool *is_sealed_out)
{
    struct walk *walk = &planner->walk;
    *is_sealed_out = false;
    if (walk->size_bytes < SECTOR_BYTES + SEAL_BYTES)
        return ERR_OK;
    uint64_t at = walk->size_bytes - SEAL_BYTES;
    struct bytes bytes;
    enum err err = walk_bytes(walk, at, SEAL_BYTES, &bytes, planner->fault);
    if (err != ERR_OK)
        return err;
    struct record record;
    if (record_read(bytes, &record) != ERR_OK || record.kind != RECORD_SEAL)
        return ERR_OK;
    struct seal seal = seal_decode(bytes.data);
    if (seal.identity != walk->header.identity || seal.file_bytes != walk->size_bytes ||
        seal.sequence_last + 1 != walk->header.first + seal.frames)
        return ERR_OK;
    walk->at = walk->size_bytes;
    walk->sequence = seal.sequence_last + 1;
    walk->chain = seal.chain;
    *is_sealed_out = true;
    return ERR_OK;
}

// Goes through all frames of the open file.
static enum err plan_walk(struct planner *planner)
{
    struct walk *walk = &planner->walk;
    do {
        enum err err = walk_next(walk, WALK_WHOLE, planner->fault);
        if (err != ERR_OK)
            return err;
    } while (walk->found == WALK_FRAME);
    return ERR_OK;
}

static enum err plan_damage(struct planner *planner, uint64_t fallback, const char *reason)
{
    struct damage damage;
    enum err err = damage_scan(&planner->walk, &damage, planner->fault);
    if (err != ERR_OK)
        return err;
    uint64_t last = damage_sequence_last(&planner->walk, &damage, fallback);
    return damage_fault(&planner->walk, last, reason, planner->fault);
}

// Whether the next file has no frame yet: only then may this one lack its seal.
static enum err plan_next_is_empty(struct planner *planner, uint64_t next, bool *is_empty_out)
{
    struct walk walk = {0};
    enum err err =
        walk_open(&walk, planner->request->disk, planner->request->directory, next, planner->fault);
    if (err == ERR_OK) {
        struct damage content;
        err = damage_scan(&walk, &content, planner->fault);
        *is_empty_out = err == ERR_OK && content.content_end == walk.at;
    }
    walk_free(&walk);
    return err;
}

// Has the open file, whose frames the walk went through, sealed at an offset and cut behind it.
static void plan_seal(struct planner *planner, uint64_t at)
{
    const struct walk *walk = &planner->walk;
    planner->plan->seal_first = walk->header.first;
    planner->plan->seal_at = at;
    planner->plan->seal = (struct seal){
        .sequence_last = walk->sequence - 1,
        .identity = walk->header.identity,
        .frames = walk->sequence - walk->header.first,
        .file_bytes = at + SEAL_BYTES,
        .chain = walk->chain};
}

// A file whose seal does not stand at its end, with a file after it.
static enum err plan_unsealed(struct planner *planner, uint64_t next, bool is_before_last)
{
    struct walk *walk = &planner->walk;
    enum err err = plan_walk(planner);
    if (err != ERR_OK)
        return err;
    if (walk->sequence != next)
        return plan_damage(
            planner, next - 1, walk->found == WALK_BAD ? walk->reason : "frames are missing");
    bool is_empty = false;
    if (is_before_last) {
        err = plan_next_is_empty(planner, next, &is_empty);
        if (err != ERR_OK)
            return err;
    }
    // A seal that was being written may leave its sector as rubbish, and nothing behind it.
    uint64_t at = walk->record_at;
    uint64_t content_max = at + SECTOR_BYTES;
    struct damage behind;
    walk->at = at;
    err = damage_scan(walk, &behind, planner->fault);
    if (err != ERR_OK)
        return err;
    if (!is_empty || at % SECTOR_BYTES != 0 || behind.content_end > content_max)
        return fault_set(
            planner->fault, ERR_CORRUPT,
            "%s: sequence %" PRIu64 "..%" PRIu64
            ": the seal or the end of the file is damaged, at offset %" PRIu64
            "; nothing was changed",
            walk->path.text, walk->header.first, next - 1, at);
    plan_seal(planner, at);
    return ERR_OK;
}

// A file with another after it: all of it was durable when that one was made.
static enum err plan_inner_file(struct planner *planner, uint64_t next, bool is_before_last)
{
    bool is_sealed;
    enum err err = plan_read_seal(planner, &is_sealed);
    if (err != ERR_OK)
        return err;
    uint64_t left = planner->request->sealed_bytes_max - planner->sealed_bytes;
    bool may_skip = planner->walk.size_bytes > left;
    if (is_sealed && may_skip)
        return ERR_OK;
    planner->sealed_bytes += may_skip ? 0 : planner->walk.size_bytes;
    if (!is_sealed)
        return plan_unsealed(planner, next, is_before_last);

    struct walk *walk = &planner->walk;
    walk->at = SECTOR_BYTES;
    walk->sequence = walk->header.first;
    walk->chain = walk->header.chain;
    err = plan_walk(planner);
    if (err != ERR_OK)
        return err;
    if (walk->found != WALK_SEAL || walk->at != walk->size_bytes)
        return plan_damage(
            planner, next - 1, walk->found == WALK_BAD ? walk->reason : "frames are missing");
    return ERR_OK;
}

// Whether the bad record is a frame whose bytes stop early, as a write or a file that was cut leaves it: no
// flipped bit looks so.
static bool is_cut_short(const struct walk *walk, const struct damage *damage)
{
    return walk->found == WALK_BAD && walk->bad_end > damage->content_end + RECORD_ALIGN;
}

// The last file: its frames, and what is to be done behind the last whole one.
static enum err plan_last_file(struct planner *planner)
{
    struct walk *walk = &planner->walk;
    struct recovery_plan *plan = planner->plan;
    enum err err = plan_walk(planner);
    if (err != ERR_OK)
        return err;
    struct damage damage;
    err = damage_scan(walk, &damage, planner->fault);
    if (err != ERR_OK)
        return err;
    const char *reason =
        walk->found == WALK_BAD ? walk->reason : "what stands here should be zeroes";
    if (walk->found == WALK_SEAL && damage.content_end > walk->at)
        return damage_fault(walk, walk->sequence, "something follows the seal", planner->fault);
    bool is_durable = damage.durable >= walk->sequence || damage.frames_end > walk->sequence ||
                      (walk->found == WALK_BAD && walk->is_contradiction);
    uint64_t known = planner->request->sequence_known;
    bool is_cut = known == walk->sequence && is_cut_short(walk, &damage);
    if (is_durable || (known >= walk->sequence && !is_cut))
        return damage_fault(
            walk, damage_sequence_last(walk, &damage, planner->request->sequence_known),
            is_durable ? reason : "the checkpoint stands at frames that are not here",
            planner->fault);

    if (is_cut)
        plan->found.durable_lost = walk->sequence;
    plan->is_head_sealed = walk->found == WALK_SEAL;
    if (walk->found == WALK_SEAL && walk->size_bytes > walk->at)
        plan_seal(planner, walk->record_at);
    plan->head_end = (walk->at + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    plan->head_size_bytes = walk->size_bytes;
    if (damage.content_end > walk->at) {
        plan->head_end = walk->at; // cut from the end of the last whole frame on
        plan->cut_end = damage.content_end;
        uint64_t torn_end =
            damage.content_end < walk->size_bytes ? damage.content_end : walk->size_bytes;
        plan->found.tail_cut_bytes = torn_end - walk->at;
        plan->found.tail_cut_file = walk->header.first;
    }
    return ERR_OK;
}

// Whether the last file never got its header and holds nothing: its roll-over did not come to an end.
static enum err plan_is_headerless(struct planner *planner, uint64_t first, bool *out)
{
    struct walk *walk = &planner->walk;
    enum err err =
        walk_open(walk, planner->request->disk, planner->request->directory, first, planner->fault);
    *out = false;
    if (err == ERR_OK)
        walk_close(walk);
    if (err != ERR_TORN)
        return err;

    walk->path = journal_file_path(planner->request->directory, first);
    err = walk->disk.ops->open(walk->disk.self, walk->path.text, DISK_READ, &walk->file);
    if (err != ERR_OK)
        return fault_set(planner->fault, err, "%s: opening: %s", walk->path.text, err_text(err));
    struct damage content = {0};
    walk->at = 0;
    err = walk_refresh(walk, planner->fault);
    if (err == ERR_OK && walk->size_bytes >= SECTOR_BYTES)
        err = damage_scan(walk, &content, planner->fault);
    walk_close(walk);
    if (err != ERR_OK)
        return err;
    if (content.content_end > 0)
        return fault_set(
            planner->fault, ERR_CORRUPT,
            "%s: sequence %" PRIu64
            "..: the file header is zeroes, but not what follows; nothing was changed",
            walk->path.text, first);
    *out = true;
    return ERR_OK;
}

static enum err plan_file(struct planner *planner, size_t i)
{
    struct recovery_plan *plan = planner->plan;
    struct walk *walk = &planner->walk;
    uint64_t first = plan->files.first[i];
    enum err err =
        walk_open(walk, planner->request->disk, planner->request->directory, first, planner->fault);
    if (err == ERR_TORN)
        err = ERR_CORRUPT; // the text stands
    if (err != ERR_OK)
        return err;
    err = plan_check_header(planner);
    if (err == ERR_OK && i + 1 < plan->files.count)
        err = plan_inner_file(planner, plan->files.first[i + 1], i + 2 == plan->files.count);
    else if (err == ERR_OK)
        err = plan_last_file(planner);
    plan->head = walk->header;
    planner->previous = first;
    planner->sequence = walk->sequence;
    planner->chain = walk->chain;
    walk_close(walk);
    return err;
}

static enum err plan_files(struct planner *planner)
{
    struct recovery_plan *plan = planner->plan;
    enum err err = file_list_read(
        planner->request->disk, planner->request->directory, &plan->files, planner->fault);
    if (err != ERR_OK)
        return err;
    if (plan->files.count > 0) {
        bool is_headerless;
        uint64_t last = plan->files.first[plan->files.count - 1];
        err = plan_is_headerless(planner, last, &is_headerless);
        if (err == ERR_OK && is_headerless) {
            plan->remove_first = last;
            plan->files.count--;
        }
        if (err != ERR_OK && err != ERR_CORRUPT && err != ERR_FORMAT)
            return err; // a damaged header is told after the files before it were looked at
    }
    for (size_t i = 0; i < plan->files.count; i++) {
        err = plan_file(planner, i);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

enum err recovery_plan_make(
    const struct recovery_request *request, struct recovery_plan *out, struct fault *fault)
{
    struct recovery_plan plan = {0};
    struct planner planner = {.request = request, .plan = &plan, .fault = fault};
    enum err err = plan_files(&planner);
    walk_free(&planner.walk);
    if (err == ERR_OK && plan.files.count == 0 && request->sequence_known > 0)
        err = fault_set(
            fault, ERR_CORRUPT,
            "%s: sequence 1..%" PRIu64 ": the checkpoint stands there, but the journal is empty",
            request->directory, request->sequence_known);
    if (err != ERR_OK) {
        file_list_free(&plan.files);
        return err;
    }
    plan.has_head = plan.files.count > 0;
    plan.before_first = plan.files.count > 1 ? plan.files.first[plan.files.count - 2] : 0;
    plan.found.files = plan.files.count;
    if (plan.has_head && planner.sequence > plan.files.first[0]) {
        plan.found.sequence_first = plan.files.first[0];
        plan.found.sequence_last = planner.sequence - 1;
        plan.found.frames = planner.sequence - plan.files.first[0];
    }
    plan.found.chain_last = planner.chain;
    *out = plan;
    return ERR_OK;
}

void recovery_plan_free(struct recovery_plan *plan)
{
    file_list_free(&plan->files);
}
