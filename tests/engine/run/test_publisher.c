// The way out: groups as large as what waits, repeats left out, marks that hide nothing.
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/run/publisher.h"

#include "tests/support/suite.h"

enum { ITEMS_MAX = 64, SCRIPT_MAX = 8, SHARDS = 2 };

// A sink that keeps what it is given, and fails as it is told. Its fields are read after join or in
// between by the loop's thread, when the publisher has nothing to do.
struct fake_sink {
    pthread_mutex_t mutex;
    pthread_cond_t may_publish, has_come;
    bool is_held;    // publish waits
    bool is_waiting; // and does
    enum err script[SCRIPT_MAX];
    bool takes_it_all_the_same[SCRIPT_MAX]; // fails after it took it
    unsigned publishes, recovers, asked;
    uint32_t sequences[ITEMS_MAX];
    size_t count;
    uint64_t mark_recovered;
    size_t group_max; // items of the largest publication
    struct sink_frame shown[ITEMS_MAX];
    size_t shown_count;
};

static enum err fake_recover(void *self, uint32_t shard, uint64_t mark, struct fault *fault)
{
    (void)shard;
    (void)fault;
    struct fake_sink *sink = self;
    sink->recovers++;
    sink->mark_recovered = mark;
    return ERR_OK;
}

static enum err fake_check_frame(void *self, const struct sink_frame *frame, struct fault *fault)
{
    (void)fault;
    struct fake_sink *sink = self;
    if (sink->shown_count < ITEMS_MAX)
        sink->shown[sink->shown_count++] = *frame;
    return ERR_OK;
}

static enum err fake_is_published(
    void *self, const struct outgoing *item, struct hash128 chain, bool *out, struct fault *fault)
{
    (void)chain;
    (void)fault;
    struct fake_sink *sink = self;
    sink->asked++;
    *out = false;
    for (size_t i = 0; i < sink->count; i++)
        *out = *out || sink->sequences[i] == item->sequence;
    return ERR_OK;
}

static enum err fake_publish(
    void *self, const struct publication *publication, uint64_t *mark_out, struct fault *fault)
{
    struct fake_sink *sink = self;
    (void)pthread_mutex_lock(&sink->mutex);
    sink->is_waiting = true;
    (void)pthread_cond_broadcast(&sink->has_come);
    while (sink->is_held)
        (void)pthread_cond_wait(&sink->may_publish, &sink->mutex);
    sink->is_waiting = false;
    (void)pthread_mutex_unlock(&sink->mutex);
    unsigned call = sink->publishes++;
    enum err err = call < SCRIPT_MAX ? sink->script[call] : ERR_OK;
    bool takes = err == ERR_OK || sink->takes_it_all_the_same[call];
    for (size_t i = 0; takes && i < publication->item_count; i++)
        sink->sequences[sink->count++] = (uint32_t)publication->items[i].sequence;
    if (publication->item_count > sink->group_max)
        sink->group_max = publication->item_count;
    if (err != ERR_OK)
        return fault_set(fault, err, "told to");
    *mark_out = sink->count * 100;
    return ERR_OK;
}

static void fake_destroy(void *self)
{
    (void)self;
}

static const struct sink_ops fake_ops = {
    .recover = fake_recover,
    .check_frame = fake_check_frame,
    .is_published = fake_is_published,
    .publish = fake_publish,
    .destroy = fake_destroy,
};

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

static void count_line(void *self, struct bytes line)
{
    (void)line;
    atomic_uint *lines = self;
    atomic_fetch_add(lines, 1);
}

struct world {
    struct runtime runtime;
    atomic_uint lines; // of the log
    struct fake_sink sink;
    struct publisher *publisher;
    struct ev_loop *loop;
    struct postbox box;
    unsigned done, wanted;
    struct publish_job jobs[ITEMS_MAX];
    struct outbox_item items[ITEMS_MAX];
    struct outbox_frame_id frames[ITEMS_MAX];
    unsigned sent;
};

static void on_done(struct post *post)
{
    struct publish_job *job = (struct publish_job *)post;
    struct world *world = job->owner;
    if (++world->done == world->wanted)
        ev_break(world->loop, EVBREAK_ALL);
}

static struct world *world_open(void)
{
    struct world *world = mem_zero(1, sizeof(*world));
    world->runtime.log =
        (struct diag){.wall_ms = no_time, .write_line = count_line, .self = &world->lines};
    (void)pthread_mutex_init(&world->sink.mutex, NULL);
    (void)pthread_cond_init(&world->sink.may_publish, NULL);
    (void)pthread_cond_init(&world->sink.has_come, NULL);
    world->loop = ev_loop_new(EVFLAG_NOENV);
    postbox_open(&world->box, world->loop);
    world->publisher =
        publisher_start(&world->runtime, (struct sink){&fake_ops, &world->sink}, SHARDS);
    return world;
}

static void world_close(struct world *world)
{
    publisher_join(world->publisher);
    postbox_close(&world->box);
    ev_loop_destroy(world->loop);
    free(world);
}

