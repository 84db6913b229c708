// Speed of decoding: events of 316 bytes through the decoder, beside yyjson alone on the same bytes.
#include "engine/event/decode.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yyjson.h>

#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/time.h"

enum { EVENT_BYTES = 316, EVENTS = 16384, BATCH = 256, ROUNDS = 20, RUNS = 5, POOL_BYTES = 8192 };
#define START_MS INT64_C(1767225600000) // 2026-01-01T00:00:00Z

struct bench {
    char *text; // EVENTS events of EVENT_BYTES, one behind the other
    struct catalog *catalog;
    struct decoder *decoder;
    uint64_t seed;
};

static uint64_t random_next(struct bench *bench, uint64_t below)
{
    bench->seed = hash_mix(bench->seed);
    return bench->seed % below;
}

static void event_write(struct bench *bench, size_t index, char *to)
{
    static const char *const types[] = {"email.opened",   "link.clicked", "page.viewed",
                                        "form.submitted", "order.placed", "email.bounced"};
    static const char *const devices[] = {"mobile", "desktop", "tablet"};
    char time[TIME_TEXT_CHARS + 1] = {0};
    time_print(START_MS + (int64_t)index * 7 + 1, time);
    char text[EVENT_BYTES + 1];
    int len = snprintf(
        text, sizeof(text),
        "{\"specversion\":\"1.0\",\"id\":\"018f2d3a-0000-7000-8000-0000%08zx\",\"source\":"
        "\"bench\","
        "\"type\":\"%s\",\"subject\":\"contact-%07" PRIu64 "\",\"time\":\"%s\","
        "\"datacontenttype\":\"application/json\",\"data\":{\"campaign\":\"c%" PRIu64
        "\",\"url\":\"https://shop.example/p/%" PRIu64 "\",\"amount\":%.1f,\"device\":\"%s\","
        "\"ref\":\"",
        index, types[random_next(bench, 6)], random_next(bench, 1000000), time,
        random_next(bench, 200), random_next(bench, 10000),
        (double)(2 + random_next(bench, 1998)) * 0.5, devices[random_next(bench, 3)]);
    INVARIANT(len > 0 && len < EVENT_BYTES - 3);
    for (; len < EVENT_BYTES - 3; len++)
        text[len] = (char)('a' + (int)(((size_t)len + index) % 26));
    memcpy(text + len, "\"}}", 3);
    memcpy(to, text, EVENT_BYTES);
}

static void catalog_fill(struct catalog *catalog)
{
    const struct data_field fields[] = {
        {BYTES_LITERAL("campaign"), DATA_STRING, true},
        {BYTES_LITERAL("message"), DATA_STRING, true},
        {BYTES_LITERAL("url"), DATA_STRING, true},
        {BYTES_LITERAL("amount"), DATA_DOUBLE, true},
        {BYTES_LITERAL("title"), DATA_STRING, true},
        {BYTES_LITERAL("device"), DATA_STRING, true},
    };
    static const char *const names[] = {"email.opened",   "link.clicked", "page.viewed",
                                        "form.submitted", "order.placed", "email.bounced"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct event_type_def type = {
            .name = bytes_text(names[i]),
            .fields = fields,
            .field_count = sizeof(fields) / sizeof(fields[0])};
        event_type index;
        enum err err = catalog_put_type(catalog, &type, &index);
        INVARIANT(err == ERR_OK);
    }
}

static double now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

// Every run checks its own result: all events decoded, the contacts' hash the same.
static double decode_run(struct bench *bench, enum decode_mode mode, uint64_t *check_out)
{
    uint64_t check = 0;
    struct event event;
    struct reject reject;
    double start = now_ns();
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < EVENTS; i++) {
            const struct raw_event raw = {
                .value = bytes_of(bench->text + i * EVENT_BYTES, EVENT_BYTES),
                .value_bytes = EVENT_BYTES};
            enum reject_code code = decoder_decode(bench->decoder, mode, &raw, &event, &reject);
            INVARIANT(code == REJECT_NONE);
            check += (uint64_t)event.time_ms + event.type + event.identifiers[0].value.len;
            if (i % BATCH == BATCH - 1)
                decoder_reset(bench->decoder);
        }
    }
    *check_out = check;
    return (now_ns() - start) / ((double)ROUNDS * EVENTS);
}

static double yyjson_run(const struct bench *bench)
{
    static char memory[POOL_BYTES];
    yyjson_alc alc;
    size_t values = 0;
    double start = now_ns();
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < EVENTS; i++) {
            (void)yyjson_alc_pool_init(&alc, memory, sizeof(memory));
            yyjson_doc *doc = yyjson_read_opts(
                bench->text + i * EVENT_BYTES, EVENT_BYTES, YYJSON_READ_NOFLAG, &alc, NULL);
            INVARIANT(doc != NULL);
            values += yyjson_doc_get_val_count(doc);
        }
    }
    INVARIANT(values == (size_t)ROUNDS * EVENTS * 27);
    return (now_ns() - start) / ((double)ROUNDS * EVENTS);
}

static int compare_doubles(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;
    return (first > second) - (first < second);
}

static void report(const char *name, double *runs, double yardstick)
{
    qsort(runs, RUNS, sizeof(runs[0]), compare_doubles);
    double median = runs[RUNS / 2];
    (void)printf(
        "%-16s %7.1f ns/event  %5.2f M events/s  (%.1f to %.1f)  %.2f of yyjson's rate\n", name,
        median, 1e3 / median, runs[0], runs[RUNS - 1],
        (yardstick > 0 ? yardstick : median) / median);
}

int main(void)
{
    struct bench bench = {.catalog = catalog_create(), .seed = 42};
    bench.text = mem_alloc((size_t)EVENTS * EVENT_BYTES + 1);
    for (size_t i = 0; i < EVENTS; i++)
        event_write(&bench, i, bench.text + i * EVENT_BYTES);
    catalog_fill(bench.catalog);
    const struct decode_limits limits = {1048576, 32, 1000, 65536, 256, 50000};
    bench.decoder = decoder_create(&limits, bench.catalog);

    double check_runs[RUNS], replay_runs[RUNS], yyjson_runs[RUNS];
    uint64_t check = 0, replay = 0, again = 0;
    (void)decode_run(&bench, DECODE_CHECK, &check); // warms up, and is what the others must equal
    for (size_t run = 0; run < RUNS; run++) {
        yyjson_runs[run] = yyjson_run(&bench);
        check_runs[run] = decode_run(&bench, DECODE_CHECK, &again);
        replay_runs[run] = decode_run(&bench, DECODE_REPLAY, &replay);
        INVARIANT(again == check && replay == check);
    }
    report("yyjson alone", yyjson_runs, 0);
    report("decode", check_runs, yyjson_runs[RUNS / 2]);
    report("decode, replay", replay_runs, yyjson_runs[RUNS / 2]);

    decoder_destroy(bench.decoder);
    catalog_destroy(bench.catalog);
    free(bench.text);
    return 0;
}
