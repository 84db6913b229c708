// A data directory that was damaged: opened, verified and gone on with, or the damage is named.
//
// An input is a list of damages to the files of a whole directory, which is made once: a journal of several
// files, a store behind it by some frames. Real files, the real LMDB. What must hold:
//   - verifying changes nothing
//   - what opens goes on: events are folded, a checkpoint is written, it opens again and is verified
//   - damage of the store alone never keeps a shard from opening with the state that it had
//   - what is refused as damaged has a journal as before
#define _GNU_SOURCE
#include <inttypes.h>

#include "engine/base/diag.h"
#include "engine/fold/params.h"
#include "engine/fold/verify.h"
#include "engine/journal/layout.h"
#include "engine/journal/record.h"
#include "engine/os/os_disk.h"

#include "tests/fuzz/data_dir_files.h"

enum { DAMAGES_MAX = 16, EVENTS_BEFORE = 120, EVENTS_BEHIND = 12, EVENTS_MORE = 3 };
#define WALL_MS INT64_C(1767225600000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char RULES[] =
    "scores:\n"
    "  s:\n"
    "    bands: {warm: 20}\n"
    "    rules:\n"
    "      - {name: o, on: email.opened, if: 'local(now, \"Near/By\") > now', points: 5,"
    " limit: {times: 2, per: data.message}}\n"
    "actions: {task: {topic: actions.task, with: {title: string}}}\n"
    "workflows:\n"
    "  w: {on: score.band_changed, steps: [{do: task, with: {title: Call}}]}\n";

static struct {
    char directory[256];
    struct shard_params params;
    struct files whole;
    struct files damaged;
    struct files after;
    uint64_t sequence; // of the whole directory
    uint64_t digest;
    bool is_made;
} world;

// ---- a whole directory

// Every zone is an hour ahead.
static enum err read_zone(void *self, struct bytes name, struct arena *arena, struct zone_file *out)
{
    static const uint8_t file[44 + 6 + 4] = {
        'T', 'Z', 'i', 'f', [39] = 1, [43] = 4, [46] = 3600 >> 8, [47] = 3600 & 0xff};
    (void)self;
    (void)name;
    (void)arena;
    *out = (struct zone_file){bytes_of(file, sizeof(file)), {NULL, 0}};
    return ERR_OK;
}

static const struct zone_files_ops zone_ops = {.read = read_zone};

static void fold_events(struct shard *shard, int64_t first, int64_t count)
{
    struct fault fault = {ERR_OK, ""};
    for (int64_t i = first; i < first + count; i++) {
        char line[200];
        int len = snprintf(
            line, sizeof(line),
            "{\"id\":\"%" PRId64
            "\",\"source\":\"s\",\"type\":\"email.opened\",\"contact\":\"c-%" PRId64
            "\",\"data\":{\"message\":\"m%" PRId64 "\"}}",
            i, i % 17, i % 5);
        struct message message = {
            .value = bytes_of(line, (size_t)len),
            .position = i,
            .position_next = i + 1,
            .value_bytes = (uint64_t)len};
        uint64_t sequence = 0;
        uint64_t durable = 0;
        shard_frame_begin(shard, WALL_MS + i);
        INVARIANT(shard_fold(shard, "file:/f", &message, 1, NULL) == 1);
        enum err err = shard_frame_end(shard, &sequence, &fault);
        if (err != ERR_OK) {
            INVARIANT(err == ERR_CORRUPT || err == ERR_FORMAT); // a record that is damaged
            return;
        }
        INVARIANT(journal_sync(shard_journal(shard), &durable, &fault) == ERR_OK);
        struct outbox_batch batch = {0};
        (void)shard_take_outbox(shard, durable, &batch);
        outbox_batch_free(&batch);
        shard_published(shard, durable, 0);
    }
}

static bool write_checkpoint(struct shard *shard)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t sequence = 0;
    struct snapshot *snapshot = shard_checkpoint_begin(shard, &sequence);
    if (snapshot == NULL)
        return true;
    bool is_written = snapshot_write(snapshot, &fault) == ERR_OK &&
                      snapshot_commit(snapshot, 0, &fault) == ERR_OK;
    shard_checkpoint_end(shard, snapshot, is_written ? SNAPSHOT_COMMITTED : SNAPSHOT_ABANDONED);
    return is_written;
}

static void remove_world(void)
{
    files_remove(world.directory);
    (void)rmdir(world.directory);
}

// As the daemon does at its start: puts the rules in force where none are.
static void activate_rules(struct shard *shard)
{
    struct rule_file file = {"r.yaml", bytes_text(RULES)};
    struct rule_bundle bundle = {.files = &file, .count = 1};
    struct diagnostics list = {0};
    struct ruleset *ruleset = NULL;
    struct fault fault = {ERR_OK, ""};
    INVARIANT(ruleset_compile(&bundle, &list, &ruleset) == ERR_OK);
    INVARIANT(shard_activate(shard, ruleset, WALL_MS, &fault) == ERR_OK);
    diagnostics_free(&list);
}