// One job with one item, of the shard's next frame.
static void send(struct world *world, uint32_t shard, uint64_t sequence, bool is_replayed)
{
    struct publish_job *job = &world->jobs[world->sent];
    struct outbox_frame_id *frame = &world->frames[world->sent];
    struct outbox_item *item = &world->items[world->sent++];
    *frame = (struct outbox_frame_id){.sequence = sequence, .chain = {.low = sequence}};
    *item = (struct outbox_item){
        .outgoing = {.shard = shard, .sequence = sequence}, .is_replayed = is_replayed};
    *job = (struct publish_job){.reply_to = &world->box, .done_run = on_done, .owner = world};
    job->batch = (struct outbox_batch){
        .shard = shard,
        .sequence_last = sequence,
        .before = {.sequence = sequence - 1, .chain = {.low = sequence - 1}},
        .frames = frame,
        .frame_count = 1,
        .items = item,
        .item_count = 1};
    publisher_send(world->publisher, job);
}

static void hold(struct world *world, bool is_held)
{
    (void)pthread_mutex_lock(&world->sink.mutex);
    world->sink.is_held = is_held;
    (void)pthread_cond_broadcast(&world->sink.may_publish);
    (void)pthread_mutex_unlock(&world->sink.mutex);
}

// Until the thread has taken what was sent, and is held: what is sent from here on waits.
static void wait_held(struct world *world)
{
    (void)pthread_mutex_lock(&world->sink.mutex);
    while (!world->sink.is_waiting)
        (void)pthread_cond_wait(&world->sink.has_come, &world->sink.mutex);
    (void)pthread_mutex_unlock(&world->sink.mutex);
}

static void wait_for(struct world *world, unsigned count)
{
    world->wanted = count;
    if (world->done < count)
        ev_run(world->loop, 0);
}

