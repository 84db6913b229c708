// What may stand in the configuration file.
#include "config/schema.h"

#include "engine/base/invariant.h"

#define FIELD(member) offsetof(struct config, member)
#define DAY_MS        INT64_C(86400000)

#define BOOL(path, member, meaning)                                                         \
    {                                                                                       \
        (path), CONFIG_BOOL, CONFIG_OPTIONAL, FIELD(member), 0, 1, 0, NULL, NULL, (meaning) \
    }
#define U32(path, member, min, max, number, meaning)                                            \
    {                                                                                           \
        (path), CONFIG_U32, CONFIG_OPTIONAL, FIELD(member), (min), (max), (number), NULL, NULL, \
            (meaning)                                                                           \
    }
#define U64(path, member, min, max, number, meaning)                                            \
    {                                                                                           \
        (path), CONFIG_U64, CONFIG_OPTIONAL, FIELD(member), (min), (max), (number), NULL, NULL, \
            (meaning)                                                                           \
    }
#define DURATION(path, member, min, max, number, meaning)                                      \
    {                                                                                          \
        (path), CONFIG_DURATION, CONFIG_OPTIONAL, FIELD(member), (min), (max), (number), NULL, \
            NULL, (meaning)                                                                    \
    }
#define WORD(path, member, words, number, meaning)                                          \
    {                                                                                       \
        (path), CONFIG_WORD, CONFIG_OPTIONAL, FIELD(member), 0, 0, (number), NULL, (words), \
            (meaning)                                                                       \
    }
#define TEXT(path, member, need, text, min, meaning)                                        \
    {                                                                                       \
        (path), CONFIG_TEXT, (need), FIELD(member), (min), TEXT_BYTES_MAX, 0, (text), NULL, \
            (meaning)                                                                       \
    }
#define PATH(path, member, text, meaning)                                                        \
    {                                                                                            \
        (path), CONFIG_PATH, CONFIG_OPTIONAL, FIELD(member), 1, PATH_BYTES_MAX, 0, (text), NULL, \
            (meaning)                                                                            \
    }
#define PATHS(path, member, meaning)                                                            \
    {                                                                                           \
        (path), CONFIG_PATHS, CONFIG_OPTIONAL, FIELD(member), 1, PATH_BYTES_MAX, 0, NULL, NULL, \
            (meaning)                                                                           \
    }
#define PROPERTIES(path, member, meaning)                                                      \
    {                                                                                          \
        (path), CONFIG_PROPERTIES, CONFIG_OPTIONAL, FIELD(member), 0, TEXT_BYTES_MAX, 0, NULL, \
            NULL, (meaning)                                                                    \
    }

enum { TEXT_BYTES_MAX = 65536, PATH_BYTES_MAX = 4000 };

static const char *const clock_words[] = {
    [CONFIG_CLOCK_WALL] = "wall", [CONFIG_CLOCK_EVENT] = "event", NULL};
static const char *const unknown_words[] = {
    [CONFIG_UNKNOWN_ACCEPT] = "accept", [CONFIG_UNKNOWN_REJECT] = "reject", NULL};
static const char *const gap_words[] = {
    [CONFIG_GAP_STOP] = "stop", [CONFIG_GAP_CONTINUE] = "continue", NULL};
static const char *const format_words[] = {
    [CONFIG_LOG_TEXT] = "text", [CONFIG_LOG_JSON] = "json", NULL};
static const char *const level_words[] = {
    [CONFIG_LOG_DEBUG] = "debug",
    [CONFIG_LOG_INFO] = "info",
    [CONFIG_LOG_WARN] = "warn",
    [CONFIG_LOG_ERROR] = "error",
    NULL};

