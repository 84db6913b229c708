// A lane keeps its order: durable, then answered and published, then in a checkpoint.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/memory.h"
#include "engine/fold/params.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "engine/run/lane_open.h"
#include "engine/run/mailbox.h"
#include "engine/run/ticket.h"

#include "tests/support/suite.h"

enum { TRIES_MAX = 10000, QUIET_TURNS = 100, MAILS_MAX = 16, MARK_UNIT = 100 };

static const char RULES[] =
    "actions: {task: {topic: actions.task, with: {title: string}}}\n"
    "workflows:\n"
    "  bought: {on: order.placed, reenter: always, steps: [{do: task, with: {title: Call}}]}\n";

// What the side threads meet: gates that are shut by the tests.
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t opened;
    bool is_shut;
    unsigned waiting; // threads before it
};

static struct world {
    struct runtime runtime;
    struct lane_settings settings;
    struct lane *lane;
    struct ev_loop *loop;
    struct postbox box;
    struct side_thread *sides[3];
    struct publisher *publisher;
    struct mailbox *mailbox;
    char directory[TEST_SCRATCH_BYTES];
    struct message_ticket *tickets[MAILS_MAX];
    unsigned sent, answered;
    atomic_bool is_full; // the disk
} world;
static struct gate syncing;
static struct gate writing;
static struct gate publishing;
static atomic_uint published; // actions, in the sink
static struct disk_ops disk_ops;
static enum err (*real_sync_data)(void *self, struct disk_file *file);
static enum err (*real_write_at)(
    void *self, struct disk_file *file, uint64_t offset, struct bytes bytes);

static void gate_set(struct gate *gate, bool is_shut)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->is_shut = is_shut;
    (void)pthread_cond_broadcast(&gate->opened);
    (void)pthread_mutex_unlock(&gate->mutex);
}

static void gate_pass(struct gate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->waiting++;
    while (gate->is_shut)
        (void)pthread_cond_wait(&gate->opened, &gate->mutex);
    gate->waiting--;
    (void)pthread_mutex_unlock(&gate->mutex);
}

static unsigned gate_waiting(struct gate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    unsigned waiting = gate->waiting;
    (void)pthread_mutex_unlock(&gate->mutex);
    return waiting;
}

static enum err gated_sync_data(void *self, struct disk_file *file)
{
    gate_pass(&syncing);
    return real_sync_data(self, file);
}

static enum err gated_write_at(
    void *self, struct disk_file *file, uint64_t offset, struct bytes bytes)
{
    gate_pass(&writing);
    if (atomic_load(&world.is_full))
        return ERR_NOSPACE;
    return real_write_at(self, file, offset, bytes);
}

static struct disk gated_disk(void)
{
    struct disk disk = os_disk();
    disk_ops = *disk.ops;
    real_sync_data = disk_ops.sync_data;
    real_write_at = disk_ops.write_at;
    disk_ops.sync_data = gated_sync_data;
    disk_ops.write_at = gated_write_at;
    return (struct disk){.ops = &disk_ops, .self = disk.self};
}

static enum err sink_recover(void *self, uint32_t shard, uint64_t mark, struct fault *fault)
{
    (void)self;
    (void)shard;
    (void)mark;
    (void)fault;
    return ERR_OK;
}

static enum err sink_is_published(
    void *self, const struct outgoing *item, struct hash128 chain, bool *out, struct fault *fault)
{
    (void)self;
    (void)item;
    (void)chain;
    (void)fault;
    *out = false;
    return ERR_OK;
}

static enum err sink_publish(
    void *self, const struct publication *publication, uint64_t *mark_out, struct fault *fault)
{
    (void)self;
    (void)fault;
    gate_pass(&publishing);
    atomic_fetch_add(&published, (unsigned)publication->item_count);
    *mark_out = publication->shards[0].sequence_last * MARK_UNIT;
    return ERR_OK;
}

static void sink_destroy(void *self)
{
    (void)self;
}

static void no_line(void *self, struct bytes line)
{
    (void)self;
    (void)line;
}

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

// ---- driving it

static void pump(void)
{
    const struct timespec moment = {.tv_nsec = 500 * 1000};
    (void)nanosleep(&moment, NULL);
    ev_run(world.loop, EVRUN_NOWAIT);
}

static void turn(void)
{
    (void)lane_turn(world.lane, runtime_mono_us(&world.runtime));
    pump();
}

static void turn_for_a_while(void)
{
    for (unsigned i = 0; i < QUIET_TURNS; i++)
        turn();
}