static void assert_published_in_order(const struct world *world, size_t count)
{
    ck_assert_uint_eq(world->sink.count, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(world->sink.sequences[i], i + 1);
}

START_TEST(what_waits_goes_out_as_one_and_shares_a_mark_and_its_frame)
{
    struct world *world = world_open();
    hold(world, true);
    send(world, 0, 1, false);
    wait_held(world);
    for (uint32_t i = 2; i <= 10; i++)
        send(world, 0, i, false);
    hold(world, false);
    wait_for(world, 10);
    assert_published_in_order(world, 10);
    ck_assert_uint_eq(world->sink.publishes, 2);
    ck_assert_uint_eq(world->sink.group_max, 9);
    // A mark stands for all that was published with it: its frame is the last of them.
    ck_assert_uint_eq(world->jobs[9].mark_sequence, 10);
    for (unsigned i = 0; i < 10; i++)
        ck_assert_uint_eq(world->jobs[i].mark, world->jobs[i].mark_sequence * 100);
    world_close(world);
}
END_TEST

START_TEST(replayed_things_that_are_out_are_left_out)
{
    struct world *world = world_open();
    world->sink.sequences[0] = 1;
    world->sink.sequences[1] = 2;
    world->sink.count = 2;
    publisher_set_mark(world->publisher, 0, 77);
    send(world, 0, 1, true);
    send(world, 0, 2, true);
    send(world, 0, 3, true);
    send(world, 0, 4, false);
    wait_for(world, 4);
    assert_published_in_order(world, 4);
    ck_assert_uint_eq(world->sink.mark_recovered, 77);
    ck_assert_uint_eq(world->sink.recovers, 1);
    ck_assert_uint_eq(world->sink.asked, 3);
    world_close(world);
}
END_TEST

static void assert_shown(const struct fake_sink *sink, size_t at, uint64_t sequence)
{
    ck_assert_uint_lt(at, sink->shown_count);
    ck_assert_uint_eq(sink->shown[at].sequence, sequence);
    ck_assert_uint_eq(sink->shown[at].chain.low, sequence);
}

START_TEST(a_sink_is_shown_the_journal_after_each_recover)
{
    struct world *world = world_open();
    struct fake_sink *sink = &world->sink;
    sink->script[1] = ERR_STATE;
    hold(world, true);
    send(world, 1, 5, true);
    hold(world, false);
    wait_for(world, 1);
    ck_assert_uint_eq(sink->shown_count, 2);
    assert_shown(sink, 0, 4);
    assert_shown(sink, 1, 5);
    ck_assert_int_eq(sink->shown[0].standing, SINK_FRAME_PUBLISHED);
    ck_assert_int_eq(sink->shown[1].standing, SINK_FRAME_TO_COME);
    send(world, 1, 6, false);
    wait_for(world, 2);
    ck_assert_uint_eq(sink->shown_count, 4); // not before it was aborted
    assert_shown(sink, 2, 5);
    assert_shown(sink, 3, 6);
    ck_assert_int_eq(sink->shown[2].standing, SINK_FRAME_TO_COME); // published by this process
    send(world, 1, 7, false);
    wait_for(world, 3);
    ck_assert_uint_eq(sink->shown_count, 4);
    world_close(world);
}
END_TEST

// Several jobs of one shard in the first publication: only what is before all of them is published.
START_TEST(of_the_first_jobs_only_what_was_before_them_counts_as_published)
{
    struct world *world = world_open();
    hold(world, true);
    send(world, 0, 1, false); // holds the thread
    wait_held(world);
    send(world, 1, 5, true);
    send(world, 1, 6, true);
    send(world, 1, 7, false);
    hold(world, false);
    wait_for(world, 4);
    unsigned published = 0;
    for (size_t i = 0; i < world->sink.shown_count; i++) {
        const struct sink_frame *frame = &world->sink.shown[i];
        if (frame->shard == 1 && frame->standing == SINK_FRAME_PUBLISHED)
            ck_assert_uint_eq(frame->sequence, 4);
        published += frame->shard == 1 && frame->standing == SINK_FRAME_PUBLISHED;
    }
    ck_assert_uint_eq(published, 1);
    world_close(world);
}
END_TEST

static const struct attempt {
    const char *name;
    enum err err;
    bool takes;
    unsigned recovers;
} attempts[] = {
    {"unreachable, nothing is out", ERR_UNREACHABLE, false, 2},
    {"unreachable, and all is out", ERR_UNREACHABLE, true, 2},
    {"aborted", ERR_STATE, false, 2},
    {"unknown, and all is out", ERR_STATE, true, 2},
    {"no such topic yet", ERR_MISSING, false, 2},
    {"a full disk", ERR_NOSPACE, false, 1},
    {"larger than the broker takes", ERR_LIMIT, false, 2},
};

START_TEST(a_failed_attempt_is_made_again_without_doubling)
{
    struct world *world = world_open();
    world->sink.script[0] = attempts[_i].err;
    world->sink.takes_it_all_the_same[0] = attempts[_i].takes;
    send(world, 0, 1, false);
    wait_for(world, 1);
    send(world, 0, 2, false);
    wait_for(world, 2);
    assert_published_in_order(world, 2);
    ck_assert_uint_eq(world->sink.recovers, attempts[_i].recovers);
    ck_assert_uint_eq(atomic_load(&world->runtime.sinks_waiting), 0);
    ck_assert_uint_eq(atomic_load(&world->runtime.disks_full), 0);
    world_close(world);
}
END_TEST

START_TEST(an_abort_is_tried_again_quietly_and_said_when_it_comes_again_and_again)
{
    struct world *world = world_open();
    world->sink.script[0] = ERR_STATE;
    send(world, 0, 1, false);
    wait_for(world, 1);
    ck_assert_uint_eq(atomic_load(&world->lines), 0);
    for (unsigned i = 2; i < 2 + 5; i++)
        world->sink.script[i] = ERR_STATE;
    send(world, 0, 2, false);
    wait_for(world, 2);
    ck_assert_uint_eq(atomic_load(&world->lines), 2); // cannot, and goes on
    ck_assert_uint_eq(atomic_load(&world->runtime.sinks_waiting), 0);
    assert_published_in_order(world, 2);
    world_close(world);
}
END_TEST

START_TEST(shards_are_recovered_each_on_its_own)
{
    struct world *world = world_open();
    send(world, 0, 1, false);
    wait_for(world, 1);
    send(world, 1, 2, false);
    send(world, 0, 3, false);
    wait_for(world, 3);
    ck_assert_uint_eq(world->sink.recovers, 2);
    ck_assert_uint_eq(world->sink.count, 3);
    world_close(world);
}
END_TEST

START_TEST(a_stop_ends_the_retries_and_gives_nothing_back)
{
    struct world *world = world_open();
    for (unsigned i = 0; i < SCRIPT_MAX; i++)
        world->sink.script[i] = ERR_UNREACHABLE;
    send(world, 0, 1, false);
    publisher_stop(world->publisher);
    publisher_join(world->publisher);
    world->publisher = NULL;
    ev_run(world->loop, EVRUN_NOWAIT);
    ck_assert_uint_eq(world->done, 0);
    ck_assert_uint_eq(world->sink.count, 0);
    world_close(world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("publisher");
    TCase *tcase = tcase_create("publisher");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, what_waits_goes_out_as_one_and_shares_a_mark_and_its_frame);
    tcase_add_test(tcase, replayed_things_that_are_out_are_left_out);
    tcase_add_test(tcase, a_sink_is_shown_the_journal_after_each_recover);
    tcase_add_test(tcase, of_the_first_jobs_only_what_was_before_them_counts_as_published);
    tcase_add_loop_test(
        tcase, a_failed_attempt_is_made_again_without_doubling, 0,
        sizeof(attempts) / sizeof(attempts[0]));
    tcase_add_test(tcase, an_abort_is_tried_again_quietly_and_said_when_it_comes_again_and_again);
    tcase_add_test(tcase, shards_are_recovered_each_on_its_own);
    tcase_add_test(tcase, a_stop_ends_the_retries_and_gives_nothing_back);
    suite_add_tcase(suite, tcase);
    return suite;
}
