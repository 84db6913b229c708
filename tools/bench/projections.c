// Benchmark of the projections: the fold's calls without decoding, matching or a journal.
//
//   projections CONTACTS EVENTS [DIRECTORY]
//
// With a directory it also checkpoints (rewrite, few dirty, some dirty) and opens the store again. At the end every
// contact gets a timer.
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "projections/dedup.h"
#include "projections/ledger.h"
#include "projections/limits.h"
#include "projections/scores.h"
#include "projections/store.h"
#include "projections/timers.h"

// How many events before its fold what an event needs is asked for: table lines, then slot and record.
enum { FAR = 24, NEAR = 12 };
enum { BATCH = 128, VALUE_BYTES = 24, RULES = 16, LIMIT_TIMES = 100 };
enum { STEP_MS = 40, TIMER_SPAN_MS = 20 * 86400 * 1000 };

struct bench {
    struct state *state;
    uint64_t contacts;
    uint64_t sequence;
    uint64_t random;
    int64_t tick_ms;
    struct name_id kind, score, rules[RULES];
};

static int64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Of this thread: other programs share the machine.
static int64_t cpu_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static uint64_t bench_random(struct bench *bench)
{
    bench->random += UINT64_C(0x9e3779b97f4a7c15);
    return hash_mix(bench->random);
}

static void bench_names(struct bench *bench)
{
    state_frame_begin(bench->state, bench->tick_ms);
    bench->kind = names_intern(bench->state, NAME_IDENTIFIER, bytes_text("contact_id"));
    bench->score = names_intern(bench->state, NAME_SCORE, bytes_text("engagement"));
    for (int i = 0; i < RULES; i++) {
        char name[32];
        int len = snprintf(name, sizeof(name), "engagement/rule %d", i);
        bench->rules[i] = names_intern(bench->state, NAME_RULE, bytes_of(name, (size_t)len));
    }
    (void)state_frame_end(bench->state);
}

struct job {
    char value[VALUE_BYTES];
    struct identity_key key;
    struct hash128 dedup;
};

static void job_prepare(struct bench *bench, struct job *job, uint64_t contact)
{
    int len = snprintf(job->value, sizeof(job->value), "c-%010" PRIu64, contact);
    job->key = identity_key_of(bench->state, bench->kind, bytes_of(job->value, (size_t)len));
    uint64_t id = bench_random(bench);
    job->dedup = dedup_key(bench->state, bytes_text("bench"), bytes_of(&id, sizeof(id)));
}

static void job_fold(struct bench *bench, const struct job *job, uint32_t index)
{
    bool is_new;
    if (!dedup_add(bench->state, job->dedup, bench->tick_ms))
        return;
    struct contact_number contact =
        identity_resolve(bench->state, &job->key, 1, bench->tick_ms, &is_new);
    contact_seen(bench->state, contact, bench->tick_ms);
    struct ledger_entry entry = {
        .score = bench->score,
        .rule = bench->rules[job->dedup.high % RULES],
        .ref = event_ref_of(bench->sequence, index),
        .count = 1,
        .time_ms = bench->tick_ms,
        .points_milli = 5000,
        .event_key = job->dedup.low,
        .limit_key = 1,
    };
    const struct limit_row row = {.rule = entry.rule, .count = 1, .key = 1};
    struct limit_row found = {.rule = entry.rule, .key = 1};
    size_t at = 0;
    (void)limit_next(bench->state, contact, &at, &found);
    if (found.count >= LIMIT_TIMES)
        return;
    ledger_add(bench->state, contact, &entry);
    limit_add(bench->state, contact, &row, LIMIT_MERGE);
    int64_t sum_milli = score_sum(bench->state, contact, entry.score);
    score_set_shown(bench->state, contact, entry.score, sum_milli);
}

// Folds `count` events; contacts come from next_contact (0: at random). Returns the
// nanoseconds of processor time that the fold itself took.
static int64_t bench_fold(struct bench *bench, uint64_t count, uint64_t next_contact)
{
    static struct job jobs[BATCH];
    int64_t spent_ns = 0;
    for (uint64_t done = 0; done < count; done += BATCH) {
        uint32_t batch = count - done < BATCH ? (uint32_t)(count - done) : BATCH;
        for (uint32_t i = 0; i < batch; i++)
            job_prepare(
                bench, &jobs[i],
                next_contact > 0 ? next_contact++ : bench_random(bench) % bench->contacts + 1);
        int64_t begin_ns = cpu_ns();
        state_frame_begin(bench->state, bench->tick_ms);
        bench->sequence++;
        for (uint32_t i = 0; i < batch + FAR; i++) {
            if (i < batch) {
                dedup_prefetch(bench->state, jobs[i].dedup);
                identity_prefetch(bench->state, &jobs[i].key);
            }
            if (i >= FAR - NEAR && i - (FAR - NEAR) < batch)
                identity_prefetch_record(bench->state, &jobs[i - (FAR - NEAR)].key);
            if (i >= FAR)
                job_fold(bench, &jobs[i - FAR], i - FAR);
        }
        (void)state_frame_end(bench->state);
        bench->tick_ms += STEP_MS;
        spent_ns += cpu_ns() - begin_ns;
    }
    return spent_ns;
}

