// One simulated world: a disk, a Kafka, clocks, operators, and one process of the daemon after another.
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/port/clock.h"
#include "engine/port/disk.h"

#include "tests/fakes/fake_disk.h"
#include "tests/sim/kafka_faults.h"
#include "tests/sim/random.h"
#include "tests/sim/report.h"
#include "tests/sim/scheduler.h"

enum { SIM_SHARDS_MAX = 3, SIM_WORKERS_MAX = 2, SIM_TEXT_BYTES = 4096 };

enum sim_source { SIM_SOURCE_FILE, SIM_SOURCE_HTTP, SIM_SOURCE_KAFKA };
enum sim_sink { SIM_SINK_FILE, SIM_SINK_KAFKA };

// What a seed is cut down to while a failing one is made smaller; as drawn where nothing is said.
struct sim_limits {
    uint32_t inputs_max; // of a shard
    uint32_t lives_max;
    uint32_t shards_max;
    uint32_t without; // of enum sim_without, as bits
};
enum sim_without {
    SIM_WITHOUT_DISK_ERRORS = 1 << 0,
    SIM_WITHOUT_DISK_CRASHES = 1 << 1,
    SIM_WITHOUT_FAILPOINTS = 1 << 2,
    SIM_WITHOUT_POWER_CUTS = 1 << 3,
    SIM_WITHOUT_CLOCK_JUMPS = 1 << 4,
    SIM_WITHOUT_OPERATORS = 1 << 5,
    SIM_WITHOUT_KAFKA_FAULTS = 1 << 6,
    SIM_WITHOUT_RULE_EDITS = 1 << 7,
    SIM_WITHOUT_STORE_FLIPS = 1 << 8,
    SIM_WITHOUT_OLDER_DIRECTORIES = 1 << 9,
    SIM_WITHOUT_TOPIC_LOSSES = 1 << 10,
    SIM_WITHOUT_COUNT = 11,
};

// How a world fails, in parts of 100,000 of the calls; 0: not at all. Drawn from the seed.
struct sim_faults {
    uint32_t disk_kill, disk_power, disk_torn, disk_nospace, disk_io, disk_sync, disk_slow;
    uint32_t failpoint_kill, failpoint_power, failpoint_error;
    uint32_t kafka_kill;         // within calls of librdkafka
    bool is_aiming;              // each life at one call
    uint32_t outside_run_factor; // so many times as often while it starts or stops
    int64_t disk_latency_us;     // of a sync, at most
};

// One fault that a life is to meet, at a certain call: so that rare ones are met as well.
struct sim_aim {
    bool is_set;
    enum sim_disk_fault fault;
    enum sim_disk_call call;
    enum sim_stage stage;
    uint32_t calls_left; // before it
};

// Offsets from..to-1 of a shard's inputs that were deleted before they were journalled for sure.
struct sim_gap {
    int64_t from, to;
    bool is_unread; // nothing was journalled before: reading begins at the oldest there is
};
enum { SIM_GAPS_MAX = 256 };
struct sim_loss {
    struct sim_gap gaps[SIM_GAPS_MAX];
    size_t count;
    uint64_t named; // times that a process said so
};

// How the running process is to be ended by a fault.
enum sim_end { SIM_END_KILL, SIM_END_POWER };

struct sim_process;
struct sim_setup;
struct workload;
struct sim_kafka;

struct sim {
    uint64_t seed;
    struct sim_limits limits;
    struct sim_random draws; // of the world's shape
    struct sim_random turns; // of the scheduler
    struct sim_random faults_random;
    struct sim_random mishaps; // of what befalls stores, directories and topics
    struct scheduler *scheduler;
    struct fake_disk *disk;
    struct clock clock;
    int64_t wall_offset_us;
    struct sim_faults faults;
    struct sim_aim aim;
    struct sim_kafka *kafka; // NULL: none
    struct sim_kafka_faults kafka_faults;
    bool are_faults_on;
    enum sim_stage stage;
    struct sim_report *report;
    char directory[64]; // real one, in memory, for the stores
    const struct sim_setup *setup;
    struct sim_process *process; // of now; NULL: none
    bool is_trial;               // what it does and says will be thrown away
    uint32_t process_count;
    bool is_disk_full;
    uint64_t short_named;                   // times that a process said so
    bool is_topic_short;                    // it has lost its end, and nothing is sent to it
    bool are_offsets_gone;                  // of the group, and not all are there again
    bool is_in_doubt;                       // a process could not know what is out
    struct sim_loss losses[SIM_SHARDS_MAX]; // of the topic of events
    bool is_store_flipped[SIM_SHARDS_MAX];  // a byte of it, and nobody has met it yet
    uint64_t troubles;                      // faults that met the process of now
    bool is_verbose;
    char failure[SIM_TEXT_BYTES]; // the first thing that did not hold; "": all did
};

// The one world of this process: what stands in for threads has no other way to it.
extern struct sim *sim_world;

// Notes that an invariant of docs/failures.md does not hold; label is its number.
void sim_fail(struct sim *sim, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sim_say(const struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

// --- disk.c: the disk as a process has it, with faults.
struct disk sim_disk_port(struct sim *sim);
// --- threads.c: ends the running process; only within one of its tasks.
_Noreturn void sim_end_process(struct sim *sim, enum sim_end end);
bool sim_is_in_process(const struct sim *sim);
enum err sim_failpoint(void *context, enum failpoint point);
// Draws whether something happens that has so many chances in 100,000, more of them while a process starts or stops.
bool sim_chance(struct sim *sim, uint32_t of_100000);
void sim_note_fault(struct sim *sim, enum sim_disk_fault fault, enum sim_disk_call call);

#endif
