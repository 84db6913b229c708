// A lane whose turns the test takes itself.
#include "tests/fakes/lane_stage.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/memory.h"
#include "engine/fold/params.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "engine/run/lane_open.h"

// What does not come about in so many turns and so long never does.
enum { TRIES_MAX = 10000, WAIT_US = 20 * 1000 * 1000 };
enum { QUIET_TURNS = 100 };

struct lane_stage stage;
static struct disk_ops disk_ops;
static enum err (*real_sync_data)(void *self, struct disk_file *file);
static enum err (*real_write_at)(
    void *self, struct disk_file *file, uint64_t offset, struct bytes bytes);

void gate_set(struct gate *gate, bool is_shut)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->is_shut = is_shut;
    (void)pthread_cond_broadcast(&gate->changed);
    (void)pthread_mutex_unlock(&gate->mutex);
}

static void gate_pass(struct gate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->waiting++;
    while (gate->is_shut)
        (void)pthread_cond_wait(&gate->changed, &gate->mutex);
    gate->waiting--;
    (void)pthread_cond_broadcast(&gate->changed);
    (void)pthread_mutex_unlock(&gate->mutex);
}

void gate_let_through(struct gate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    gate->is_shut = false;
    (void)pthread_cond_broadcast(&gate->changed);
    while (gate->waiting > 0)
        (void)pthread_cond_wait(&gate->changed, &gate->mutex);
    gate->is_shut = true;
    (void)pthread_mutex_unlock(&gate->mutex);
}

unsigned gate_waiting(struct gate *gate)
{
    (void)pthread_mutex_lock(&gate->mutex);
    unsigned waiting = gate->waiting;
    (void)pthread_mutex_unlock(&gate->mutex);
    return waiting;
}

static enum err gated_sync_data(void *self, struct disk_file *file)
{
    gate_pass(&stage.syncing);
    return real_sync_data(self, file);
}

static enum err gated_write_at(
    void *self, struct disk_file *file, uint64_t offset, struct bytes bytes)
{
    gate_pass(&stage.writing);
    if (atomic_load(&stage.is_full))
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
    (void)chain;
    (void)fault;
    *out = false;
    for (unsigned i = 0; i < atomic_load(&stage.published) && i < STAGE_IDS_MAX; i++)
        *out = *out || (stage.ids[i].low == item->id.low && stage.ids[i].high == item->id.high);
    return ERR_OK;
}

static enum err sink_publish(
    void *self, const struct publication *publication, uint64_t *mark_out, struct fault *fault)
{
    (void)self;
    (void)fault;
    gate_pass(&stage.publishing);
    unsigned published = atomic_load(&stage.published);
    for (size_t i = 0; i < publication->item_count && published + i < STAGE_IDS_MAX; i++)
        stage.ids[published + i] = publication->items[i].id;
    atomic_fetch_add(&stage.published, (unsigned)publication->item_count);
    *mark_out = publication->shards[0].sequence_last * STAGE_MARK_UNIT;
    return ERR_OK;
}

static void sink_destroy(void *self)
{
    (void)self;
}

static void keep_line(void *self, struct bytes line)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    (void)self;
    (void)pthread_mutex_lock(&mutex);
    size_t len = strlen(stage.log);
    if (len + line.len < sizeof(stage.log)) {
        memcpy(stage.log + len, line.data, line.len);
        stage.log[len + line.len] = 0;
    }
    (void)pthread_mutex_unlock(&mutex);
}

static int64_t stage_wall_ms(void *self)
{
    (void)self;
    int64_t set_ms = atomic_load(&stage.wall_ms);
    return set_ms != 0 ? set_ms : os_clock().ops->wall_ms(os_clock().self);
}

static int64_t stage_mono_us(void *self)
{
    (void)self;
    return os_clock().ops->mono_us(os_clock().self);
}

// ---- driving it

void stage_pump(void)
{
    const struct timespec moment = {.tv_nsec = 500 * 1000};
    (void)nanosleep(&moment, NULL);
    ev_run(stage.loop, EVRUN_NOWAIT);
}

void stage_turn(void)
{
    (void)lane_turn(stage.lane, runtime_mono_us(&stage.runtime));
    stage_pump();
}

bool stage_waits_on(struct stage_wait *wait)
{
    int64_t now_us = stage_mono_us(NULL);
    if (wait->tries++ == 0)
        wait->until_us = now_us + WAIT_US;
    return wait->tries <= TRIES_MAX || now_us < wait->until_us;
}

void stage_turn_for_a_while(void)
{
    for (unsigned i = 0; i < QUIET_TURNS; i++)
        stage_turn();
}

static void on_answered(struct post *post)
{
    (void)post;
    stage.answered++;
}

