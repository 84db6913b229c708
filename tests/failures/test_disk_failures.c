// Every call that journal, recovery, replay, source and sink make to the disk fails once, and for ever.
//
// After each: a clean error that names its file, nothing left open, and when the disk is well again nothing
// that was acknowledged is missing, nothing is there twice. At the end each place in the sources that calls the
// disk must have seen a call fail.
// links: engine/base engine/port engine/event engine/journal config rules projections consumers/file engine/fold engine/os
#include <dirent.h>
#include <stdlib.h>

#include "consumers/file/file_sink.h"
#include "consumers/file/file_source.h"
#include "consumers/file/route_sink.h"

#include "tests/failures/failure_loop.h"
#include "tests/fakes/fold_world.h"
#include "tests/fakes/journal_world.h"
#include "tests/support/call_sites.h"
#include "tests/support/suite.h"

// --- a journal's life: opened, appended to, synced, prepared, rolled over, sealed; read beside it
enum { FILE_BYTES = 8192, FRAMES = 12, FRAME_INPUTS = 20 };

struct journal_life {
    struct journal_world world;
    uint64_t appended, acknowledged;
    struct hash128 chains[2 * FRAMES];
};

static struct fake_disk *journal_begin(void *context)
{
    struct journal_life *life = context;
    *life = (struct journal_life){.appended = 0};
    journal_world_create(&life->world, FILE_BYTES);
    return life->world.fake;
}

static enum err journal_step(struct journal_life *life, uint32_t i)
{
    struct journal_world *world = &life->world;
    enum err err = journal_world_append(world, FRAME_INPUTS);
    if (err != ERR_OK)
        return err;
    life->appended = journal_sequence_next(world->journal) - 1;
    life->chains[life->appended] = world->chain;
    err = journal_world_sync(world);
    if (err == ERR_OK && i % 3 == 0)
        err = journal_prepare(world->journal, &world->fault);
    return err;
}

static enum err journal_live(void *context, struct fake_disk *fake, struct fault *fault)
{
    struct journal_life *life = context;
    struct journal_world *world = &life->world;
    struct journal_stat stat;
    struct journal_recovery found;
    uint64_t last = 0;
    enum err err = journal_world_open(world);
    for (uint32_t i = 0; err == ERR_OK && i < FRAMES; i++)
        err = journal_step(life, i);
    if (world->journal != NULL)
        life->acknowledged = journal_sequence_durable(world->journal);
    if (err == ERR_OK)
        err = journal_stat(fake_disk_port(fake), WORLD_DIRECTORY, &stat, &world->fault);
    if (err == ERR_OK)
        err = journal_verify(
            fake_disk_port(fake), WORLD_DIRECTORY, life->acknowledged, &found, &world->fault);
    if (err == ERR_OK) {
        err = journal_world_read(world, 0, &last);
        err = err == ERR_END ? ERR_OK : err;
    }
    journal_world_close(world);
    *fault = world->fault;
    return err;
}

static void journal_settle(void *context, struct fake_disk *fake, enum err err)
{
    struct journal_life *life = context;
    struct journal_world *world = &life->world;
    fake_disk_crash(
        fake, life->appended, err == ERR_OK ? FAKE_DISK_LOSE_ALL : FAKE_DISK_LOSE_MIXED);
    ck_assert_msg(journal_world_open(world) == ERR_OK, "%s", world->fault.text);
    uint64_t last = world->recovery.sequence_last;
    ck_assert_uint_ge(last, life->acknowledged);
    ck_assert_uint_le(last, life->appended);
    if (last > 0)
        ck_assert(hash128_equal(world->recovery.chain_last, life->chains[last]));
    uint64_t read = 0;
    ck_assert_int_eq(journal_world_read(world, 0, &read), ERR_END);
    ck_assert_uint_eq(read, last);
    journal_world_close(world);
    frame_builder_destroy(world->builder);
}

// --- recovery of what crashes leave: a torn tail, a seal that is missing, a file without a header
struct recovery_life {
    struct journal_world world;
    unsigned kind;
    uint64_t digest; // of the disk, recovered without a failure
};

static void unseal(struct journal_world *world, uint64_t first)
{
    struct journal_path_text path = journal_world_path(first);
    struct bytes content = fake_disk_content(world->fake, path.text);
    fake_disk_cut(world->fake, path.text, content.len - 72);
}

