#include "engine/fold/shard_zones.h"

#include <inttypes.h>

#include "engine/base/invariant.h"
#include "engine/fold/shard_internal.h"
#include "engine/fold/zone_change.h"

// Part of the largest frame at which a renewal goes on in another one.
enum { FRAME_RENEWAL_PARTS = 4 };
// Of a command beside the file.
enum { COMMAND_BYTES_MAX = 128 };

void shard_zones_free(struct shard_zones *zones)
{
    buffer_free(&zones->payload);
}

// --- the command
// Sized name, sized version of the database, sized file.
void zone_command_pack(const struct zone_command *command, struct buffer *to)
{
    buffer_add_sized(to, command->name);
    buffer_add_sized(to, command->version);
    buffer_add_sized(to, command->file);
}

enum err zone_command_unpack(struct bytes payload, struct zone_command *out)
{
    struct cursor from = cursor_of(payload);
    struct zone_command command = {.name = cursor_sized(&from)};
    command.version = cursor_sized(&from);
    command.file = cursor_sized(&from);
    if (from.has_failed || cursor_left(&from) > 0)
        return ERR_CORRUPT;
    *out = command;
    return ERR_OK;
}

static void add_command(struct shard *shard, struct bytes payload)
{
    shard_add_command(shard, FRAME_COMMAND_ZONE, payload);
    shard->zones.frame_bytes += payload.len;
}

static enum err read_file(
    const struct shard *shard, struct bytes name, struct arena *arena, struct zone_file *out)
{
    const struct zone_files *files = &shard->params.zone_files;
    return files->ops == NULL ? ERR_MISSING : files->ops->read(files->self, name, arena, out);
}

// --- names that are of no zone
static struct unknown_zone *find_unknown(struct shard_zones *zones, struct bytes name)
{
    for (size_t i = 0; i < ZONES_UNKNOWN_KEPT; i++) {
        struct unknown_zone *unknown = &zones->unknown[i];
        if (unknown->sequence > 0 &&
            bytes_equal(bytes_of(unknown->name, unknown->name_bytes), name))
            return unknown;
    }
    return NULL;
}

static struct unknown_zone *oldest_unknown(struct shard_zones *zones)
{
    struct unknown_zone *oldest = &zones->unknown[0];
    for (size_t i = 1; i < ZONES_UNKNOWN_KEPT; i++) {
        if (zones->unknown[i].sequence < oldest->sequence)
            oldest = &zones->unknown[i];
    }
    return oldest;
}

// What was none once in a frame is none until its end, or a replay, which knows the zones of the whole frame from its
// beginning, would see another one. So none is forgotten that this frame asked for.
static void remember_unknown(struct shard *shard, struct bytes name, enum err why)
{
    struct unknown_zone *unknown = find_unknown(&shard->zones, name);
    if (unknown == NULL)
        unknown = oldest_unknown(&shard->zones);
    if (unknown->sequence == shard->frame_sequence) {
        shard->zones.frame_is = ZONES_CLOSED;
        return;
    }
    unknown->sequence = shard->frame_sequence;
    unknown->name_bytes = (uint8_t)name.len;
    memcpy(unknown->name, name.data, name.len);
    unknown->reason = why == ERR_MISSING || why == ERR_CORRUPT ? ZONE_IS_NONE : ZONE_UNREADABLE;
    shard->zones.frame_unknown++;
}

// Whether it is known to be none; then it is kept in this frame.
static bool is_unknown(struct shard *shard, struct bytes name)
{
    struct unknown_zone *unknown = find_unknown(&shard->zones, name);
    if (unknown == NULL)
        return false;
    if (unknown->sequence == shard->frame_sequence)
        return true;
    if (unknown->reason == ZONE_UNREADABLE)
        return false;
    unknown->sequence = shard->frame_sequence;
    shard->zones.frame_unknown++;
    return true;
}

// --- asking the system
static uint64_t frame_room(const struct shard *shard)
{
    return shard->params.frame_bytes_max / FRAME_ZONES_PARTS;
}

static void take_zone(struct shard *shard, struct bytes name, const struct zone_file *file)
{
    struct shard_zones *zones = &shard->zones;
    const struct zone_command command = {name, file->version, file->bytes};
    buffer_clear(&zones->payload);
    zone_command_pack(&command, &zones->payload);
    if (zones->frame_bytes + zones->payload.len > frame_room(shard)) {
        zones->frame_is = ZONES_CLOSED; // it is there for the next event, which begins a frame
        return;
    }
    enum err err = zones_put(&shard->fold.zones, name, file->bytes, shard->frame_sequence);
    if (err != ERR_OK)
        remember_unknown(shard, name, err);
    else
        add_command(shard, buffer_bytes(&zones->payload));
}

