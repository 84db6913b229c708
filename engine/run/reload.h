// A new ruleset over a running daemon (SIGHUP): read and compiled aside, then put in force on every shard, each
// between two of its frames. Whatever is wrong with it leaves the one in force as it is.
//
// Shards come first, each as soon as its worker gets to it; then the rules of the main thread (what HTTP refuses, and
// what is shown) are the new ones too. A process that dies between two shards reads the directory at its next start.
#ifndef ENGINE_RUN_RELOAD_H
#define ENGINE_RUN_RELOAD_H

#include "engine/run/fleet.h"
#include "engine/run/rules.h"

struct reload;

#define RELOAD_RESULT_TABLE(X)       \
    X(RELOAD_LOADED, "loaded")       \
    X(RELOAD_UNCHANGED, "unchanged") \
    X(RELOAD_REFUSED, "refused")

enum reload_result {
#define X(constant, name) constant,
    RELOAD_RESULT_TABLE(X)
#undef X
        RELOAD_RESULT_COUNT
};
const char *reload_result_name(enum reload_result result);

// What has come of it so far.
struct reload_status {
    uint64_t counts[RELOAD_RESULT_COUNT];
    int64_t success_ms; // when the directory last held rules that are in force; the start counts
    uint64_t ruleset;   // that every shard has
    char reason[FAULT_TEXT_BYTES]; // why the newest rules are not in force; empty: they are
};

// Everything is borrowed. rules are those in force at the start: they are replaced when others are.
struct reload_params {
    struct runtime *runtime;
    const struct config *config;
    struct fleet *fleet;
    struct postbox *box; // of the main thread
    struct rules *rules;
    // When every shard has them, and before those they replace are freed.
    void (*on_loaded)(void *context, const struct rules *rules);
    void *context;
};

// Main thread, like all of it.
struct reload *reload_create(const struct reload_params *params);
// Begins one, or notes that another is to follow the one under way. Whatever comes of it is in the log.
void reload_ask(struct reload *reload);
// Ends what it does aside. Before the fleet is stopped.
void reload_stop(struct reload *reload);
// After the fleet was stopped. NULL is fine.
void reload_destroy(struct reload *reload);

const struct reload_status *reload_get_status(const struct reload *reload);

#endif
