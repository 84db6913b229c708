// Publishes what shards decided, in groups as large as what is waiting.
#include "engine/run/publisher.h"

#include <stdlib.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { RETRY_MS_MIN = 100, RETRY_MS_MAX = 5000, NOSPACE_RETRY_MS = 1000, ABORTS_QUIET = 3 };

// What the sink is known to hold of one shard. mark: written before the first job, then by the thread.
struct published {
    bool is_recovered;
    bool is_checked; // the sink knows the journal, as of the last recover
    bool has_begun;  // this process has published of it
    uint64_t mark;
};

struct publisher {
    struct runtime *runtime;
    struct side_thread *side;
    struct sink sink;
    pthread_mutex_t mutex;
    struct post round;
    bool is_round_sent;               // mutex
    struct publish_job *first, *last; // mutex
    // the thread's own
    struct published *shards;
    uint32_t shard_count;
    struct outgoing *items;
    size_t item_count, item_cap;
    struct publish_shard *groups;
    size_t group_count;
    uint32_t retry_ms;
    uint32_t aborts; // in a row
    bool is_waiting; // for the sink, and said so
    bool is_full;    // the sink's disk, and said so
};

static struct publish_job *take_all(struct publisher *publisher)
{
    (void)pthread_mutex_lock(&publisher->mutex);
    struct publish_job *first = publisher->first;
    publisher->first = NULL;
    publisher->last = NULL;
    publisher->is_round_sent = false;
    (void)pthread_mutex_unlock(&publisher->mutex);
    return first;
}

static enum err recover_all(
    struct publisher *publisher, const struct publish_job *jobs, struct fault *fault)
{
    for (const struct publish_job *job = jobs; job != NULL; job = job->next) {
        struct published *known = &publisher->shards[job->batch.shard];
        if (known->is_recovered)
            continue;
        enum err err = publisher->sink.ops->recover(
            publisher->sink.self, job->batch.shard, known->mark, fault);
        if (err != ERR_OK)
            return err;
        known->is_recovered = true;
        known->is_checked = false;
        FAILPOINT(SINK_RECOVERED);
    }
    return ERR_OK;
}

static void add_item(struct publisher *publisher, const struct outgoing *item)
{
    if (publisher->item_count == publisher->item_cap) {
        publisher->item_cap = publisher->item_cap * 2 + 256;
        publisher->items =
            mem_resize(publisher->items, publisher->item_cap * sizeof(*publisher->items));
    }
    struct outgoing *added = &publisher->items[publisher->item_count++];
    *added = *item;
    const char *topic = publisher->runtime->dead_letter_topic;
    if (item->kind == OUTGOING_DEAD_LETTER && topic != NULL)
        added->topic = bytes_text(topic); // known to the configuration only, not to the journal
}

static struct publish_shard *group_of(struct publisher *publisher, uint32_t shard)
{
    size_t i = 0;
    while (i < publisher->group_count && publisher->groups[i].shard != shard)
        i++;
    return &publisher->groups[i]; // a new one behind the last
}

static void add_group(struct publisher *publisher, const struct outbox_batch *batch)
{
    struct publish_shard *group = group_of(publisher, batch->shard);
    if (group == &publisher->groups[publisher->group_count])
        publisher->group_count++;
    INVARIANT(publisher->group_count <= publisher->shard_count);
    *group = (struct publish_shard){
        .shard = batch->shard,
        .sequence_last = batch->sequence_last,
        .chain_last = batch->chain_last,
        .source_name = batch->source_name,
        .source_next = batch->source_next,
    };
}

// Shows the sink the frames of a job, and the one before; once it has shown the whole publication the
// sink need not be shown any before the next recover.
static enum err check_job(
    struct publisher *publisher, const struct publish_job *job, struct fault *fault)
{
    const struct outbox_batch *batch = &job->batch;
    const struct published *known = &publisher->shards[batch->shard];
    const struct sink *sink = &publisher->sink;
    if (known->is_checked || sink->ops->check_frame == NULL)
        return ERR_OK;
    struct sink_frame frame = {
        .shard = batch->shard,
        .sequence = batch->before.sequence,
        .chain = batch->before.chain,
        // What this process published, it need not ask for: a sink that lost it meanwhile lost no
        // attempt that is in doubt.
        .standing = known->has_begun ? SINK_FRAME_TO_COME : SINK_FRAME_PUBLISHED,
    };
    bool is_first = group_of(publisher, batch->shard) == &publisher->groups[publisher->group_count];
    enum err err = is_first ? sink->ops->check_frame(sink->self, &frame, fault) : ERR_OK;
    frame.standing = SINK_FRAME_TO_COME;
    for (size_t i = 0; i < batch->frame_count && err == ERR_OK; i++) {
        frame.sequence = batch->frames[i].sequence;
        frame.chain = batch->frames[i].chain;
        err = sink->ops->check_frame(sink->self, &frame, fault);
    }
    return err;
}

