// The log of one simulated partition: records, markers, what is decided of them, and who wrote them.
#ifndef TESTS_SIM_KAFKA_LOG_H
#define TESTS_SIM_KAFKA_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/header.h"

// librdkafka's list of headers: names and values are its own, names end with a NUL.
struct rd_kafka_headers_s {
    struct header *items;
    size_t count;
    size_t cap;
};

struct rd_kafka_headers_s *headers_create(size_t expected);
void headers_add(struct rd_kafka_headers_s *headers, struct bytes name, struct bytes value);
void headers_free(struct rd_kafka_headers_s *headers); // NULL is fine

// A record's content, shared by queues, requests and logs.
struct sim_blob {
    uint32_t users;
    bool has_key;
    struct bytes key;
    struct bytes value;
    struct rd_kafka_headers_s *headers; // or NULL
    uint8_t data[];
};

// Copies key and value, takes headers.
struct sim_blob *blob_create(
    struct bytes key, struct bytes value, struct rd_kafka_headers_s *headers);
struct sim_blob *blob_share(struct sim_blob *blob);
void blob_release(struct sim_blob *blob);
size_t blob_bytes(const struct sim_blob *blob);

enum sim_entry_state { ENTRY_PLAIN, ENTRY_OPEN, ENTRY_COMMITTED, ENTRY_ABORTED, ENTRY_MARKER };

struct sim_entry {
    struct sim_blob *blob; // NULL: a marker, or deleted
    uint64_t transaction;  // 0: none
    enum sim_entry_state state;
};

enum { LOG_BATCHES_KEPT = 5 };

// What a partition knows of a producer, so that a repeated batch is not appended again.
struct sim_writer {
    int64_t pid;
    int16_t epoch;
    uint32_t count; // batches below
    struct sim_batch_seen {
        int32_t first;
        int32_t last;
        int64_t offset;
    } batches[LOG_BATCHES_KEPT];
};

struct sim_open {
    uint64_t transaction;
    int64_t first;
};

struct sim_log {
    int64_t low;
    int64_t high;
    struct sim_entry *entries; // of offsets low..high - 1, from entries[start]
    size_t start;
    size_t cap;
    struct sim_open *opens;
    size_t open_count;
    struct sim_writer *writers;
    size_t writer_count;
    int64_t leaderless_until_us;
};

int64_t log_stable(const struct sim_log *log);
const struct sim_entry *log_at(const struct sim_log *log, int64_t offset);
// Takes a share of blob. Returns the offset. transaction 0: none.
int64_t log_append(struct sim_log *log, struct sim_blob *blob, uint64_t transaction);
// Writes the marker of a transaction, which decides what it wrote here.
void log_decide(struct sim_log *log, uint64_t transaction, enum sim_entry_state decision);
void log_cut_tail(struct sim_log *log, int64_t offset);
void log_cut_head(struct sim_log *log, int64_t offset);
void log_free(struct sim_log *log);

// A batch that came before: its offset; -1: new, to be appended and noted; -2: a gap in its numbers.
enum { LOG_BATCH_NEW = -1, LOG_BATCH_GAP = -2 };
struct sim_sequence {
    int64_t pid;
    int16_t epoch;
    int32_t first;
    int32_t last;
};
int64_t log_find_batch(const struct sim_log *log, const struct sim_sequence *sequence);
void log_note_batch(struct sim_log *log, const struct sim_sequence *sequence, int64_t offset);

#endif