static enum err open_shard(struct shard **out, struct shard_report *report, struct fault *fault)
{
    const struct shard_progress none = {NULL, NULL};
    return shard_open(&world.params, none, out, report, fault);
}

static void make_world(void)
{
    const char *scratch = getenv("TMPDIR");
    int len = snprintf(
        world.directory, sizeof(world.directory), "%s/fuzz_data_dir.XXXXXX",
        scratch == NULL ? "/tmp" : scratch);
    INVARIANT(len > 0 && (size_t)len < sizeof(world.directory));
    INVARIANT(mkdtemp(world.directory) != NULL);
    INVARIANT(atexit(remove_world) == 0);
    world.params = shard_params_default(os_disk(), world.directory);
    world.params.identity = 42;
    world.params.journal_file_bytes = 16384;
    world.params.zone_files.ops = &zone_ops;
    world.params.state.map_bytes = 8 << 20;
    struct shard *shard = NULL;
    struct shard_report report;
    struct fault fault = {ERR_OK, ""};
    INVARIANT(open_shard(&shard, &report, &fault) == ERR_OK);
    activate_rules(shard);
    fold_events(shard, 0, EVENTS_BEFORE);
    INVARIANT(write_checkpoint(shard));
    fold_events(shard, EVENTS_BEFORE / 2, EVENTS_BEFORE / 2 + EVENTS_BEHIND); // some are duplicates
    INVARIANT(write_checkpoint(shard));
    fold_events(shard, EVENTS_BEFORE + EVENTS_BEHIND, EVENTS_BEHIND);
    world.sequence = shard_sequence(shard);
    world.digest = state_digest(shard_state(shard));
    shard_close(shard);
    files_read(world.directory, &world.whole);
    world.is_made = true;
}

// ---- damage

enum damage {
    DAMAGE_OVERWRITE,
    DAMAGE_FLIP,
    DAMAGE_CUT,
    DAMAGE_EXTEND,
    DAMAGE_REMOVE,
    DAMAGE_REPLACE,
    DAMAGE_COPY,   // one page over another
    DAMAGE_REPAIR, // makes the checksums of a journal file right again
    DAMAGE_KINDS,
};

// Makes the checksums of header and records right, as far as their lengths lead.
static void repair_journal(uint8_t *file, size_t len)
{
    if (len < SECTOR_BYTES)
        return;
    put_u32(
        file + FILE_AT_CRC,
        crc32c(0, bytes_of(file + FILE_AT_FORMAT, FILE_HEADER_BYTES - FILE_AT_FORMAT)));
    size_t at = SECTOR_BYTES;
    while (at <= len && len - at >= FRAME_HEADER_BYTES) {
        uint32_t length = get_u32(file + at);
        uint32_t kind = get_u32(file + at + RECORD_AT_KIND);
        bool is_frame = kind == RECORD_FRAME && length >= FRAME_HEADER_BYTES && length <= len - at;
        if (is_frame)
            put_u32(
                file + at + RECORD_AT_BODY_CRC,
                crc32c(0, bytes_of(file + at + FRAME_HEADER_BYTES, length - FRAME_HEADER_BYTES)));
        if (is_frame || kind == RECORD_SEAL)
            record_finish_header(file + at);
        at += is_frame && length % RECORD_ALIGN == 0 ? length : SECTOR_BYTES - at % SECTOR_BYTES;
    }
}

static void copy_page(struct buffer *bytes, uint32_t from, uint32_t to)
{
    size_t pages = bytes->len / STORE_PAGE_BYTES;
    if (pages > 0)
        memmove(
            bytes->data + to % pages * STORE_PAGE_BYTES,
            bytes->data + from % pages * STORE_PAGE_BYTES, STORE_PAGE_BYTES);
}