#define TURN_UNTIL(condition)                                         \
    do {                                                              \
        unsigned tries = 0;                                           \
        for (; !(condition) && tries < TRIES_MAX; tries++)            \
            turn();                                                   \
        ck_assert_msg(tries < TRIES_MAX, "not reached: " #condition); \
    } while (0)

static void on_answered(struct post *post)
{
    (void)post;
    world.answered++;
}

// One order, as a request of its own.
static void send_order(void)
{
    static const char *const lines[] = {
        "{\"id\":\"1\",\"type\":\"order.placed\",\"contact\":\"c\"}",
        "{\"id\":\"2\",\"type\":\"order.placed\",\"contact\":\"c\"}",
        "{\"id\":\"3\",\"type\":\"order.placed\",\"contact\":\"c\"}",
    };
    ck_assert_uint_lt(world.sent, sizeof(lines) / sizeof(lines[0]));
    struct message_ticket *ticket = ticket_create(1, &world.box, on_answered);
    world.tickets[world.sent] = ticket;
    struct mail mail = {.value = bytes_text(lines[world.sent++]), .ticket = ticket};
    mailbox_put(world.mailbox, &mail);
}

static void lane_make(void)
{
    struct lane *lane = mem_zero(1, sizeof(*lane));
    lane->runtime = &world.runtime;
    lane->settings = &world.settings;
    lane->box = &world.box;
    lane->checkpoint_side = world.sides[0];
    lane->sync.side = world.sides[1];
    lane->prepare.side = world.sides[2];
    lane->publisher = world.publisher;
    struct inlet *inlet = &lane->inlets[lane->inlet_count++];
    inlet->kind = INLET_HTTP;
    inlet->box = &world.box;
    struct source_wake wake = {.wake = inlet_wake, .context = inlet};
    world.mailbox = mailbox_create(MAILS_MAX, 1 << 20, wake);
    inlet->source = mailbox_source(world.mailbox);
    world.lane = lane;
}

static void setup(void)
{
    static const struct sink_ops sink_ops = {
        .recover = sink_recover,
        .is_published = sink_is_published,
        .publish = sink_publish,
        .destroy = sink_destroy};
    struct gate open = {.mutex = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER};
    memset(&world, 0, sizeof(world));
    atomic_store(&published, 0);
    syncing = open;
    writing = open;
    publishing = open;
    test_scratch_make(world.directory);
    world.runtime.log = (struct diag){.wall_ms = no_time, .write_line = no_line};
    world.runtime.clock = os_clock();
    world.runtime.disk = gated_disk();
    world.settings = (struct lane_settings){
        .poll_max = 16,
        .waiting_bytes_max = 1 << 20,
        .outbox_max = 1000,
        .outbox_bytes_max = 1 << 20,
        .dirty_bytes_max = 1 << 30,
        .memory_bytes_max = 1 << 30,
        .checkpoint_age_us = 1000,
        .checkpoint_events = 1000000};
    world.loop = ev_loop_new(EVFLAG_NOENV);
    postbox_open(&world.box, world.loop);
    for (size_t i = 0; i < 3; i++)
        world.sides[i] = side_thread_start("side");
    world.publisher = publisher_start(&world.runtime, (struct sink){.ops = &sink_ops}, 1);
    lane_make();
    struct shard_params params = shard_params_default(world.runtime.disk, world.directory);
    params.identity = 42;
    params.journal_file_bytes = 1 << 16;
    params.state.map_bytes = 64 << 20;
    struct rule_file file = {"rules.yaml", bytes_text(RULES)};
    lane_open(world.lane, &params, &(struct rule_bundle){&file, 1}, world.sides[1]);
    TURN_UNTIL(world.lane->checkpoint.sequence_in_force == 1); // of the frame with the rules
}

static void teardown(void)
{
    gate_set(&syncing, false);
    gate_set(&writing, false);
    gate_set(&publishing, false);
    atomic_store(&world.is_full, false);
    atomic_store(&world.runtime.is_stopping, true);
    TURN_UNTIL(lane_is_drained(world.lane));
    for (size_t i = 0; i < 3; i++)
        side_thread_join(world.sides[i]);
    publisher_join(world.publisher);
    lane_end(world.lane);
    shard_close(world.lane->shard);
    free(world.lane);
    mailbox_destroy(world.mailbox);
    for (unsigned i = 0; i < world.sent; i++)
        ticket_destroy(world.tickets[i]);
    postbox_close(&world.box);
    ev_loop_destroy(world.loop);
}

// ---- situations

START_TEST(nothing_is_answered_or_published_before_it_is_durable)
{
    gate_set(&syncing, true);
    send_order();
    TURN_UNTIL(shard_sequence(world.lane->shard) == 2);
    turn_for_a_while();
    ck_assert_uint_eq(world.answered, 0);
    ck_assert_uint_eq(atomic_load(&published), 0);
    gate_set(&syncing, false);
    TURN_UNTIL(world.answered == 1 && atomic_load(&published) == 1);
}
END_TEST

// What was appended while an earlier frame was on its way to the disk waits for its own sync.
START_TEST(a_sync_lets_out_what_it_made_durable_and_no_more)
{
    gate_set(&syncing, true);
    send_order();
    TURN_UNTIL(shard_sequence(world.lane->shard) == 2 && gate_waiting(&syncing) > 0);
    send_order();
    TURN_UNTIL(shard_sequence(world.lane->shard) == 3);
    gate_set(&writing, true);
    gate_set(&syncing, false);
    TURN_UNTIL(world.answered > 0 && atomic_load(&published) > 0);
    turn_for_a_while();
    ck_assert_uint_eq(world.answered, 1);
    ck_assert_uint_eq(atomic_load(&published), 1);
    gate_set(&writing, false);
    TURN_UNTIL(world.answered == 2 && atomic_load(&published) == 2);
}
END_TEST

// Only what is suspected is read one by one, each durable before the next.
START_TEST(a_suspect_of_another_source_holds_nothing_up)
{
    struct inflight *page = world.lane->inflight;
    ck_assert_ptr_nonnull(page);
    page->suspect = (struct inflight_range){world.lane->inlets[0].name_hash + 1, 0, 100};
    page->deaths = 1;
    gate_set(&syncing, true);
    send_order();
    TURN_UNTIL(shard_sequence(world.lane->shard) == 2 && gate_waiting(&syncing) > 0);
    send_order();
    TURN_UNTIL(shard_sequence(world.lane->shard) == 3);
    page->suspect.source = world.lane->inlets[0].name_hash;
    send_order();
    turn_for_a_while();
    ck_assert_uint_eq(shard_sequence(world.lane->shard), 3);
    gate_set(&syncing, false);
    TURN_UNTIL(world.answered == 3);
}
END_TEST

START_TEST(a_full_disk_answers_nothing_until_there_is_room)
{
    atomic_store(&world.is_full, true);
    send_order();
    TURN_UNTIL(atomic_load(&world.runtime.disks_full) == 1);
    turn_for_a_while();
    ck_assert_uint_eq(world.answered, 0);
    ck_assert_uint_eq(atomic_load(&published), 0);
    atomic_store(&world.is_full, false);
    TURN_UNTIL(world.answered == 1 && atomic_load(&published) == 1);
    ck_assert_uint_eq(atomic_load(&world.runtime.disks_full), 0);
}
END_TEST

START_TEST(a_checkpoint_waits_until_its_actions_are_out_and_so_does_a_stop)
{
    const struct lane_checkpoint *checkpoint = &world.lane->checkpoint;
    gate_set(&publishing, true);
    send_order();
    TURN_UNTIL(checkpoint->phase == CHECKPOINT_WRITTEN && world.lane->sync.durable == 2);
    atomic_store(&world.runtime.is_stopping, true);
    turn_for_a_while();
    ck_assert_int_eq(checkpoint->phase, CHECKPOINT_WRITTEN);
    ck_assert_uint_eq(checkpoint->sequence_in_force, 1);
    ck_assert(!lane_is_drained(world.lane));
    gate_set(&publishing, false);
    TURN_UNTIL(checkpoint->sequence_in_force == 2);
}
END_TEST

START_TEST(a_checkpoint_has_the_mark_of_the_publication_that_it_ends_with)
{
    const struct lane_checkpoint *checkpoint = &world.lane->checkpoint;
    gate_set(&publishing, true);
    send_order();
    TURN_UNTIL(checkpoint->phase == CHECKPOINT_WRITTEN && world.lane->sync.durable == 2);
    ck_assert_uint_eq(checkpoint->sequence, 2);
    send_order();
    TURN_UNTIL(world.lane->taken == 3);
    gate_set(&publishing, false);
    for (unsigned i = 0; i < TRIES_MAX && world.lane->published < 3; i++)
        pump(); // both are confirmed before the checkpoint gets its turn
    ck_assert_uint_eq(world.lane->published, 3);
    ck_assert_uint_eq(world.lane->mark, 3 * MARK_UNIT);
    ck_assert_uint_eq(checkpoint->mark, 2 * MARK_UNIT);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("lane");
    TCase *tcase = tcase_create("lane");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nothing_is_answered_or_published_before_it_is_durable);
    tcase_add_test(tcase, a_sync_lets_out_what_it_made_durable_and_no_more);
    tcase_add_test(tcase, a_suspect_of_another_source_holds_nothing_up);
    tcase_add_test(tcase, a_full_disk_answers_nothing_until_there_is_room);
    tcase_add_test(tcase, a_checkpoint_waits_until_its_actions_are_out_and_so_does_a_stop);
    tcase_add_test(tcase, a_checkpoint_has_the_mark_of_the_publication_that_it_ends_with);
    suite_add_tcase(suite, tcase);
    return suite;
}
