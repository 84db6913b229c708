// A shard on a temporary directory of the real disk.
#define _XOPEN_SOURCE 700 // nftw
#include "tests/fakes/fold_world.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <check.h>

#include "engine/base/time.h"
#include "engine/fold/params.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_clock.h"
#include "engine/fold/verify.h"
#include "engine/os/os_disk.h"

void world_create(struct fold_world *world)
{
    *world = (struct fold_world){.wall_ms = 1767225600000}; // 2026-01-01T00:00:00Z
    test_scratch_make(world->directory);
    world->params = shard_params_default(os_disk(), world->directory);
    world->params.identity = 42;
    world->params.journal_file_bytes = 1 << 20;
    world->params.state.map_bytes = 64 << 20;
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about;
    (void)type;
    (void)walk;
    return remove(path);
}

void world_destroy(struct fold_world *world)
{
    world_close(world);
    outbox_batch_free(&world->out);
    (void)nftw(world->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

enum err world_try_open(struct fold_world *world, struct fault *fault)
{
    const struct shard_progress none = {NULL, NULL};
    return shard_open(&world->params, none, &world->shard, &world->report, fault);
}

void world_activate(struct fold_world *world, const char *rules)
{
    struct rule_file file = {"rules.yaml", bytes_text(rules)};
    struct rule_bundle bundle = {.files = &file, .count = 1};
    struct diagnostics diagnostics = {0};
    struct ruleset *ruleset = NULL;
    struct fault fault = {ERR_OK, ""};
    enum err err = ruleset_compile(&bundle, &diagnostics, &ruleset);
    ck_assert_msg(err == ERR_OK, "%s", diagnostics.count > 0 ? diagnostics.items[0]->message : "");
    diagnostics_free(&diagnostics);
    err = shard_activate(world->shard, ruleset, world->wall_ms, &fault);
    ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), fault.text);
}

void world_open(struct fold_world *world, const char *rules)
{
    struct fault fault = {ERR_OK, ""};
    enum err err = world_try_open(world, &fault);
    ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), fault.text);
    if (rules != NULL)
        world_activate(world, rules);
}

void world_close(struct fold_world *world)
{
    shard_close(world->shard);
    world->shard = NULL;
}

static uint64_t make_durable(struct fold_world *world)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t durable = 0;
    enum err err = journal_sync(shard_journal(world->shard), &durable, &fault);
    ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), fault.text);
    return durable;
}

void world_feed(struct fold_world *world, const char *const *lines, size_t count)
{
    static struct message messages[WORLD_LINES_MAX];
    struct fault fault = {ERR_OK, ""};
    ck_assert_uint_le(count, WORLD_LINES_MAX);
    for (size_t i = 0; i < count; i++) {
        messages[i] = (struct message){
            .value = bytes_text(lines[i]),
            .position = world->position,
            .position_next = world->position + 1,
            .value_bytes = strlen(lines[i]),
        };
        world->position++;
    }
    size_t done = 0;
    while (done < count) {
        uint64_t sequence = 0;
        shard_frame_begin(world->shard, world->wall_ms);
        size_t folded = shard_fold(world->shard, "file:/test", messages + done, count - done, NULL);
        enum err err = shard_frame_end(world->shard, &sequence, &fault);
        ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), fault.text);
        done += folded;
    }
    (void)shard_take_outbox(world->shard, make_durable(world), &world->out);
}

void world_feed_line(struct fold_world *world, const char *line)
{
    world_feed(world, &line, 1);
}

void world_publish(struct fold_world *world)
{
    uint64_t durable = make_durable(world);
    (void)shard_take_outbox(world->shard, durable, &world->out);
    shard_published(world->shard, durable, 0);
}

void world_checkpoint(struct fold_world *world)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t sequence = 0;
    world_publish(world);
    struct snapshot *snapshot = shard_checkpoint_begin(world->shard, &sequence);
    ck_assert_ptr_nonnull(snapshot);
    ck_assert_msg(snapshot_write(snapshot, &fault) == ERR_OK, "%s", fault.text);
    ck_assert_msg(
        snapshot_commit(snapshot, shard_sink_mark(world->shard), &fault) == ERR_OK, "%s",
        fault.text);
    shard_checkpoint_end(world->shard, snapshot, SNAPSHOT_COMMITTED);
}