void stage_send(const char *line)
{
    ck_assert_uint_lt(stage.sent, STAGE_MAILS_MAX);
    struct message_ticket *ticket = ticket_create(1, &stage.box, on_answered);
    stage.tickets[stage.sent++] = ticket;
    struct mail mail = {.value = bytes_text(line), .ticket = ticket};
    mailbox_put(stage.mailbox, &mail);
}

static void lane_make(void)
{
    struct lane *lane = mem_zero(1, sizeof(*lane));
    lane->runtime = &stage.runtime;
    lane->settings = &stage.settings;
    lane->box = &stage.box;
    lane->checkpoint_side = stage.sides[0];
    lane->sync.side = stage.sides[1];
    lane->prepare.side = stage.sides[2];
    lane->publisher = stage.publisher;
    struct inlet *inlet = &lane->inlets[lane->inlet_count++];
    inlet->kind = INLET_HTTP;
    inlet->box = &stage.box;
    struct source_wake wake = {.wake = inlet_wake, .context = inlet};
    stage.mailbox = mailbox_create(STAGE_MAILS_MAX, 1 << 20, wake);
    inlet->source = mailbox_source(stage.mailbox);
    stage.lane = lane;
}

void stage_prepare(void)
{
    static const struct clock_ops clock_ops = {.wall_ms = stage_wall_ms, .mono_us = stage_mono_us};
    struct gate open = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    memset(&stage, 0, sizeof(stage));
    stage.syncing = open;
    stage.writing = open;
    stage.publishing = open;
    test_scratch_make(stage.directory);
    stage.runtime.log = (struct diag){.wall_ms = stage_wall_ms, .write_line = keep_line};
    stage.runtime.clock = (struct clock){.ops = &clock_ops};
    stage.runtime.disk = gated_disk();
    stage.settings = (struct lane_settings){
        .poll_max = 16,
        .waiting_bytes_max = 1 << 20,
        .outbox_max = 1000,
        .outbox_bytes_max = 1 << 20,
        .dirty_bytes_max = 1 << 30,
        .memory_bytes_max = 1 << 30,
        .checkpoint_age_us = 1000,
        .checkpoint_events = 1000000};
    stage.params = shard_params_default(stage.runtime.disk, stage.directory);
    stage.params.identity = 42;
    stage.params.journal_file_bytes = 1 << 16;
    stage.params.state.map_bytes = 64 << 20;
}

void stage_open_only(const char *rules)
{
    static const struct sink_ops sink_ops = {
        .recover = sink_recover,
        .is_published = sink_is_published,
        .publish = sink_publish,
        .destroy = sink_destroy};
    stage.loop = ev_loop_new(EVFLAG_NOENV);
    postbox_open(&stage.box, stage.loop);
    for (size_t i = 0; i < 3; i++)
        stage.sides[i] = side_thread_start("side");
    stage.publisher = publisher_start(&stage.runtime, (struct sink){.ops = &sink_ops}, 1);
    lane_make();
    struct rule_file file = {"rules.yaml", bytes_text(rules)};
    struct rules compiled = {.bundle = {&file, 1}};
    struct diagnostics list = {0};
    ck_assert_int_eq(rules_compile(&compiled, &list), ERR_OK);
    diagnostics_free(&list);
    lane_open(stage.lane, &stage.params, &compiled, stage.sides[1]);
    rules_free(&compiled);
}

void stage_open(const char *rules)
{
    stage_open_only(rules);
    // Of the frame with the rules, when it is new.
    STAGE_TURN_UNTIL(
        stage.lane->checkpoint.sequence_in_force == shard_sequence(stage.lane->shard) ||
        atomic_load(&stage.lane->ceiling.is_shut));
}

static void open_gates(void)
{
    gate_set(&stage.syncing, false);
    gate_set(&stage.writing, false);
    gate_set(&stage.publishing, false);
    atomic_store(&stage.is_full, false);
}

static void take_down(void)
{
    for (size_t i = 0; i < 3; i++)
        side_thread_join(stage.sides[i]);
    publisher_join(stage.publisher);
    lane_end(stage.lane);
    shard_close(stage.lane->shard);
    free(stage.lane);
    mailbox_destroy(stage.mailbox);
    for (unsigned i = 0; i < stage.sent; i++)
        ticket_destroy(stage.tickets[i]);
    stage.sent = stage.answered = 0;
    atomic_store(&stage.runtime.is_stopping, false);
    postbox_close(&stage.box);
    ev_loop_destroy(stage.loop);
}

void stage_close(void)
{
    open_gates();
    atomic_store(&stage.runtime.is_stopping, true);
    STAGE_TURN_UNTIL(lane_is_drained(stage.lane));
    take_down();
}

void stage_kill(void)
{
    open_gates();
    STAGE_TURN_UNTIL(
        stage.lane->sync.durable == shard_sequence(stage.lane->shard) &&
        stage.lane->published >= stage.lane->taken &&
        stage.lane->checkpoint.phase == CHECKPOINT_NONE);
    take_down();
}
