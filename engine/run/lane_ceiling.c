// The file, little endian: magic "EC01" (4), CRC32C of the bytes behind it (4), 1: it stands still (8), a frame (8): then the
// last that had passed, else the last that was released.
#include "engine/run/lane_ceiling.h"

#include <stdio.h>

#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/fold/publish_ahead.h"
#include "engine/fold/shard_drop.h"
#include "engine/run/lane.h"
#include "engine/run/lane_rules.h"
#include "engine/run/lane_timers.h"
#include "engine/run/ticket.h"

#define MINUTE_MS INT64_C(60000)

enum { FILE_BYTES = 24, FILE_CRC = 4, FILE_SHUT = 8, FILE_SEQUENCE = 16 };
static const char magic[] = "EC01";

// --- the file
static uint32_t file_crc(const uint8_t *bytes)
{
    return crc32c(0, bytes_of(bytes + FILE_SHUT, FILE_BYTES - FILE_SHUT));
}

static enum err write_aside(const struct disk *disk, const char *path, struct bytes bytes)
{
    struct disk_file *file = NULL;
    (void)disk->ops->remove(disk->self, path); // left by a process that died here
    enum err err = disk->ops->open(disk->self, path, DISK_CREATE, &file);
    if (err != ERR_OK)
        return err;
    err = disk->ops->write_at(disk->self, file, 0, bytes);
    if (err == ERR_OK)
        err = disk->ops->sync_data(disk->self, file);
    disk->ops->close(disk->self, file);
    return err;
}

static enum err write_file(struct lane *lane, bool is_shut, uint64_t sequence, struct fault *fault)
{
    const struct disk *disk = &lane->runtime->disk;
    const char *path = lane->ceiling.path;
    char aside[CEILING_PATH_BYTES + 8];
    char directory[CEILING_PATH_BYTES];
    uint8_t bytes[FILE_BYTES];
    (void)snprintf(aside, sizeof(aside), "%s.new", path);
    (void)snprintf(directory, sizeof(directory), "%s", path);
    *strrchr(directory, '/') = '\0';
    memcpy(bytes, magic, FILE_CRC);
    put_u64(bytes + FILE_SHUT, is_shut ? 1 : 0);
    put_u64(bytes + FILE_SEQUENCE, sequence);
    put_u32(bytes + FILE_CRC, file_crc(bytes));
    enum err err = write_aside(disk, aside, bytes_of(bytes, sizeof(bytes)));
    if (err == ERR_OK)
        err = disk->ops->rename(disk->self, aside, path);
    if (err == ERR_OK)
        err = disk->ops->sync_directory(disk->self, directory);
    return err == ERR_OK ? ERR_OK
                         : fault_set(fault, err, "%s: cannot be written: %s", path, err_text(err));
}

static enum err read_file(struct lane *lane, bool *is_shut_out, uint64_t *sequence_out)
{
    const struct disk *disk = &lane->runtime->disk;
    struct disk_file *file = NULL;
    uint8_t bytes[FILE_BYTES] = {0};
    size_t len = 0;
    enum err err = disk->ops->open(disk->self, lane->ceiling.path, DISK_READ, &file);
    if (err != ERR_OK)
        return err;
    err = disk->ops->read_at(disk->self, file, 0, bytes, sizeof(bytes), &len);
    disk->ops->close(disk->self, file);
    bool is_good = len == FILE_BYTES && memcmp(bytes, magic, FILE_CRC) == 0 &&
                   get_u32(bytes + FILE_CRC) == file_crc(bytes);
    if (err == ERR_OK && !is_good)
        err = ERR_CORRUPT;
    if (err != ERR_OK)
        return err;
    *is_shut_out = get_u64(bytes + FILE_SHUT) != 0;
    *sequence_out = get_u64(bytes + FILE_SEQUENCE);
    return ERR_OK;
}

static void say_still(const struct lane *lane, const char *message)
{
    DIAG(
        &lane->runtime->log, DIAG_ERROR, message, DIAG_NUM("shard", lane->number),
        DIAG_NUM("actions_per_minute", lane->settings->actions_per_minute),
        DIAG_NUM("passed", lane->ceiling.passed));
}