void world_remove_store(struct fold_world *world)
{
    char path[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(path, sizeof(path), "%s/store", world->directory);
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void world_advance(struct fold_world *world, const char *time)
{
    int64_t time_ms = 0;
    struct fault fault = {ERR_OK, ""};
    ck_assert_msg(time_parse(bytes_text(time), &time_ms), "%s", time);
    ck_assert_msg(shard_advance(world->shard, time_ms, &fault) == ERR_OK, "%s", fault.text);
}

void world_tick(struct fold_world *world)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t sequence = 0;
    shard_frame_begin(world->shard, world->wall_ms);
    ck_assert_msg(shard_frame_end(world->shard, &sequence, &fault) == ERR_OK, "%s", fault.text);
}

void world_check_refolds(struct fold_world *world)
{
    const struct shard_progress none = {NULL, NULL};
    struct verify_report report;
    struct fault fault = {ERR_OK, ""};
    (void)make_durable(world);
    enum err err = verify_shard(&world->params, none, &report, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    ck_assert_uint_eq(report.digest, world_digest(world));
}

void world_check_rebuilt(struct fold_world *world, const char *contact)
{
    char *before = contact == NULL ? NULL : strdup(world_contact(world, contact));
    uint64_t digest = world_digest(world);
    world_close(world);
    world_remove_store(world);
    world_open(world, NULL);
    ck_assert_uint_eq(world_digest(world), digest);
    if (contact != NULL)
        ck_assert_str_eq(world_contact(world, contact), before);
    free(before);
}

bool world_is_offered_again(const struct fold_world *world, size_t item)
{
    const struct outbox_item *items = world->out.items;
    for (size_t i = 0; i < item; i++) {
        if (items[i].outgoing.id.low == items[item].outgoing.id.low &&
            items[i].outgoing.id.high == items[item].outgoing.id.high)
            return true;
    }
    return false;
}

void world_copy_member(
    const struct fold_world *world, size_t item, const char *name, char *to, size_t size)
{
    char json[4096], key[32];
    ck_assert_uint_lt(item, world->out.item_count);
    struct bytes payload = world->out.items[item].outgoing.value;
    ck_assert_uint_lt(payload.len, sizeof(json));
    memcpy(json, payload.data, payload.len);
    json[payload.len] = '\0';
    (void)snprintf(key, sizeof(key), "\"%s\":", name);
    const char *at = strstr(json, key);
    ck_assert_msg(at != NULL, "no %s in %s", name, json);
    at += strlen(key);
    at += *at == '"';
    size_t len = strcspn(at, "\",}");
    ck_assert_uint_lt(len, size);
    memcpy(to, at, len);
    to[len] = '\0';
}

struct shard_flow world_flow(const struct fold_world *world)
{
    struct shard_flow flow;
    shard_flow(world->shard, &flow);
    return flow;
}

struct shard_counts world_counts(const struct fold_world *world)
{
    struct shard_counts counts;
    shard_counts(world->shard, &counts);
    return counts;
}

uint64_t world_digest(const struct fold_world *world)
{
    return state_digest(shard_state(world->shard));
}

const char *world_contact(struct fold_world *world, const char *id)
{
    static struct buffer text;
    buffer_clear(&text);
    struct contact_number contact = query_find(world->shard, bytes_text(id));
    if (contact.value != 0)
        ck_assert_int_eq(query_contact(world->shard, contact, &text), ERR_OK);
    buffer_add_u8(&text, 0);
    return (const char *)text.data;
}

void world_flip(struct fold_world *world, const char *file, long offset)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", world->directory, file);
    FILE *open = fopen(path, "r+b");
    ck_assert_ptr_nonnull(open);
    ck_assert_int_eq(fseek(open, offset, SEEK_SET), 0);
    int byte = fgetc(open);
    ck_assert_int_ne(byte, EOF);
    ck_assert_int_eq(fseek(open, offset, SEEK_SET), 0);
    ck_assert_int_ne(fputc(byte ^ 0xff, open), EOF);
    ck_assert_int_eq(fclose(open), 0);
}

const char *world_journal_file(struct fold_world *world)
{
    static char found[320];
    char path[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(path, sizeof(path), "%s/journal", world->directory);
    DIR *directory = opendir(path);
    ck_assert_ptr_nonnull(directory);
    found[0] = 0;
    struct dirent *entry = NULL;
    while ((entry = readdir(directory)) != NULL) {
        if (strstr(entry->d_name, ".journal") == NULL)
            continue;
        if (found[0] == 0 || strcmp(entry->d_name, found + strlen("journal/")) < 0)
            (void)snprintf(found, sizeof(found), "journal/%s", entry->d_name);
    }
    (void)closedir(directory);
    return found;
}
