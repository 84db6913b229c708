// The daemon's configuration: plain data, read from one YAML file against the table in schema.c.
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/diagnostic.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"

enum config_clock { CONFIG_CLOCK_WALL, CONFIG_CLOCK_EVENT };
enum config_unknown_events { CONFIG_UNKNOWN_ACCEPT, CONFIG_UNKNOWN_REJECT };
enum config_on_gap { CONFIG_GAP_STOP, CONFIG_GAP_CONTINUE };
enum config_log_format { CONFIG_LOG_TEXT, CONFIG_LOG_JSON };
enum config_log_level { CONFIG_LOG_DEBUG, CONFIG_LOG_INFO, CONFIG_LOG_WARN, CONFIG_LOG_ERROR };

struct config_texts {
    const char *const *items;
    size_t count;
};

// A property for librdkafka, passed through as it is; refused ones never get here.
struct config_property {
    const char *name;
    const char *value;
};

struct config_properties {
    const struct config_property *items;
    size_t count;
};

// All texts are NUL-terminated and owned by the configuration; paths are absolute or relative to
// the working directory (those in the file are taken relative to the file's directory).
struct config {
    const char *data;
    const char *rules;
    enum config_clock clock;
    const char *zone;
    uint32_t shards;
    uint32_t workers; // 0: as many as there are cores
    enum config_unknown_events unknown_events;
    enum config_on_gap on_gap;

    struct {
        const char *brokers; // NULL: no Kafka source
        const char *topic;
        const char *group;
        struct config_properties properties;
    } source_kafka;
    struct config_texts source_files; // "-" is standard input
    bool source_http;

    struct {
        const char *brokers; // NULL: no Kafka sink
        const char *topic_prefix;
        const char *transactional_id;
        struct config_properties properties;
    } sink_kafka;
    const char *sink_file; // NULL: none

    const char *dead_letters_file;  // NULL exactly when there is a topic
    const char *dead_letters_kafka; // topic, or NULL

    const char *http_listen; // as written; NULL: no HTTP
    const char *http_host;   // without brackets
    uint16_t http_port;      // 0: any free one
    const char *http_token;  // "" when none

    uint32_t journal_file_mib;
    uint32_t checkpoint_overlay_mib;
    uint32_t checkpoint_age_s;
    uint64_t checkpoint_events;
    uint32_t store_map_gib;
    uint32_t memory_overlay_mib;
    int64_t dedup_window_ms;
    uint64_t dedup_events_max;

    struct {
        uint32_t message_bytes;
        uint32_t depth;
        uint32_t keys;
        uint32_t values;
        uint32_t string_bytes;
        uint32_t identifier_bytes;
        uint32_t ledger_entries;
        uint32_t counter_entries;
        uint32_t limit_keys;
        uint32_t actions_per_event;
        uint32_t derived_depth;
        uint32_t frame_events;
        uint32_t frame_bytes;
        uint32_t outbox_actions;
        uint32_t actions_per_minute;
        uint32_t http_body_bytes;
        uint32_t http_connections;
        uint32_t http_memory_mib;
        uint32_t http_request_s;
        uint32_t clock_jump_s;
    } limits;

    enum config_log_format log_format;
    enum config_log_level log_level;
};

// Where values of ${NAME} come from; get returns NULL when name is not set.
struct config_environment {
    const char *(*get)(void *self, const char *name);
    void *self;
};

// Reads the text of a configuration file. file is its path: shown in diagnostics, and its directory
// is what relative paths start from. All errors are added to the list.
//   ERR_INVALID there was at least one; *out is untouched
// On ERR_OK the caller owns *out (config_destroy). Nothing of text, file or environment is kept.
NODISCARD enum err config_load(
    const char *file,
    struct bytes text,
    const struct config_environment *environment,
    struct diagnostics *list,
    struct config **out);

void config_destroy(struct config *config); // NULL is fine

// JSON Schema (draft-07) of the file; the reference in Markdown (docs/configuration.md).
void config_schema_json(struct buffer *to);
void config_reference_markdown(struct buffer *to);

#endif