// The fold's want_zone.
static void want_zone(void *context, struct bytes name)
{
    struct shard *shard = context;
    INVARIANT(shard->is_in_frame);
    if (shard->zones.frame_is == ZONES_CLOSED || is_unknown(shard, name))
        return;
    struct arena arena = {0};
    struct zone_file file;
    enum err err = read_file(shard, name, &arena, &file);
    if (err == ERR_OK)
        take_zone(shard, name, &file);
    else
        remember_unknown(shard, name, err);
    arena_free(&arena);
}

void shard_zones_frame_begin(struct shard *shard)
{
    shard->zones.frame_bytes = 0;
    shard->zones.frame_unknown = 0;
    shard->zones.frame_is = ZONES_OPEN;
    shard->fold.want_zone = want_zone;
    shard->fold.want_zone_context = shard;
}

void shard_zones_frame_end(struct shard *shard)
{
    shard->fold.want_zone = NULL;
}

bool shard_zones_are_full(const struct shard *shard)
{
    const struct shard_zones *zones = &shard->zones;
    uint64_t bytes_max = frame_room(shard);
    bool is_short = zones->frame_bytes + ZONE_FILE_BYTES_MAX + COMMAND_BYTES_MAX > bytes_max;
    return zones->frame_is == ZONES_CLOSED || zones->frame_unknown > ZONES_UNKNOWN_KEPT / 2 ||
           (zones->frame_bytes > 0 && is_short);
}

// --- what has changed in the system
// Puts changed zones in force, from *next on, and their commands' payloads, sized, into *payloads; as many as go into
// one frame.
static void collect_changed(struct shard *shard, size_t *next, struct buffer *payloads)
{
    struct zones *zones = &shard->fold.zones;
    uint64_t sequence = journal_sequence_next(shard->journal);
    size_t bytes_max = shard->params.frame_bytes_max / FRAME_RENEWAL_PARTS;
    struct arena arena = {0};
    buffer_clear(payloads);
    shard->zones.frame_changed = 0;
    for (; *next < zones->count && payloads->len < bytes_max; ++*next) {
        struct known_zone *known = &zones->items[*next];
        struct zone_file file;
        arena_clear(&arena);
        // One that has gone, or cannot be read, stays as it was.
        if (read_file(shard, known->name, &arena, &file) != ERR_OK ||
            zones_file_hash(file.bytes) == known->file_hash ||
            zones_put(zones, known->name, file.bytes, sequence) != ERR_OK)
            continue;
        const struct zone_command command = {known->name, file.version, file.bytes};
        buffer_clear(&shard->zones.payload);
        zone_command_pack(&command, &shard->zones.payload);
        buffer_add_sized(payloads, buffer_bytes(&shard->zones.payload));
        shard->zones.renewed++;
        shard->zones.frame_changed++;
    }
    arena_free(&arena);
}

// Contacts that go by zones that were others before this frame.
static void plan_again(struct shard *shard)
{
    if (shard->zones.frame_changed > 0)
        zone_change_files(&shard->fold);
    shard->zones.frame_changed = 0;
}

// A replay puts the zones of a frame in force before all else in it. So they are in force here before it begins; what is
// due fires in the frame after this.
enum err shard_zones_renew(struct shard *shard, int64_t wall_ms, struct fault *fault)
{
    struct buffer payloads = {0};
    enum err err = ERR_OK;
    for (size_t i = 0; i < ZONES_UNKNOWN_KEPT; i++)
        shard->zones.unknown[i].sequence = 0;
    for (size_t next = 0; err == ERR_OK && next < shard->fold.zones.count;) {
        uint64_t sequence = 0;
        collect_changed(shard, &next, &payloads);
        if (payloads.len == 0)
            break;
        shard_frame_open(shard, wall_ms);
        struct cursor each = cursor_of(buffer_bytes(&payloads));
        while (cursor_left(&each) > 0)
            add_command(shard, cursor_sized(&each));
        plan_again(shard);
        err = shard_frame_end(shard, &sequence, fault);
    }
    buffer_free(&payloads);
    return err;
}

// --- from the journal
static enum err put_zone(
    struct shard *shard, struct bytes payload, uint64_t sequence, struct fault *fault)
{
    struct zone_command command;
    enum err err = zone_command_unpack(payload, &command);
    const struct known_zone *before =
        err == ERR_OK ? zones_find(&shard->fold.zones, command.name) : NULL;
    if (before != NULL && before->file_hash != zones_file_hash(command.file))
        shard->zones.frame_changed++;
    if (err == ERR_OK)
        err = zones_put(&shard->fold.zones, command.name, command.file, sequence);
    return err == ERR_OK
               ? ERR_OK
               : fault_set(fault, err, "sequence %" PRIu64 ": malformed time zone", sequence);
}

