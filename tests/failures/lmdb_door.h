// Stands between the engine and LMDB, and between LMDB and the system: counts calls and has one fail.
//
// A program that links this has functions of LMDB's and the system's names, which call the real ones.
#ifndef TESTS_FAILURES_LMDB_DOOR_H
#define TESTS_FAILURES_LMDB_DOOR_H

#include <stdbool.h>
#include <stdint.h>

enum lmdb_door {
    DOOR_LMDB,   // calls that the engine makes to LMDB
    DOOR_SYSTEM, // writes, syncs and seeks that LMDB makes
    DOOR_COUNT
};

// What fails: the call with this number gives the first error, that so many after it the second; with
// is_for_ever all from there on give the first.
struct door_plan {
    uint64_t fail_at; // 0: nothing
    int first;
    int second; // 0: none
    uint64_t second_after;
    bool is_for_ever;
};

void lmdb_door_arm(enum lmdb_door door, const struct door_plan *plan); // counts from 0 again
void lmdb_door_disarm(void);
uint64_t lmdb_door_failures(void); // since armed

#endif
