// One data directory under torture: fed, crashed, checked, settled, again and again.
#ifndef TESTS_TORTURE_WORLD_H
#define TESTS_TORTURE_WORLD_H

#include "tests/torture/child.h"
#include "tests/torture/client.h"
#include "tests/torture/ledger.h"

struct settings {
    const char *engaged, *engagectl, *nosync;
    unsigned cycles, cuts,
        passes; // random kills; power cuts a file system; passes of each failpoint
    uint64_t seed;
    bool is_short;
    char root[PATH_BYTES]; // a directory of our own, removed at the end
};

// One line of these a phase, and one for all.
struct verdict {
    uint64_t in, journalled, folded, expected, out, lost, doubled, misordered, other, crashes,
        faults;
};

struct world {
    const struct settings *settings;
    const char *phase;
    struct dice dice;
    enum ledger_feed feed;
    const char *preload;    // NULL, or the library without syncs
    char place[PATH_BYTES]; // where data directory and outputs are
    char config[PATH_BYTES], events[PATH_BYTES], rules[PATH_BYTES];
    struct ledger ledger;
    struct client client;
    struct child child;
    struct findings found;  // since the last report
    struct chain *known;    // frames that must stay as they are
    size_t known_count;     // of these
    struct text out_before; // whole lines of the actions' file after the last crash
    unsigned epoch_cycles;
    bool is_new;     // no daemon has run in it
    int64_t work_us; // from an open shard to nothing left to read, lately
    struct verdict verdict;
    unsigned failures; // reports that found something
    unsigned torn;     // crashes that left a torn tail
    // Killed now, it may lose power before it is started again: only what was synced must stay.
    bool may_lose_power;
    bool is_quiet; // a control: findings are wanted
};

enum happened { HAPPENED_NOTHING, HAPPENED_GONE, HAPPENED_STOPPED, HAPPENED_SETTLED };

void world_open(struct world *world, const struct settings *settings, const char *phase);
void world_close(struct world *world); // kills what runs; frees
// Begins anew with an empty data directory. The place exists.
void world_begin(struct world *world, enum ledger_feed feed);
void world_feed(struct world *world, size_t events);

// A run that goes on until something kills it; options: failpoints, or NULL.
void world_start(struct world *world, const char *failpoints);
// Lets daemon and client work until they have nothing to do, the daemon is gone or stopped, or time is up.
enum happened world_drive(struct world *world, int64_t for_us);
// The same until the shard is open, too.
enum happened world_drive_open(struct world *world, int64_t for_us);
// Other rules, and SIGHUP.
void world_reload(struct world *world);
void world_kill(struct world *world);
// SIGTERM; waits for the end, at most for_us.
enum happened world_stop(struct world *world, int64_t for_us);

// After a crash, before the next start: the cheap checks. What is there must be there from now on.
void world_check(struct world *world);
// Before a power cut: what a reader sees now, as evidence for what must be durable.
void world_look(struct world *world);
// Lets the daemon end its work undisturbed, then all checks, also by engagectl. False: something is wrong.
bool world_settle(struct world *world);
// Says what was found since the last report and counts it. True: nothing.
bool world_report(struct world *world, const char *when);

void world_path(const struct world *world, const char *name, char out[PATH_BYTES]);
void verdict_add(struct verdict *sum, const struct verdict *part);
void verdict_print(const char *title, const struct verdict *verdict, int64_t took_us);

#endif
