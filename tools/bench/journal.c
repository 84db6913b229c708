// Speed of the journal: frames of 1,000 events of 316 bytes built, appended, made durable and read
// back, beside a plain memcpy and fdatasync of the same bytes in the same run.
//   journal [DIRECTORY]        (a directory is made below it and removed again; default: build)
#include "engine/journal/journal.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/os/os_disk.h"

enum {
    EVENT_BYTES = 316,
    FRAME_EVENTS = 1000,
    FRAMES = 1000,
    RUNS = 3,
    FILE_BYTES = 64 << 20,
    WAITING_BYTES_MAX = 8 << 20,
    YARDSTICK_BYTES = 1 << 20,
};
#define EVENTS ((double)FRAMES * FRAME_EVENTS)

struct bench {
    char *directory;
    char *text; // FRAME_EVENTS events
    struct journal *journal;
    atomic_bool is_done;
    double append_cpu_s; // of the appending thread
    double build_cpu_s;
    double wall_s;
    uint64_t syncs;
};

static double clock_s(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(enum err err, const struct fault *fault)
{
    if (err == ERR_OK)
        return;
    (void)fprintf(stderr, "bench journal: %s: %s\n", err_name(err), fault->text);
    exit(70);
}

static void *sync_thread(void *argument)
{
    struct bench *bench = argument;
    struct fault fault = {0};
    uint64_t durable = 0;
    bool is_last = false;
    while (!is_last) {
        is_last = atomic_load(&bench->is_done); // what was appended before is_done is synced below
        uint64_t before = durable;
        must(journal_sync(bench->journal, &durable, &fault), &fault);
        bench->syncs += durable > before;
        if (durable == before)
            (void)usleep(50);
    }
    return NULL;
}

static void *prepare_thread(void *argument)
{
    struct bench *bench = argument;
    struct fault fault = {0};
    while (!atomic_load(&bench->is_done)) {
        must(journal_prepare(bench->journal, &fault), &fault);
        (void)usleep(1000);
    }
    return NULL;
}

static void frame_fill(struct bench *bench, struct frame_builder *builder, uint64_t frame)
{
    struct frame_source source = {
        BYTES_LITERAL("kafka:contact.events/0"), (int64_t)((frame + 1) * FRAME_EVENTS)};
    frame_builder_clear(builder);
    uint32_t index = frame_builder_add_source(builder, &source);
    for (uint64_t i = 0; i < FRAME_EVENTS; i++) {
        struct frame_input input = {
            .kind = FRAME_INPUT_EVENT,
            .source = index,
            .position = (int64_t)(frame * FRAME_EVENTS + i),
            .value = bytes_of(bench->text + i * EVENT_BYTES, EVENT_BYTES)};
        INVARIANT(frame_builder_add_input(builder, &input) == ERR_OK);
    }
}

static void frames_append(struct bench *bench)
{
    struct frame_builder *builder = frame_builder_create();
    for (uint64_t frame = 0; frame < FRAMES; frame++) {
        struct frame_head head = {.tick_ms = (int64_t)frame};
        double start = clock_s(CLOCK_THREAD_CPUTIME_ID);
        frame_fill(bench, builder, frame);
        double built = clock_s(CLOCK_THREAD_CPUTIME_ID);
        INVARIANT(journal_append(bench->journal, builder, &head) == ERR_OK);
        bench->append_cpu_s += clock_s(CLOCK_THREAD_CPUTIME_ID) - built;
        bench->build_cpu_s += built - start;
        while (journal_waiting_bytes(bench->journal) > WAITING_BYTES_MAX)
            (void)usleep(50);
    }
    frame_builder_destroy(builder);
}

static void run_write(struct bench *bench)
{
    struct journal_params params = {
        .disk = os_disk(),
        .directory = bench->directory,
        .identity = 1,
        .file_bytes_max = FILE_BYTES,
        .frame_bytes_max = 4 << 20};
    struct journal_recovery recovery;
    struct fault fault = {0};
    must(journal_open(&params, &bench->journal, &recovery, &fault), &fault);
    must(journal_prepare(bench->journal, &fault), &fault);
    pthread_t threads[2];
    atomic_store(&bench->is_done, false);
    INVARIANT(pthread_create(&threads[0], NULL, sync_thread, bench) == 0);
    INVARIANT(pthread_create(&threads[1], NULL, prepare_thread, bench) == 0);
    double start = clock_s(CLOCK_MONOTONIC);
    frames_append(bench);
    atomic_store(&bench->is_done, true);
    for (size_t i = 0; i < 2; i++)
        (void)pthread_join(threads[i], NULL);
    bench->wall_s = clock_s(CLOCK_MONOTONIC) - start;
    INVARIANT(journal_sequence_durable(bench->journal) == FRAMES);
    journal_close(bench->journal);
}

// Reads all back; gives seconds.
static double run_read(struct bench *bench)
{
    struct journal_reader *reader = NULL;
    struct fault fault = {0};
    double start = clock_s(CLOCK_MONOTONIC);
    must(journal_reader_open(os_disk(), bench->directory, 1, &reader, &fault), &fault);
    uint64_t events = 0;
    struct frame_reader frame;
    struct bytes bytes;
    while (journal_reader_next(reader, &bytes, &frame, &fault) == ERR_OK) {
        struct frame_input input;
        while (frame_next_input(&frame, &input) == ERR_OK)
            events++;
    }
    journal_reader_close(reader);
    INVARIANT(events == (uint64_t)FRAMES * FRAME_EVENTS);
    return clock_s(CLOCK_MONOTONIC) - start;
}

static double run_open(struct bench *bench)
{
    struct journal_params params = {
        .disk = os_disk(),
        .directory = bench->directory,
        .file_bytes_max = FILE_BYTES,
        .frame_bytes_max = 4 << 20};
    struct journal_recovery recovery;
    struct fault fault = {0};
    double start = clock_s(CLOCK_MONOTONIC);
    must(journal_open(&params, &bench->journal, &recovery, &fault), &fault);
    double took = clock_s(CLOCK_MONOTONIC) - start;
    INVARIANT(recovery.sequence_last == FRAMES && recovery.tail_cut_bytes == 0);
    journal_close(bench->journal);
    return took;
}

// The same bytes without a journal: copied, written to a prewritten file in pieces, each synced.
static double run_yardstick(struct bench *bench)
{
    struct disk disk = os_disk();
    struct disk_file *file = NULL;
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/yardstick", bench->directory);
    uint8_t *piece = mem_zero(1, YARDSTICK_BYTES);
    INVARIANT(disk.ops->open(disk.self, path, DISK_CREATE, &file) == ERR_OK);
    const uint64_t bytes = (uint64_t)EVENT_BYTES * FRAME_EVENTS * FRAMES;
    for (uint64_t at = 0; at < FILE_BYTES; at += YARDSTICK_BYTES)
        INVARIANT(
            disk.ops->write_at(disk.self, file, at, bytes_of(piece, YARDSTICK_BYTES)) == ERR_OK);
    INVARIANT(disk.ops->sync_data(disk.self, file) == ERR_OK);
    double start = clock_s(CLOCK_MONOTONIC);
    for (uint64_t at = 0; at < bytes; at += YARDSTICK_BYTES) {
        for (size_t i = 0; i + EVENT_BYTES <= YARDSTICK_BYTES; i += EVENT_BYTES)
            memcpy(piece + i, bench->text + i % (FRAME_EVENTS * EVENT_BYTES), EVENT_BYTES);
        INVARIANT(
            disk.ops->write_at(
                disk.self, file, at % FILE_BYTES, bytes_of(piece, YARDSTICK_BYTES)) == ERR_OK);
        INVARIANT(disk.ops->sync_data(disk.self, file) == ERR_OK);
    }
    double took = clock_s(CLOCK_MONOTONIC) - start;
    disk.ops->close(disk.self, file);
    free(piece);
    return took;
}

static void remove_name(void *context, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", (const char *)context, name);
    (void)unlink(path);
}

static void directory_empty(struct bench *bench)
{
    struct disk disk = os_disk();
    (void)disk.ops->list(disk.self, bench->directory, remove_name, bench->directory);
}

static void run(struct bench *bench)
{
    bench->append_cpu_s = bench->build_cpu_s = 0;
    bench->syncs = 0;
    run_write(bench);
    double read_s = run_read(bench);
    double open_s = run_open(bench);
    directory_empty(bench);
    double yardstick_s = run_yardstick(bench);
    directory_empty(bench);
    (void)printf(
        "build %5.1f ns/event  append %5.1f ns/event  journal %5.2f M events/s (%" PRIu64
        " syncs)  memcpy+fdatasync %5.2f M events/s  read %5.2f M events/s  open %.3f s\n",
        bench->build_cpu_s * 1e9 / EVENTS, bench->append_cpu_s * 1e9 / EVENTS,
        EVENTS / bench->wall_s / 1e6, bench->syncs, EVENTS / yardstick_s / 1e6,
        EVENTS / read_s / 1e6, open_s);
}

int main(int argc, char **argv)
{
    char directory[2048];
    (void)snprintf(
        directory, sizeof(directory), "%s/bench-journal-XXXXXX", argc > 1 ? argv[1] : "build");
    struct bench bench = {.directory = mkdtemp(directory)};
    if (bench.directory == NULL) {
        perror(directory);
        return 70;
    }
    bench.text = mem_alloc((size_t)FRAME_EVENTS * EVENT_BYTES);
    for (size_t i = 0; i < (size_t)FRAME_EVENTS * EVENT_BYTES; i++)
        bench.text[i] = (char)(' ' + (i * 7 + i / EVENT_BYTES) % 90);
    for (unsigned i = 0; i < RUNS; i++)
        run(&bench);
    free(bench.text);
    (void)rmdir(bench.directory);
    return 0;
}