void lane_ceiling_open(struct lane *lane, const char *directory)
{
    struct lane_ceiling *ceiling = &lane->ceiling;
    bool is_shut = false;
    uint64_t sequence = 0;
    struct fault fault = {.err = ERR_OK};
    (void)snprintf(ceiling->path, sizeof(ceiling->path), "%s/ceiling", directory);
    ceiling->may_be_out = shard_sequence(lane->shard);
    if (lane->settings->actions_per_minute == 0)
        return; // what stood still goes on
    enum err err = read_file(lane, &is_shut, &sequence);
    if (err == ERR_MISSING)
        return;
    if (err != ERR_OK) {
        is_shut = true;
        sequence = shard_sequence_published(lane->shard);
    }
    ceiling->free_up_to = sequence;
    ceiling->passed = sequence;
    ceiling->is_noted = err == ERR_OK && is_shut;
    if (ceiling->is_noted)
        ceiling->may_be_out = 0;
    atomic_store(&ceiling->is_shut, is_shut);
    if (!is_shut)
        return;
    if (lane->runtime->is_once) { // nobody could release them
        (void)fault_set(
            &fault, ERR_STATE,
            "actions beyond limits.actions_per_minute wait: start without --once and release them");
        runtime_fail(lane->runtime, EXIT_CODE_FAILED, "actions wait to be released", &fault);
    }
    ceiling_gate_shut(&lane->runtime->ceiling);
    say_still(lane, "actions beyond the ceiling wait, as before, to be released");
}

// --- frames
static void note_still(struct lane *lane)
{
    struct lane_ceiling *ceiling = &lane->ceiling;
    struct fault fault = {.err = ERR_OK};
    ceiling->is_noted = write_file(lane, true, ceiling->passed, &fault) == ERR_OK;
    if (!ceiling->is_noted) // a restart would let out so many again
        DIAG(
            &lane->runtime->log, DIAG_WARN, "a restart would not know that actions stand still",
            DIAG_NUM("shard", lane->number), DIAG_TEXT("reason", fault.text));
}

static void stand_still(struct lane *lane, const char *message)
{
    atomic_store(&lane->ceiling.is_shut, true);
    ceiling_gate_shut(&lane->runtime->ceiling);
    say_still(lane, message);
    note_still(lane);
}

// Counts the frame's actions with those of the other lanes; false where the minute has no room for them.
static bool count_frame(struct lane *lane, const struct outbox_ahead *frame)
{
    struct lane_ceiling *ceiling = &lane->ceiling;
    uint32_t max = lane->settings->actions_per_minute;
    int64_t minute = frame->tick_ms / MINUTE_MS;
    if (minute != ceiling->minute)
        ceiling->count = 0;
    ceiling->minute = minute;
    if (frame->actions == 0)
        return true;
    if (ceiling->count + frame->actions > max ||
        !ceiling_gate_count(&lane->runtime->ceiling, minute, frame->actions, max))
        return false;
    ceiling->count += frame->actions;
    return true;
}

static bool may_pass(void *context, const struct outbox_ahead *frame)
{
    struct lane *lane = context;
    struct lane_ceiling *ceiling = &lane->ceiling;
    bool is_free = frame->sequence <= ceiling->free_up_to;
    if (!is_free && atomic_load_explicit(&ceiling->is_shut, memory_order_relaxed))
        return false;
    if (!is_free && frame->actions > 0 && ceiling_gate_is_shut(&lane->runtime->ceiling)) {
        stand_still(lane, "actions of another shard wait to be released: so do these");
        return false;
    }
    if (!is_free && !lane->runtime->is_once && !count_frame(lane, frame)) {
        stand_still(lane, "more actions in a minute than the ceiling: they wait to be released");
        return false;
    }
    ceiling->passed = frame->sequence;
    return true;
}

static void let_out(struct lane_ceiling *ceiling, uint64_t sequence)
{
    ceiling->free_up_to = sequence;
    ceiling->count = 0;
    ceiling->is_noted = false;
    atomic_store(&ceiling->is_shut, false);
}