static void report(const struct bench *bench, const char *what, int64_t spent_ns, uint64_t count)
{
    struct state_counts counts;
    state_counts(bench->state, &counts);
    (void)printf(
        "%-32s %8.1f ns each, %9" PRIu64 " times; %6.1f bytes a contact\n", what,
        (double)spent_ns / (double)(count > 0 ? count : 1), count,
        (double)counts.overlay_bytes / (double)counts.contacts);
    (void)fflush(stdout);
}

static void fail(const struct fault *fault)
{
    (void)fprintf(stderr, "projections: %s\n", fault->text);
    exit(1);
}

// One checkpoint, alone on its thread.
static void bench_checkpoint(struct bench *bench, const char *what)
{
    struct fault fault = {0};
    struct state_counts counts;
    state_counts(bench->state, &counts);
    struct checkpoint at = {
        .sequence = bench->sequence,
        .tick_ms = bench->tick_ms,
        .digest = state_digest(bench->state)};
    int64_t begin_ns = now_ns();
    struct snapshot *snapshot = state_snapshot_begin(bench->state, &at);
    int64_t freeze_ns = now_ns() - begin_ns;
    int64_t begin_cpu_ns = cpu_ns();
    begin_ns = now_ns();
    if (snapshot_write(snapshot, &fault) != ERR_OK)
        fail(&fault);
    int64_t write_ns = now_ns() - begin_ns;
    begin_ns = now_ns();
    if (snapshot_commit(snapshot, 0, &fault) != ERR_OK)
        fail(&fault);
    int64_t commit_ns = now_ns() - begin_ns;
    int64_t spent_cpu_ns = cpu_ns() - begin_cpu_ns;
    begin_ns = now_ns();
    state_snapshot_end(bench->state, snapshot, SNAPSHOT_COMMITTED);
    (void)printf(
        "%-32s %8" PRIu64 " dirty: freeze %.1f, write %.1f, commit %.1f, end %.1f ms; "
        "cpu %.2f us a dirty one\n",
        what, counts.dirty_records, (double)freeze_ns / 1e6, (double)write_ns / 1e6,
        (double)commit_ns / 1e6, (double)(now_ns() - begin_ns) / 1e6,
        (double)spent_cpu_ns / 1e3 / (double)counts.dirty_records);
    (void)fflush(stdout);
}

// Drops the store's file from the page cache, as far as the system takes the advice.
static void forget_file(const char *directory)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/data.mdb", directory);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    (void)close(fd);
}

// What it costs to have the pages of a store checked before they are followed.
static void bench_checks(const struct state_params *params)
{
    static const struct {
        const char *name;
        enum store_scope scope;
        bool is_cold;
    } checks[] = {
        {"store opened, meta checked", STORE_SCOPE_META, false},
        {"store opened, all checked", STORE_SCOPE_ALL, false},
        {"the same, not in memory", STORE_SCOPE_ALL, true},
    };
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        struct fault fault;
        struct store *store = NULL;
        if (checks[i].is_cold)
            forget_file(params->directory);
        int64_t begin_ns = now_ns();
        if (store_open(params, checks[i].scope, &store, &fault) != ERR_OK)
            fail(&fault);
        (void)printf("%-30s %10.1f ms\n", checks[i].name, (double)(now_ns() - begin_ns) / 1e6);
        store_close(store);
    }
}