static struct fake_disk *recovery_begin(void *context)
{
    struct recovery_life *life = context;
    struct journal_world *world = &life->world;
    static uint8_t zeroes[FILE_BYTES];
    journal_world_create(world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(world), ERR_OK);
    for (unsigned i = 0; i < 6; i++)
        journal_world_write(world, 1, FRAME_INPUTS);
    ck_assert_int_eq(journal_prepare(world->journal, &world->fault), ERR_OK);
    journal_world_close(world);
    uint64_t head = world->durable;
    while (!fake_disk_has(world->fake, journal_world_path(head).text))
        head--;
    ck_assert_uint_gt(head, 1);
    struct journal_path_text path = journal_world_path(head);
    if (life->kind == 0) { // a torn tail
        struct bytes content = fake_disk_content(world->fake, path.text);
        uint64_t end = content.len;
        while (content.data[end - 1] == 0)
            end--;
        fake_disk_flip(world->fake, path.text, (end - 100) * 8);
    }
    uint64_t before = head - 1;
    while (!fake_disk_has(world->fake, journal_world_path(before).text))
        before--;
    if (life->kind >= 1) { // a roll-over that ended before the seal; 2: and before the header
        struct bytes content = fake_disk_content(world->fake, path.text);
        memcpy(zeroes, content.data, 512);
        fake_disk_put(
            world->fake, path.text,
            bytes_of(zeroes + (life->kind == 2 ? 512 : 0), FILE_BYTES - 512));
        unseal(world, before);
    }
    return world->fake;
}

static enum err recovery_live(void *context, struct fake_disk *fake, struct fault *fault)
{
    struct recovery_life *life = context;
    struct journal_world *world = &life->world;
    (void)fake;
    enum err err = journal_world_open(world);
    journal_world_close(world);
    *fault = world->fault;
    return err;
}

static void recovery_settle(void *context, struct fake_disk *fake, enum err err)
{
    struct recovery_life *life = context;
    struct journal_world *world = &life->world;
    (void)err;
    ck_assert_msg(journal_world_open(world) == ERR_OK, "%s", world->fault.text);
    journal_world_close(world);
    if (life->digest == 0)
        life->digest = fake_disk_digest(fake);
    ck_assert_uint_eq(fake_disk_digest(fake), life->digest);
    frame_builder_destroy(world->builder);
}

START_TEST(journal)
{
    static struct journal_life life;
    failure_walk(&(struct failure_case){
        "journal", journal_begin, journal_live, journal_settle, &life, WORLD_DIRECTORY});
}
END_TEST

START_TEST(recovery)
{
    static const char *const names[] = {
        "recovery, torn tail", "recovery, no seal", "recovery, no header"};
    static struct recovery_life life;
    for (unsigned kind = 0; kind < 3; kind++) {
        life = (struct recovery_life){.kind = kind};
        ck_assert(!failure_round(
            &(struct failure_case){
                names[kind], recovery_begin, recovery_live, recovery_settle, &life, NULL},
            FAILURE_CALLS_MAX, ERR_IO, FAKE_DISK_ONCE)); // undisturbed: gives the digest
        failure_walk(&(struct failure_case){
            names[kind], recovery_begin, recovery_live, recovery_settle, &life, WORLD_DIRECTORY});
    }
}
END_TEST

// --- replay: a shard is opened, its store lost
static struct fold_world fold;
static struct fake_disk *fold_disk;
static uint64_t fold_digest;

static const char RULES[] = "scores:\n"
                            "  engagement:\n"
                            "    rules: [{name: order, on: order.placed, points: 12.5}]\n";

static struct fake_disk *replay_begin(void *context)
{
    (void)context;
    return fake_disk_copy(fold_disk);
}

static enum err replay_live(void *context, struct fake_disk *fake, struct fault *fault)
{
    (void)context;
    fold.params.disk = fake_disk_port(fake);
    fold.shard = NULL;
    enum err err = world_try_open(&fold, fault);
    if (err == ERR_OK)
        ck_assert_uint_eq(world_digest(&fold), fold_digest);
    world_close(&fold);
    return err;
}

static void replay_settle(void *context, struct fake_disk *fake, enum err err)
{
    struct fault fault = {ERR_OK, ""};
    (void)err;
    ck_assert_msg(replay_live(context, fake, &fault) == ERR_OK, "%s", fault.text);
}

static void feed(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char line[200];
        (void)snprintf(
            line, sizeof(line), "{\"id\":\"%u\",\"type\":\"order.placed\",\"contact\":\"c-%u\"}", i,
            i % 7);
        world_feed_line(&fold, line);
    }
}

START_TEST(replay)
{
    world_create(&fold);
    fold_disk = fake_disk_create();
    fold.params.disk = fake_disk_port(fold_disk);
    fold.params.journal_file_bytes = FILE_BYTES;
    world_open(&fold, RULES);
    feed(40);
    if (_i == 1) {
        world_checkpoint(&fold);
        feed(10);
    }
    fold_digest = world_digest(&fold);
    world_close(&fold);
    failure_walk(&(struct failure_case){
        _i == 0 ? "replay, no store" : "replay, from a store", replay_begin, replay_live,
        replay_settle, NULL, "shard 0"});
    fake_disk_destroy(fold_disk);
    world_destroy(&fold);
}
END_TEST