// Whether an item has to be asked for: it was decided by an earlier process, or an attempt to publish
// it ended without an answer.
static enum err add_job(
    struct publisher *publisher, struct publish_job *job, bool is_repeated, struct fault *fault)
{
    enum err check = check_job(publisher, job, fault);
    if (check != ERR_OK)
        return check;
    job->confirmed = (struct outbox_confirmed){0, 0};
    for (size_t i = 0; i < job->batch.item_count; i++) {
        const struct outbox_item *item = &job->batch.items[i];
        bool is_published = false;
        if (item->is_replayed || is_repeated) {
            enum err err = publisher->sink.ops->is_published(
                publisher->sink.self, &item->outgoing, item->chain, &is_published, fault);
            if (err != ERR_OK)
                return err;
        }
        if (!is_published)
            add_item(publisher, &item->outgoing);
        if (item->outgoing.kind == OUTGOING_ACTION)
            job->confirmed.actions++;
        else
            job->confirmed.dead_letters++;
    }
    add_group(publisher, &job->batch);
    return ERR_OK;
}

static enum err publish_once(
    struct publisher *publisher,
    struct publish_job *jobs,
    bool is_repeated,
    uint64_t *mark_out,
    struct fault *fault)
{
    enum err err = recover_all(publisher, jobs, fault);
    publisher->item_count = 0;
    publisher->group_count = 0;
    for (struct publish_job *job = jobs; job != NULL && err == ERR_OK; job = job->next)
        err = add_job(publisher, job, is_repeated, fault);
    if (err != ERR_OK)
        return err;

    struct publication publication = {
        .shards = publisher->groups,
        .shard_count = publisher->group_count,
        .items = publisher->items,
        .item_count = publisher->item_count,
    };
    FAILPOINT(PUBLISH_BEFORE);
    return publisher->sink.ops->publish(publisher->sink.self, &publication, mark_out, fault);
}

static void say_waiting(struct publisher *publisher, const struct fault *fault)
{
    if (fault->err == ERR_NOSPACE && !publisher->is_full) {
        publisher->is_full = true;
        atomic_fetch_add(&publisher->runtime->disks_full, 1);
    }
    if (publisher->is_waiting)
        return;
    publisher->is_waiting = true;
    atomic_fetch_add(&publisher->runtime->sinks_waiting, 1);
    DIAG(
        &publisher->runtime->log, DIAG_WARN, "cannot publish now, will retry",
        DIAG_TEXT("reason", fault->text), DIAG_TEXT("err", err_name(fault->err)));
}

static void say_going_on(struct publisher *publisher)
{
    publisher->retry_ms = RETRY_MS_MIN;
    publisher->aborts = 0;
    if (publisher->is_full)
        atomic_fetch_sub(&publisher->runtime->disks_full, 1);
    publisher->is_full = false;
    if (!publisher->is_waiting)
        return;
    publisher->is_waiting = false;
    atomic_fetch_sub(&publisher->runtime->sinks_waiting, 1);
    DIAG_PLAIN(&publisher->runtime->log, DIAG_INFO, "publishing again");
}