// Does one damage to one file; gives the place of that file.
static unsigned damage_one(struct files *files, struct cursor *from)
{
    struct file *file = &files->items[cursor_u8(from) % files->count];
    struct buffer *bytes = &file->bytes;
    enum damage kind = (enum damage)(cursor_u8(from) % DAMAGE_KINDS);
    uint32_t at = cursor_u32(from);
    struct bytes given = cursor_bytes(from, cursor_u8(from));
    size_t place = bytes->len == 0 ? 0 : at % bytes->len;
    switch (kind) {
    case DAMAGE_OVERWRITE:
        for (size_t i = 0; i < given.len && place + i < bytes->len; i++)
            bytes->data[place + i] = given.data[i];
        break;
    case DAMAGE_FLIP:
        if (bytes->len > 0)
            bytes->data[place] ^= (uint8_t)(given.len == 0 ? 1 : given.data[0]);
        break;
    case DAMAGE_CUT: bytes->len = place; break;
    case DAMAGE_EXTEND:
        buffer_add_bytes(bytes, given);
        for (uint32_t i = 0; i < at % STORE_PAGE_BYTES; i++)
            buffer_add_u8(bytes, 0);
        break;
    case DAMAGE_REMOVE: file->is_gone = true; break;
    case DAMAGE_REPLACE:
        buffer_clear(bytes);
        buffer_add_bytes(bytes, given);
        break;
    case DAMAGE_COPY: copy_page(bytes, at & 0xffff, at >> 16); break;
    case DAMAGE_REPAIR:
        if (file->place == PLACE_JOURNAL)
            repair_journal(bytes->data, bytes->len);
        break;
    case DAMAGE_KINDS: break;
    }
    return file->place;
}

// ---- what must hold

// Gives whether the journal can be folded from its first frame.
static bool check_verify(void)
{
    const struct shard_progress none = {NULL, NULL};
    struct verify_report report;
    struct fault fault = {ERR_OK, ""};
    struct shard_params params = world.params;
    params.access = STATE_READ_ONLY;
    enum err err = verify_shard(&params, none, &report, &fault);
    INVARIANT(err == ERR_OK || fault.text[0] != '\0');
    files_read(world.directory, &world.after);
    for (unsigned place = 0; place < PLACES; place++)
        INVARIANT(files_digest(&world.after, place) == files_digest(&world.damaged, place));
    return report.frames > 0 && report.sequence_first == 1;
}

// Goes on with an open shard; it is closed afterwards, and whole.
static void check_goes_on(struct shard *shard, bool has_first_frame)
{
    const struct shard_progress none = {NULL, NULL};
    struct fault fault = {ERR_OK, ""};
    if (shard_ruleset(shard) == NULL)
        activate_rules(shard);
    uint64_t sequence_before = shard_sequence(shard);
    fold_events(shard, 100000, EVENTS_MORE);
    (void)state_digest_recomputed(shard_state(shard)); // reads every record
    enum err read = state_error(shard_state(shard), &fault);
    bool is_written = read == ERR_OK && write_checkpoint(shard);
    uint64_t digest = state_digest(shard_state(shard));
    uint64_t sequence = shard_sequence(shard);
    INVARIANT(read != ERR_OK || sequence == sequence_before + EVENTS_MORE);
    shard_close(shard);

    struct shard_report report;
    struct shard *again = NULL;
    enum err err = open_shard(&again, &report, &fault);
    INVARIANT(err == ERR_OK);
    // Not to be found at each start again: the store was given up, or removed already.
    INVARIANT(read == ERR_OK || report.is_store_rebuilt || report.checkpoint_sequence == 0);
    if (read == ERR_OK) {
        INVARIANT(shard_sequence(again) == sequence);
        INVARIANT(state_digest(shard_state(again)) == digest);
        INVARIANT(!is_written || report.checkpoint_sequence == sequence);
    }
    shard_close(again);
    struct verify_report verified;
    if (read == ERR_OK && is_written && has_first_frame)
        INVARIANT(verify_shard(&world.params, none, &verified, &fault) == ERR_OK);
}

static void check_open(bool has_whole_journal, bool has_first_frame)
{
    struct shard *shard = NULL;
    struct shard_report report;
    struct fault fault = {ERR_OK, ""};
    enum err err = open_shard(&shard, &report, &fault);
    if (has_whole_journal) {
        INVARIANT(err == ERR_OK);
        INVARIANT(shard_sequence(shard) == world.sequence);
        INVARIANT(state_digest(shard_state(shard)) == world.digest);
    }
    if (err == ERR_OK) {
        check_goes_on(shard, has_first_frame);
        return;
    }
    INVARIANT(fault.text[0] != '\0');
    INVARIANT(err == ERR_CORRUPT || err == ERR_FORMAT || err == ERR_INVALID || err == ERR_LIMIT);
    files_read(world.directory, &world.after);
    INVARIANT(
        files_digest(&world.after, PLACE_JOURNAL) == files_digest(&world.damaged, PLACE_JOURNAL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (!world.is_made)
        make_world();
    files_copy(&world.whole, &world.damaged);
    bool has_whole_journal = true;
    struct cursor from = cursor_of(bytes_of(data, len));
    for (int i = 0; i < DAMAGES_MAX && cursor_left(&from) > 0; i++)
        if (damage_one(&world.damaged, &from) == PLACE_JOURNAL)
            has_whole_journal = false;
    files_write(&world.damaged, world.directory);
    bool has_first_frame = check_verify();
    check_open(has_whole_journal, has_first_frame);
    return 0;
}
