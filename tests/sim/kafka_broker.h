// A simulated Kafka cluster in one thread and virtual time, with faults. It outlives processes.
//
// The rd_kafka_* functions over it (tests/sim/kafka_client*.c) are linked instead of librdkafka; the faults are
// in kafka_faults.h. Nothing here is thread-safe, nothing depends on addresses: same draws, same run.
#ifndef TESTS_SIM_KAFKA_BROKER_H
#define TESTS_SIM_KAFKA_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/header.h"

#include "tests/sim/kafka_faults.h"

struct sim_kafka;

// What the simulator gives. All of it is called within the rd_kafka_* functions and within sim_kafka_tick.
struct sim_kafka_world {
    int64_t (*now_us)(void *self);
    // Blocks the calling task; others run meanwhile. Does not return when its process is ended there. Called by
    // rd_kafka_* functions that block, never by sim_kafka_*.
    void (*sleep_us)(void *self, int64_t us);
    // A half-step of a blocking call ("commit: before the request", "commit: before the answer"): a place to end
    // the calling process. May not return. NULL: none.
    void (*crash_here)(void *self, const char *where);
    uint64_t (*random)(void *self);
    // The process of the running task: new clients belong to it.
    uint32_t (*process)(void *self);
    void (*fault_happened)(
        void *self, enum sim_kafka_fault fault, enum sim_kafka_call call); // or NULL
    void *self;
};

enum sim_kafka_creating { SIM_KAFKA_CREATES_NO_TOPICS, SIM_KAFKA_CREATES_TOPICS };

struct sim_kafka_params {
    struct sim_kafka_world world;
    struct sim_kafka_faults faults; // zeroed: none
    enum sim_kafka_creating creating;
    int32_t partitions;       // of a topic that is created by asking for it; 0: 1
    size_t message_bytes_max; // 0: Kafka's 1,048,588
};

// Becomes the cluster of every client made from now on; one at a time.
struct sim_kafka *sim_kafka_create(const struct sim_kafka_params *params);
void sim_kafka_destroy(struct sim_kafka *kafka); // with the clients that are left; NULL is fine
void sim_kafka_set_faults(struct sim_kafka *kafka, const struct sim_kafka_faults *faults);
// No faults from now on; what is down or slow is so no more; requests under way arrive. Waiting transactions that
// nobody ends time out as they would.
void sim_kafka_settle(struct sim_kafka *kafka);

// --- time. Requests and answers arrive as time passes; tick also calls the callbacks of queues that got
// something (what wakes a reader), in the caller's task.
void sim_kafka_tick(struct sim_kafka *kafka);
int64_t sim_kafka_next_event_us(const struct sim_kafka *kafka); // INT64_MAX: never
// Drops the clients of a process as a crash does: no callback, nothing is ended or sent; requests on their way
// arrive. Call it outside of the process's tasks, after they have ended.
void sim_kafka_process_died(struct sim_kafka *kafka, uint32_t process);

// --- topics. Names are shorter than 250 bytes; partitions exist.
void sim_kafka_topic_create(struct sim_kafka *kafka, const char *topic, int32_t partitions);
// Its records and the offsets that groups committed for it are gone.
void sim_kafka_topic_delete(struct sim_kafka *kafka, const char *topic);
bool sim_kafka_topic_exists(const struct sim_kafka *kafka, const char *topic);
int32_t sim_kafka_partitions(const struct sim_kafka *kafka, const char *topic); // 0: no such topic
// Where Kafka puts a key: murmur2, as Java clients do.
int32_t sim_kafka_partition_of(struct bytes key, int32_t partitions);

struct sim_kafka_record {
    struct bytes key;
    struct bytes value;
    const struct header *headers;
    size_t header_count;
    uint64_t transaction; // of sim_kafka_foreign_begin; 0: none
};

// Appends as some other producer does, at once and without faults. Copied. Returns the offset; -1 when the
// transaction has ended, by its timeout.
int64_t sim_kafka_produce(
    struct sim_kafka *kafka,
    const char *topic,
    int32_t partition,
    const struct sim_kafka_record *record);
// A transaction of another producer: its records are not shown before it is committed, and hold up those behind.
// Each partition that it wrote to gets a marker, which takes an offset.
uint64_t sim_kafka_foreign_begin(struct sim_kafka *kafka);
enum sim_kafka_ending { SIM_KAFKA_ABORT, SIM_KAFKA_COMMIT };
void sim_kafka_foreign_end(
    struct sim_kafka *kafka, uint64_t transaction, enum sim_kafka_ending ending);

// --- operators and disasters
// An unclean leader election: the log ends at offset, as if nothing from there on had ever been written.
void sim_kafka_truncate(
    struct sim_kafka *kafka, const char *topic, int32_t partition, int64_t offset);
// Retention, or DeleteRecords: the log begins at offset (at most its last stable offset).
void sim_kafka_retain(
    struct sim_kafka *kafka, const char *topic, int32_t partition, int64_t offset);
// Offsets that a group committed are gone: expired, or reset.
void sim_kafka_group_expire(struct sim_kafka *kafka, const char *group);
// Some other program commits an offset with that group. Copied.
void sim_kafka_group_commit(
    struct sim_kafka *kafka,
    const char *group,
    const char *topic,
    int32_t partition,
    const struct sim_kafka_offset *offset);
// No broker answers for so long. Nothing is lost but answers and requests on their way.
void sim_kafka_go_down(struct sim_kafka *kafka, int64_t us);

// --- what is there, as an independent client finds it out
struct sim_kafka_range {
    int64_t low;    // oldest there is
    int64_t stable; // up to here nothing is undecided
    int64_t high;   // where the next record will stand
};
struct sim_kafka_range sim_kafka_range_of(
    const struct sim_kafka *kafka, const char *topic, int32_t partition);

struct sim_kafka_seen {
    int64_t offset;
    struct bytes key;
    struct bytes value;
    const struct header *headers;
    size_t header_count;
};
typedef void sim_kafka_visit_fn(void *context, const struct sim_kafka_seen *record);
// Every record below the last stable offset that is not of an aborted transaction, in order. Borrowed in the call.
void sim_kafka_read_committed(
    const struct sim_kafka *kafka,
    const char *topic,
    int32_t partition,
    sim_kafka_visit_fn *visit,
    void *context);
// False when the group has committed nothing there. Borrowed until the cluster moves on.
bool sim_kafka_committed(
    const struct sim_kafka *kafka,
    const char *group,
    const char *topic,
    int32_t partition,
    struct sim_kafka_offset *out);

#endif