static void bench_store(struct bench *bench, const struct state_params *params)
{
    struct fault fault = {0};
    struct checkpoint at;
    bench_checkpoint(bench, "checkpoint, all");
    report(bench, "few events", bench_fold(bench, 4000, 0), 4000);
    bench_checkpoint(bench, "checkpoint, few");
    uint64_t some = bench->contacts / 20;
    report(bench, "some events", bench_fold(bench, some, 0), some);
    bench_checkpoint(bench, "checkpoint, 5 %");
    report(bench, "many events", bench_fold(bench, bench->contacts, 0), bench->contacts);
    bench_checkpoint(bench, "checkpoint, many");
    uint64_t live = state_digest(bench->state);
    state_close(bench->state);
    bench_checks(params);
    int64_t begin_ns = now_ns();
    if (state_open(params, &bench->state, &at, &fault) != ERR_OK)
        fail(&fault);
    report(bench, "opened again", now_ns() - begin_ns, 1);
    if (at.digest != live || state_digest(bench->state) != live)
        (void)printf("digest DIFFERS after opening again\n");
    report(bench, "events of stored contacts", bench_fold(bench, 100000, 0), 100000);
}

// Gives every contact a timer, or another one: in turn, each at random within the span.
static void bench_timers_set(struct bench *bench, const char *what)
{
    int64_t begin_ns = cpu_ns();
    for (uint64_t done = 0; done < bench->contacts; done += BATCH) {
        state_frame_begin(bench->state, bench->tick_ms);
        for (uint64_t i = done + 1; i <= bench->contacts && i <= done + BATCH; i++) {
            int64_t after_ms = (int64_t)(bench_random(bench) % TIMER_SPAN_MS) + 1;
            contact_set_due(bench->state, (struct contact_number){i}, bench->tick_ms + after_ms);
        }
        (void)state_frame_end(bench->state);
    }
    report(bench, what, cpu_ns() - begin_ns, bench->contacts);
}

// Takes timers off in their order, as many as there are.
static void bench_timers_take(struct bench *bench)
{
    struct timer timer;
    uint64_t taken = 0;
    int64_t begin_ns = cpu_ns();
    for (bool has_more = true; has_more;) {
        state_frame_begin(bench->state, bench->tick_ms);
        for (int i = 0; i < BATCH && has_more; i++) {
            has_more = timers_next(bench->state, &timer);
            if (has_more)
                contact_set_due(bench->state, timer.contact, TIMER_NONE);
            taken += has_more ? 1 : 0;
        }
        (void)state_frame_end(bench->state);
    }
    report(bench, "timers taken off in order", cpu_ns() - begin_ns, taken);
}

static void bench_timers(struct bench *bench, const struct state_params *params)
{
    struct checkpoint at;
    struct fault fault = {0};
    struct timer timer;
    bench_timers_set(bench, "timers set");
    bench_timers_set(bench, "timers moved");
    if (params->directory != NULL) {
        bench_checkpoint(bench, "checkpoint, timers");
        state_close(bench->state);
        if (state_open(params, &bench->state, &at, &fault) != ERR_OK)
            fail(&fault);
        int64_t begin_ns = now_ns();
        (void)timers_next(bench->state, &timer);
        report(bench, "timers gathered from the store", now_ns() - begin_ns, bench->contacts);
    }
    bench_timers_take(bench);
}

static int bench_run(struct bench *bench, const struct state_params *params, uint64_t events)
{
    struct checkpoint at;
    struct fault fault = {0};
    if (state_open(params, &bench->state, &at, &fault) != ERR_OK)
        fail(&fault);
    bench_names(bench);
    report(bench, "new contacts", bench_fold(bench, bench->contacts, 1), bench->contacts);
    report(bench, "events of known contacts", bench_fold(bench, events, 0), events);
    if (params->directory != NULL)
        bench_store(bench, params);
    bench_timers(bench, params);
    uint64_t live = state_digest(bench->state);
    int64_t begin_ns = now_ns();
    bool is_same = live == state_digest_recomputed(bench->state);
    report(bench, "digest recomputed", now_ns() - begin_ns, bench->contacts);
    (void)printf("digest %016" PRIx64 " %s\n", live, is_same ? "agrees" : "DIFFERS");
    state_close(bench->state);
    return is_same ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: projections CONTACTS EVENTS [DIRECTORY]\n");
        return 64;
    }
    struct bench bench = {
        .contacts = strtoull(argv[1], NULL, 10), .random = 1, .tick_ms = INT64_C(1790000000000)};
    struct state_params params = {
        .directory = argc > 3 ? argv[3] : NULL,
        .access = STATE_WRITE,
        .seed = 42,
        .map_bytes = UINT64_C(1) << 30,
        .dedup_window_ms = INT64_C(7) * 86400000,
        .dedup_events_max = 20000000,
        .ledger_entries_max = 1000,
        .limit_keys_max = 256,
        .overlay_bytes_max = UINT64_C(4) << 30,
    };
    return bench_run(&bench, &params, strtoull(argv[2], NULL, 10));
}