static const struct config_row rows[] = {
    PATH(
        "data",
        data,
        "/var/lib/engaged",
        "directory of journal, store and lock; one daemon a directory"),
    PATH("rules", rules, "/etc/engaged/rules", "directory of rule files (`*.yaml`, any nesting)"),
    WORD(
        "clock",
        clock,
        clock_words,
        CONFIG_CLOCK_WALL,
        "what time it is: the machine's, or that of the newest event (imports, demos, backtests)"),
    TEXT(
        "zone",
        zone,
        CONFIG_OPTIONAL,
        "UTC",
        1,
        "the account's time zone, for contacts that have none: a name as `Asia/Ho_Chi_Minh`, "
        "`UTC`, or an offset as `+07:00`"),
    U32("shards",
        shards,
        1,
        1024,
        1,
        "how many shards there are when no Kafka topic decides it; fixed once data is there"),
    U32("workers", workers, 0, 256, 0, "worker threads; 0: as many as there are cores"),
    WORD(
        "unknown_events",
        unknown_events,
        unknown_words,
        CONFIG_UNKNOWN_ACCEPT,
        "events of a type that neither catalogue nor rules know: keep them, or make them dead "
        "letters"),
    WORD(
        "on_gap",
        on_gap,
        gap_words,
        CONFIG_GAP_STOP,
        "when a source no longer has what comes next (retention, a topic made anew): stop that "
        "shard, or record the gap and go on"),

    TEXT(
        "sources.kafka.brokers",
        source_kafka.brokers,
        CONFIG_WITH_GROUP,
        NULL,
        1,
        "`host:port`, several with commas between"),
    TEXT(
        "sources.kafka.topic",
        source_kafka.topic,
        CONFIG_WITH_GROUP,
        NULL,
        1,
        "topic that events are read from; its partitions are the shards"),
    TEXT(
        "sources.kafka.group",
        source_kafka.group,
        CONFIG_OPTIONAL,
        "engaged",
        1,
        "consumer group that offsets are committed for"),
    PROPERTIES(
        "sources.kafka.properties",
        source_kafka.properties,
        "for librdkafka as they are, but for those below"),
    PATHS("sources.files", source_files, "NDJSON files, read to their end; `-` is standard input"),
    BOOL("sources.http", source_http, "take events at `POST /v1/events`; needs `http.listen`"),

    TEXT(
        "sinks.kafka.brokers",
        sink_kafka.brokers,
        CONFIG_WITH_GROUP,
        NULL,
        1,
        "`host:port`, several with commas between"),
    TEXT(
        "sinks.kafka.topic_prefix",
        sink_kafka.topic_prefix,
        CONFIG_OPTIONAL,
        "",
        0,
        "put before the topics that the actions name"),
    TEXT(
        "sinks.kafka.transactional_id",
        sink_kafka.transactional_id,
        CONFIG_OPTIONAL,
        "engaged",
        1,
        "start of the name that fences a second instance; unlike for every daemon on a cluster"),
    PROPERTIES(
        "sinks.kafka.properties",
        sink_kafka.properties,
        "for librdkafka as they are, but for those below"),
    PATH("sinks.file", sink_file, NULL, "NDJSON file that actions are appended to"),

    PATH(
        "dead_letters.file",
        dead_letters_file,
        NULL,
        "NDJSON file for what was refused; default: `dead-letters.ndjson` in `data`"),
    TEXT(
        "dead_letters.kafka",
        dead_letters_kafka,
        CONFIG_OPTIONAL,
        NULL,
        1,
        "topic for what was refused, instead of a file; needs `sinks.kafka`"),

    TEXT(
        "http.listen",
        http_listen,
        CONFIG_OPTIONAL,
        NULL,
        1,
        "`host:port` of the HTTP interface; absent: there is none; port 0: any free one"),
    TEXT(
        "http.token",
        http_token,
        CONFIG_OPTIONAL,
        "",
        0,
        "what clients send as `Authorization: Bearer TOKEN`; needed beyond this machine"),

    U32("journal.file_mib", journal_file_mib, 1, 1024, 64, "size of one journal file"),
    U32("checkpoint.overlay_mib",
        checkpoint_overlay_mib,
        1,
        65536,
        512,
        "a checkpoint is written when this much state has changed since the last"),
    U32("checkpoint.age_s",
        checkpoint_age_s,
        1,
        86400,
        60,
        "a checkpoint is written when the last is this old and something has changed"),
    U64("checkpoint.events",
        checkpoint_events,
        1000,
        1000000000,
        2000000,
        "a checkpoint is written when so many events, or as many as there are contacts, came since "
        "the last; bounds what a restart folds again"),
    U32("store.map_gib",
        store_map_gib,
        1,
        16384,
        64,
        "address space for the store of a shard; takes no memory or disk by itself"),
    U32("memory.overlay_mib",
        memory_overlay_mib,
        64,
        1048576,
        2048,
        "most memory for state of a shard that waits for a checkpoint; above it, reading pauses"),
    DURATION(
        "dedup.window",
        dedup_window_ms,
        0,
        3650 * DAY_MS,
        7 * DAY_MS,
        "an event with the source and id of one this far back is a duplicate"),
    U64("dedup.events_max",
        dedup_events_max,
        1000,
        INT64_C(2000000000),
        20000000,
        "most events of a shard that are remembered; beyond it the oldest are forgotten"),

    U32("limits.message_bytes", limits.message_bytes, 1024, 16777216, 1048576, "one event"),
    U32("limits.depth", limits.depth, 4, 64, 32, "nesting of an event"),
    U32("limits.keys", limits.keys, 16, 65536, 1000, "keys in an event, all levels together"),
    U32("limits.values",
        limits.values,
        1000,
        16777216,
        50000,
        "values and keys in an event, all levels together"),
    U32("limits.string_bytes", limits.string_bytes, 256, 16777216, 65536, "one text in an event"),
    U32("limits.identifier_bytes",
        limits.identifier_bytes,
        16,
        4096,
        256,
        "one identifier of a contact"),
    U32("limits.ledger_entries",
        limits.ledger_entries,
        10,
        1000000,
        1000,
        "score entries of a contact that are kept one by one; older ones are summed up"),
    U32("limits.counter_entries",
        limits.counter_entries,
        10,
        100000,
        1000,
        "entries of one counter with a window, or of different values, per contact; then the "
        "oldest are merged"),
    U32("limits.limit_keys",
        limits.limit_keys,
        10,
        65535,
        1000,
        "values that the limits of scoring rules remember per contact"),
    U32("limits.actions_per_event",
        limits.actions_per_event,
        1,
        10000,
        100,
        "actions that one event may cause; together at most an eighth of `limits.frame_bytes`"),
    U32("limits.derived_depth",
        limits.derived_depth,
        1,
        64,
        16,
        "events caused by events caused by… one event"),
    U32("limits.frame_events", limits.frame_events, 1, 65535, 4096, "events in a frame"),
    U32("limits.frame_bytes",
        limits.frame_bytes,
        65536,
        268435456,
        16777216,
        "one frame; at least twice `limits.message_bytes`"),
    U32("limits.outbox_actions",
        limits.outbox_actions,
        1000,
        100000000,
        100000,
        "actions that wait for the sink; above it, reading pauses"),
    U32("limits.actions_per_minute",
        limits.actions_per_minute,
        0,
        1000000000,
        100000,
        "actions that all shards together publish in a minute; more wait until `engagectl actions "
        "release`; "
        "0: any number"),
    U32("limits.http_body_bytes",
        limits.http_body_bytes,
        1024,
        1073741824,
        16777216,
        "body of one HTTP request"),
    U32("limits.http_connections",
        limits.http_connections,
        1,
        65535,
        256,
        "HTTP connections at a time"),
    U32("limits.http_memory_mib",
        limits.http_memory_mib,
        1,
        1048576,
        256,
        "what all HTTP requests hold together until their events are durable; above it, more get "
        "503; at least twice `limits.http_body_bytes`"),
    U32("limits.http_request_s",
        limits.http_request_s,
        1,
        3600,
        30,
        "a request has to arrive in this time, headers and body each, and its answer to be taken; "
        "a "
        "second more for each 64 KiB"),
    U32("limits.clock_jump_s",
        limits.clock_jump_s,
        60,
        2147483647,
        3600,
        "a wall clock that jumps forward by more is not followed: nothing fires by it until it is "
        "back or the daemon is restarted"),

    WORD("log.format", log_format, format_words, CONFIG_LOG_TEXT, "form of the operator's log"),
    WORD("log.level", log_level, level_words, CONFIG_LOG_INFO, "least level that is written"),
};

const struct config_row *config_rows(size_t *count_out)
{
    *count_out = sizeof(rows) / sizeof(rows[0]);
    return rows;
}

size_t config_row_word_count(const struct config_row *row)
{
    INVARIANT(row->type == CONFIG_WORD);
    size_t count = 0;
    while (row->words[count] != NULL)
        count++;
    return count;
}