// The frame that drops is durable: from here on nobody can do otherwise, and the file may say so.
static void end_drop(struct lane *lane)
{
    struct lane_ceiling *ceiling = &lane->ceiling;
    struct fault fault = {.err = ERR_OK};
    uint64_t sequence = ceiling->drop;
    ceiling->drop = 0;
    if (write_file(lane, false, sequence, &fault) !=
        ERR_OK) // it stands still, and is released after a restart
        DIAG(
            &lane->runtime->log, DIAG_WARN, "a restart would not know that actions were dropped",
            DIAG_NUM("shard", lane->number), DIAG_TEXT("reason", fault.text));
    let_out(ceiling, sequence);
    DIAG(
        &lane->runtime->log, DIAG_WARN, "actions beyond the ceiling were dropped",
        DIAG_NUM("shard", lane->number), DIAG_NUM("up_to", sequence));
    ticket_settle(ceiling->drop_ticket, 1);
    ceiling->drop_ticket = NULL;
}

uint64_t lane_ceiling_pass(struct lane *lane, uint64_t durable)
{
    struct lane_ceiling *ceiling = &lane->ceiling;
    if (lane->settings->actions_per_minute == 0)
        return durable;
    if (ceiling->drop != 0 && durable >= ceiling->drop)
        end_drop(lane);
    shard_walk_ahead(lane->shard, durable, may_pass, lane);
    return ceiling->passed < durable ? ceiling->passed : durable;
}

enum err lane_ceiling_release(struct lane *lane, struct fault *fault)
{
    struct lane_ceiling *ceiling = &lane->ceiling;
    if (!atomic_load(&ceiling->is_shut) || ceiling->drop != 0)
        return ERR_OK;
    uint64_t sequence = shard_sequence(lane->shard);
    enum err err = write_file(lane, false, sequence, fault);
    if (err != ERR_OK)
        return err;
    let_out(ceiling, sequence);
    lane_publish(lane);
    DIAG(
        &lane->runtime->log, DIAG_WARN, "actions beyond the ceiling were released",
        DIAG_NUM("shard", lane->number), DIAG_NUM("up_to", sequence));
    return ERR_OK;
}

// The first frame that was neither published nor is free to be.
static uint64_t first_waiting(const struct lane *lane)
{
    const struct lane_ceiling *ceiling = &lane->ceiling;
    uint64_t last = ceiling->passed > ceiling->free_up_to ? ceiling->passed : ceiling->free_up_to;
    const uint64_t others[] = {lane->taken, lane->published, ceiling->may_be_out};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        last = others[i] > last ? others[i] : last;
    return last + 1;
}

static bool waits_for_more(const struct lane *lane)
{
    struct shard_flow flow;
    shard_flow(lane->shard, &flow);
    return atomic_load(&lane->ceiling.is_shut) || flow.actions_waiting > 0;
}

enum err lane_ceiling_drop(
    struct lane *lane, struct message_ticket *ticket, uint64_t *dropped_out, struct fault *fault)
{
    struct lane_ceiling *ceiling = &lane->ceiling;
    uint64_t first = first_waiting(lane);
    *dropped_out = 0;
    bool is_idle = lane->settings->actions_per_minute == 0 || ceiling->drop != 0 ||
                   !waits_for_more(lane) || first > shard_sequence(lane->shard);
    if (is_idle || lane_rules_hold(lane)) {
        ticket_settle(ticket, 1);
        return is_idle ? ERR_OK
                       : fault_set(fault, ERR_AGAIN, "new rules are being put in force: try again");
    }
    enum err err = shard_drop_actions(lane->shard, first, lane_clock_ms(lane), dropped_out, fault);
    if (err != ERR_OK)
        runtime_fail(lane->runtime, exit_code_of(err), "actions cannot be dropped", fault);
    ceiling->drop = shard_sequence(lane->shard);
    ceiling->drop_ticket = ticket;
    atomic_store(&ceiling->is_shut, true); // where it was not: until the frame is durable
    lane_sync(lane);
    return ERR_OK;
}