// --- sinks: opened, recovered behind a mark, published to; alone and behind a route
enum { ITEMS = 6, LINE_BYTES_MAX = 200, PAD = 120 };
#define SINK_PATH "/out/actions.ndjson"

struct sink_life {
    bool is_routed;
    unsigned torn; // 0: the file is new; 1: its third line was torn by a power cut; 2: its first
    struct fake_disk *fake;
    char lines[ITEMS][LINE_BYTES_MAX];
    struct outgoing items[ITEMS];
    uint64_t published; // confirmed
    uint64_t mark;
};

static struct fake_disk *sink_begin(void *context)
{
    struct sink_life *life = context;
    life->fake = fake_disk_create();
    life->published = life->mark = 0;
    for (unsigned i = 0; i < ITEMS; i++) {
        (void)snprintf(
            life->lines[i], LINE_BYTES_MAX,
            "{\"specversion\":\"1.0\",\"id\":\"%032x\",\"pad\":\"%0*u\"}", i + 1, PAD, i);
        life->items[i] = (struct outgoing){
            .kind = OUTGOING_ACTION,
            .sequence = i + 1,
            .id = {.low = i + 1},
            .value = bytes_text(life->lines[i])};
    }
    if (life->torn > 0) {
        static const uint8_t zeroes[64];
        struct buffer text = {0};
        for (unsigned i = 0; i < (life->torn == 1 ? 2U : 0U); i++)
            buffer_add_format(&text, "%s\n", life->lines[i]);
        buffer_add_format(&text, "%.60s", life->lines[life->torn == 1 ? 2 : 0]);
        buffer_add(&text, zeroes, sizeof(zeroes));
        fake_disk_put(life->fake, SINK_PATH, buffer_bytes(&text));
        buffer_free(&text);
    }
    return life->fake;
}

static enum err sink_publish(
    struct sink_life *life, const struct sink *sink, unsigned i, struct fault *fault)
{
    struct publish_shard shard = {.shard = 0, .sequence_last = i + 1};
    struct publication publication = {
        .shards = &shard, .shard_count = 1, .items = &life->items[i], .item_count = 1};
    uint64_t mark = 0;
    enum err err = sink->ops->publish(sink->self, &publication, &mark, fault);
    if (err == ERR_OK && i + 1 > life->published) {
        life->published = i + 1;
        if (i == 1)
            life->mark = mark; // a checkpoint stands here
    }
    return err;
}

static enum err sink_run(struct sink_life *life, struct fault *fault, unsigned from)
{
    struct disk disk = fake_disk_port(life->fake);
    struct file_sink_params params = {.path = SINK_PATH, .kinds = OUTGOING_KINDS_ALL};
    struct sink legs[ROUTE_LEG_COUNT] = {{0}};
    struct sink route = {0};
    struct sink *file = &legs[ROUTE_ACTIONS_FILE];
    enum err err = file_sink_create(&disk, &params, file, fault);
    if (err != ERR_OK)
        return err;
    const struct sink *sink = file;
    if (life->is_routed) {
        route_sink_create(legs, &route);
        sink = &route;
    }
    err = sink->ops->recover(sink->self, 0, life->mark, fault);
    for (unsigned i = from; err == ERR_OK && i < ITEMS; i++)
        err = sink_publish(life, sink, i, fault);
    if (life->is_routed)
        route.ops->destroy(route.self);
    file->ops->destroy(file->self);
    return err;
}

// Two runs, so that the second one finds what the first wrote.
static enum err sink_live(void *context, struct fake_disk *fake, struct fault *fault)
{
    (void)fake;
    enum err err = sink_run(context, fault, 0);
    return err == ERR_OK ? sink_run(context, fault, 2) : err;
}

// Published again from the checkpoint on, as a restart does: each is there once, in order.
static void sink_settle(void *context, struct fake_disk *fake, enum err err)
{
    struct sink_life *life = context;
    struct fault fault = {ERR_OK, ""};
    (void)err;
    fake_disk_crash(fake, life->published, FAKE_DISK_KEEP_ALL);
    uint64_t published = life->published;
    ck_assert_msg(
        sink_run(life, &fault, life->mark > 0 ? 2 : 0) == ERR_OK, "after %" PRIu64 ": %s",
        published, fault.text);
    struct buffer want = {0};
    for (unsigned i = 0; i < ITEMS; i++) {
        buffer_add_text(&want, life->lines[i]);
        buffer_add_u8(&want, '\n');
    }
    ck_assert(bytes_equal(fake_disk_content(fake, SINK_PATH), buffer_bytes(&want)));
    buffer_free(&want);
}