enum err shard_zones_replay(
    struct shard *shard, const struct frame_reader *frame, struct fault *fault)
{
    struct frame_reader commands = *frame;
    struct frame_command command;
    enum err err = ERR_OK;
    shard->zones.frame_changed = 0;
    while ((err = frame_next_command(&commands, &command)) == ERR_OK) {
        if (command.kind == FRAME_COMMAND_ZONE)
            err = put_zone(shard, command.payload, frame->head.sequence, fault);
        if (err != ERR_OK)
            return err;
    }
    if (err != ERR_END)
        return err;
    plan_again(shard);
    return ERR_OK;
}

void shard_zones_take(struct shard *shard, struct bytes payloads)
{
    struct cursor each = cursor_of(payloads);
    while (cursor_left(&each) > 0) {
        struct bytes payload = cursor_sized(&each);
        enum err err = put_zone(shard, payload, shard->frame_sequence, NULL);
        INVARIANT(err == ERR_OK); // it was put into other zones before
        add_command(shard, payload);
    }
    shard->zones.frame_is = ZONES_CLOSED;
}

// --- checkpoints
// How many, and of each the sized name and the sequence.
void shard_zones_pack(const struct shard *shard, struct buffer *to)
{
    const struct zones *zones = &shard->fold.zones;
    buffer_add_varint(to, zones->count);
    for (size_t i = 0; i < zones->count; i++) {
        buffer_add_sized(to, zones->items[i].name);
        buffer_add_varint(to, zones->items[i].sequence);
    }
}

struct zone_at {
    struct bytes name;
    uint64_t sequence;
};
struct zone_list {
    struct zone_at *items;
    uint64_t count;
};

static enum err read_list(struct cursor *from, struct arena *arena, struct zone_list *out)
{
    struct zone_list list = {.count = cursor_varint(from)};
    if (list.count > cursor_left(from)) // each takes a byte at least
        return ERR_CORRUPT;
    list.items = arena_alloc(arena, list.count * sizeof(*list.items));
    for (uint64_t i = 0; i < list.count; i++) {
        list.items[i].name = cursor_sized(from);
        list.items[i].sequence = cursor_varint(from);
    }
    *out = list;
    return from->has_failed ? ERR_CORRUPT : ERR_OK;
}

static bool is_listed(const struct zone_list *list, struct bytes name, uint64_t sequence)
{
    for (uint64_t i = 0; i < list->count; i++) {
        if (bytes_equal(list->items[i].name, name))
            return list->items[i].sequence == sequence;
    }
    return false;
}

// Puts those zones of a frame in force whose last word is there.
static enum err read_frame(
    struct shard *shard, const struct zone_list *list, uint64_t sequence, struct fault *fault)
{
    struct journal_reader *reader = NULL;
    struct bytes bytes;
    struct frame_reader frame;
    struct frame_command command;
    struct zone_command zone;
    enum err err =
        journal_reader_open(shard->params.disk, shard->journal_directory, sequence, &reader, fault);
    if (err != ERR_OK)
        return err;
    err = journal_reader_next(reader, &bytes, &frame, fault);
    if (err != ERR_OK)
        goto close_reader;
    while ((err = frame_next_command(&frame, &command)) == ERR_OK) {
        bool is_wanted = command.kind == FRAME_COMMAND_ZONE &&
                         zone_command_unpack(command.payload, &zone) == ERR_OK &&
                         is_listed(list, zone.name, sequence);
        if (is_wanted)
            err = put_zone(shard, command.payload, sequence, fault);
        if (err != ERR_OK)
            goto close_reader;
    }
    err = err == ERR_END ? ERR_OK : err;
close_reader:
    journal_reader_close(reader);
    return err;
}

static bool is_known(const struct shard *shard, const struct zone_at *at)
{
    const struct known_zone *known = zones_find(&shard->fold.zones, at->name);
    return known != NULL && known->sequence == at->sequence;
}

enum err shard_zones_unpack(struct shard *shard, struct cursor *from, struct fault *fault)
{
    struct arena arena = {0};
    struct zone_list list;
    enum err err = read_list(from, &arena, &list);
    if (err != ERR_OK)
        (void)fault_set(fault, err, "the checkpoint's time zones are malformed");
    for (uint64_t i = 0; err == ERR_OK && i < list.count; i++) {
        const struct zone_at *at = &list.items[i];
        if (is_known(shard, at))
            continue; // the frame of one before it had it
        err = read_frame(shard, &list, at->sequence, fault);
        if (err == ERR_OK && !is_known(shard, at))
            err = fault_set(
                fault, ERR_CORRUPT,
                "sequence %" PRIu64 ": expected a time zone to be journalled there", at->sequence);
    }
    arena_free(&arena);
    return err;
}
