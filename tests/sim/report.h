// What the simulated worlds went through, added up: crashes by place, faults by kind, call and stage.
#ifndef TESTS_SIM_REPORT_H
#define TESTS_SIM_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/base/failpoint.h"

#include "tests/sim/kafka_faults.h"

// What a process is doing when a fault meets it.
#define SIM_STAGE_TABLE(X) \
    X(START, "start")      \
    X(RUN, "run")          \
    X(STOP, "stop")

#define SIM_DISK_CALL_TABLE(X)   \
    X(OPEN, "open")              \
    X(READ, "read")              \
    X(WRITE, "write")            \
    X(SYNC, "sync")              \
    X(SIZE, "size")              \
    X(TRUNCATE, "truncate")      \
    X(ALLOCATE, "allocate")      \
    X(LOCK, "lock")              \
    X(RENAME, "rename")          \
    X(REMOVE, "remove")          \
    X(MAKE_DIRECTORY, "mkdir")   \
    X(SYNC_DIRECTORY, "syncdir") \
    X(LIST, "list")

#define SIM_DISK_FAULT_TABLE(X)     \
    X(KILL_BEFORE, "kill-before")   \
    X(KILL_AFTER, "kill-after")     \
    X(POWER_BEFORE, "power-before") \
    X(POWER_AFTER, "power-after")   \
    X(TORN, "torn")                 \
    X(NOSPACE, "nospace")           \
    X(IO, "io")                     \
    X(SYNC_FAILED, "sync-failed")   \
    X(SLOW, "slow")

enum sim_stage {
#define X(name, text) SIM_STAGE_##name,
    SIM_STAGE_TABLE(X)
#undef X
        SIM_STAGE_COUNT
};
enum sim_disk_call {
#define X(name, text) SIM_CALL_##name,
    SIM_DISK_CALL_TABLE(X)
#undef X
        SIM_CALL_COUNT
};
enum sim_disk_fault {
#define X(name, text) SIM_FAULT_##name,
    SIM_DISK_FAULT_TABLE(X)
#undef X
        SIM_FAULT_COUNT
};

// What operators and the world do beside faults of calls.
#define SIM_EVENT_TABLE(X)                                                         \
    X(KILLED, "process killed at a random moment")                                 \
    X(POWER_CUT, "power cut at a random moment")                                   \
    X(TERMINATED, "asked to stop")                                                 \
    X(STOP_TIMED_OUT, "stop took longer than 8 s")                                 \
    X(KILLED_STOPPING, "killed while stopping")                                    \
    X(RULES_EDITED, "rules edited")                                                \
    X(STORE_REMOVED, "store removed")                                              \
    X(STORE_FLIPPED, "byte of a store flipped")                                    \
    X(STORE_REBUILT, "... refused at a start, built anew")                         \
    X(STORE_FOUND, "... met while running, 74, built anew")                        \
    X(STORE_NAMED, "... named by verify, removed, built anew")                     \
    X(STORE_GONE, "... gone with its store")                                       \
    X(STORE_HARMLESS, "... harmless")                                              \
    X(OLDER_REFUSED, "older directory refused, 74, newer one put back")            \
    X(OLDER_CAUGHT_UP, "older directory read its way to the same frames, went on") \
    X(OLDER_IDLE, "older directory had nothing to send, newer one put back")       \
    X(OLDER_RESTORED, "older directory restored with its outputs, went on")        \
    X(DELETED_READ, "records deleted that were journalled")                        \
    X(DELETED_UNREAD, "records deleted before anything was journalled")            \
    X(DELETED_AHEAD, "records deleted between two lives that were to be read")     \
    X(DELETED_RUNNING, "records deleted that a running process was to read")       \
    X(GAP_STOPPED, "... named with both positions, source not read any more")      \
    X(GAP_CROSSED, "... named with both positions, went on as configured")         \
    X(INPUT_DELETED, "input that no journal has because of it")                    \
    X(TOPIC_SHORTER, "end of the topic lost, named, put back")                     \
    X(TOPIC_REMADE, "topic made anew, named, put back")                            \
    X(OFFSETS_WENT_ON, "offsets of the group gone, nothing in doubt, went on")     \
    X(OFFSETS_REFUSED, "offsets of the group gone, 74, put right by hand")         \
    X(OFFSETS_REPLACED, "... action or dead letter produced by hand")              \
    X(JOURNAL_FLIPPED, "bit of a durable frame flipped, found, put back")          \
    X(DISK_FULL, "disk full")                                                      \
    X(DISK_FREED, "room again")                                                    \
    X(CLOCK_FORWARD, "clock forward")                                              \
    X(CLOCK_BACK, "clock back")                                                    \
    X(SECOND_DAEMON, "second daemon refused")                                      \
    X(OUTPUT_MOVED, "output with a garbled first sector moved away")               \
    X(FENCED, "process fenced by its successor")                                   \
    X(FAILED_SYNC, "process ended after a failed sync")                            \
    X(FAILED_IO, "process ended after an I/O error")                               \
    X(HTTP_RETRIED, "HTTP request repeated as it was")

enum sim_event {
#define X(name, text) SIM_EVENT_##name,
    SIM_EVENT_TABLE(X)
#undef X
        SIM_EVENT_COUNT
};

// Plain numbers in memory that a forked child shares with its parent.
struct sim_report {
    uint64_t seeds, lives, inputs, journalled, duplicates, refused, frames, acknowledged;
    uint64_t expected, out, dead_letters, contacts, checks;
    uint64_t by_time; // actions that nothing but time caused
    uint64_t waiting; // runs that wait at the end
    uint64_t lost, doubled, misordered, crashes, faults;
    uint64_t events[SIM_EVENT_COUNT];
    uint64_t passes[FAILPOINT_COUNT];
    uint64_t killed_at[FAILPOINT_COUNT];
    uint64_t power_cut_at[FAILPOINT_COUNT];
    uint64_t failed_at[FAILPOINT_COUNT];
    uint64_t calls[SIM_CALL_COUNT][SIM_STAGE_COUNT];
    uint64_t hits[SIM_FAULT_COUNT][SIM_CALL_COUNT][SIM_STAGE_COUNT];
    uint64_t kafka[SIM_KAFKA_FAULT_COUNT][SIM_KAFKA_CALL_COUNT];
    uint64_t killed_in_kafka; // within calls of librdkafka
};

void sim_report_add(struct sim_report *to, const struct sim_report *from);
// The verdict line, then the tables.
void sim_report_print(const struct sim_report *report, FILE *to);
void sim_report_print_verdict(const struct sim_report *report, FILE *to);
// Whether a fault can meet a call at all.
bool sim_fault_is_possible(enum sim_disk_fault fault, enum sim_disk_call call);

#endif