START_TEST(sinks)
{
    static const char *const names[] = {
        "file sink", "file sink, torn end", "file sink, all torn", "route over it"};
    static struct sink_life life;
    life.is_routed = _i == 3;
    life.torn = (unsigned)_i % 3;
    failure_walk(
        &(struct failure_case){names[_i], sink_begin, sink_live, sink_settle, &life, SINK_PATH});
}
END_TEST

// --- the file source: started in the middle, read to its end
#define SOURCE_PATH "/in/events.ndjson"

static struct fake_disk *source_begin(void *context)
{
    struct buffer text = {0};
    (void)context;
    struct fake_disk *fake = fake_disk_create();
    for (unsigned i = 0; i < 200; i++)
        buffer_add_format(&text, "{\"id\":\"%u\"}\n", i);
    fake_disk_put(fake, SOURCE_PATH, buffer_bytes(&text));
    buffer_free(&text);
    return fake;
}

static enum err source_live(void *context, struct fake_disk *fake, struct fault *fault)
{
    uint64_t *lines = context;
    struct disk disk = fake_disk_port(fake);
    struct file_source_params params = {
        .path = SOURCE_PATH, .name = "file:" SOURCE_PATH, .line_bytes_max = 1000};
    struct source source;
    struct message messages[16];
    file_source_create(&disk, &params, &source);
    enum err err = source.ops->start(source.self, 11, fault); // behind the first line
    *lines = 0;
    while (err == ERR_OK) {
        size_t count = 0;
        err = source.ops->poll(source.self, messages, 16, &count, fault);
        if (err == ERR_OK)
            *lines += count;
    }
    source.ops->destroy(source.self);
    return err == ERR_END ? ERR_OK : err;
}

static void source_settle(void *context, struct fake_disk *fake, enum err err)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t *lines = context;
    ck_assert_uint_le(*lines, 199);
    if (err == ERR_OK)
        ck_assert_uint_eq(*lines, 199);
    ck_assert_int_eq(source_live(context, fake, &fault), ERR_OK);
    ck_assert_uint_eq(*lines, 199);
}

START_TEST(sources)
{
    static uint64_t lines;
    failure_walk(&(struct failure_case){
        "file source", source_begin, source_live, source_settle, &lines, SOURCE_PATH});
}
END_TEST

// --- the report, after all of them
static const char *const disk_operations[] = {
    "open",           "read_at",        "write_at", "sync_data",  "size",
    "truncate",       "allocate",       "lock",     "rename",     "remove",
    "make_directory", "sync_directory", "list",     "free_bytes", NULL};

enum { FILES_MAX = 128 };
static const char *area_files[FILES_MAX + 1];

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// All .c files of a directory.
static void list_files(const char *directory)
{
    static char paths[FILES_MAX][300];
    size_t count = 0;
    DIR *open = opendir(directory);
    ck_assert_msg(open != NULL, "%s: run from the root", directory);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;) {
        size_t len = strlen(entry->d_name);
        if (len < 3 || strcmp(entry->d_name + len - 2, ".c") != 0)
            continue;
        ck_assert_uint_lt(count, FILES_MAX);
        (void)snprintf(paths[count], sizeof(paths[count]), "%s/%s", directory, entry->d_name);
        area_files[count] = paths[count];
        count++;
    }
    (void)closedir(open);
    qsort(area_files, count, sizeof(*area_files), by_name);
    area_files[count] = NULL;
}

START_TEST(each_place_that_calls_the_disk_saw_a_failure)
{
    static const char *const directories[] = {"engine/journal", "engine/fold", "consumers/file"};
    unsigned never = 0;
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        list_files(directories[i]);
        never += call_sites_report(
            &(struct call_area){directories[i], area_files, "ops->", disk_operations});
    }
    ck_assert_uint_eq(never, 0);
}
END_TEST

Suite *test_suite(void)
{
    call_sites_begin();
    Suite *suite = suite_create("failures of the disk");
    TCase *tcase = tcase_create("failures");
    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, journal);
    tcase_add_test(tcase, recovery);
    tcase_add_loop_test(tcase, replay, 0, 2);
    tcase_add_loop_test(tcase, sinks, 0, 4);
    tcase_add_test(tcase, sources);
    tcase_add_test(tcase, each_place_that_calls_the_disk_saw_a_failure);
    suite_add_tcase(suite, tcase);
    return suite;
}