// Whether a failed attempt may be made again; false ends the round because of a stop. is_repeated tells
// that the attempt may have had an effect.
static bool wait_to_retry(
    struct publisher *publisher,
    struct publish_job *jobs,
    const struct fault *fault,
    bool *is_repeated)
{
    enum err err = fault->err;
    if (err == ERR_NOSPACE) {
        say_waiting(publisher, fault);
        return side_thread_wait_ms(publisher->side, NOSPACE_RETRY_MS);
    }
    bool may_pass = err == ERR_UNREACHABLE || err == ERR_STATE || err == ERR_MISSING ||
                    err == ERR_LIMIT || err == ERR_AGAIN;
    if (!may_pass)
        runtime_fail(publisher->runtime, exit_code_of(err), "cannot publish", fault);

    *is_repeated = true;
    for (struct publish_job *job = jobs; job != NULL; job = job->next)
        publisher->shards[job->batch.shard].is_recovered = false;
    // One abort is nothing; the same again and again (a topic that is forbidden) is to be seen.
    if (err == ERR_STATE && publisher->aborts++ < ABORTS_QUIET)
        return side_thread_wait_ms(publisher->side, 1);
    say_waiting(publisher, fault);
    uint32_t wait_ms = publisher->retry_ms;
    publisher->retry_ms = wait_ms * 2 < RETRY_MS_MAX ? wait_ms * 2 : RETRY_MS_MAX;
    return side_thread_wait_ms(publisher->side, wait_ms);
}

static void give_back(struct publisher *publisher, struct publish_job *jobs, uint64_t mark)
{
    while (jobs != NULL) {
        struct publish_job *next = jobs->next;
        struct published *known = &publisher->shards[jobs->batch.shard];
        known->mark = mark;
        known->is_checked = true;
        known->has_begun = true;
        jobs->mark = mark;
        jobs->mark_sequence = group_of(publisher, jobs->batch.shard)->sequence_last;
        jobs->post.run = jobs->done_run;
        postbox_send(jobs->reply_to, &jobs->post);
        jobs = next;
    }
}

static struct publisher *publisher_of_round(struct post *round)
{
    return (struct publisher *)(void *)((char *)round - offsetof(struct publisher, round));
}

static void run_round(struct post *round)
{
    struct publisher *publisher = publisher_of_round(round);
    struct publish_job *jobs = take_all(publisher);
    bool is_repeated = false;
    uint64_t mark = 0;
    struct fault fault = {.err = ERR_OK};
    while ((fault.err = publish_once(publisher, jobs, is_repeated, &mark, &fault)) != ERR_OK) {
        if (!wait_to_retry(publisher, jobs, &fault, &is_repeated))
            return;
    }
    say_going_on(publisher);
    give_back(publisher, jobs, mark);
}

struct publisher *publisher_start(struct runtime *runtime, struct sink sink, uint32_t shard_count)
{
    struct publisher *publisher = mem_zero(1, sizeof(*publisher));
    publisher->runtime = runtime;
    publisher->sink = sink;
    INVARIANT(pthread_mutex_init(&publisher->mutex, NULL) == 0);
    publisher->round.run = run_round;
    publisher->shards = mem_zero(shard_count, sizeof(*publisher->shards));
    publisher->groups = mem_zero(shard_count + 1U, sizeof(*publisher->groups));
    publisher->shard_count = shard_count;
    publisher->retry_ms = RETRY_MS_MIN;
    publisher->side = side_thread_start("publisher");
    return publisher;
}

void publisher_set_mark(struct publisher *publisher, uint32_t shard, uint64_t mark)
{
    INVARIANT(shard < publisher->shard_count);
    publisher->shards[shard].mark = mark;
}

void publisher_send(struct publisher *publisher, struct publish_job *job)
{
    INVARIANT(job->batch.shard < publisher->shard_count);
    job->next = NULL;
    (void)pthread_mutex_lock(&publisher->mutex);
    if (publisher->first == NULL)
        publisher->first = job;
    else
        publisher->last->next = job;
    publisher->last = job;
    bool is_round_due = !publisher->is_round_sent;
    publisher->is_round_sent = true;
    (void)pthread_mutex_unlock(&publisher->mutex);
    if (is_round_due)
        side_thread_send(publisher->side, &publisher->round);
}

void publisher_stop(struct publisher *publisher)
{
    side_thread_stop(publisher->side);
}

void publisher_join(struct publisher *publisher)
{
    if (publisher == NULL)
        return;
    side_thread_join(publisher->side);
    publisher->sink.ops->destroy(publisher->sink.self);
    (void)pthread_mutex_destroy(&publisher->mutex);
    free(publisher->shards);
    free(publisher->groups);
    free(publisher->items);
    free(publisher);
}
