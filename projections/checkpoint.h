// What a running snapshot holds, and when it is written in which way.
#ifndef PROJECTIONS_CHECKPOINT_H
#define PROJECTIONS_CHECKPOINT_H

#include "projections/store_meta.h"

// How the contacts of a checkpoint get into the store.
enum checkpoint_mode {
    CHECKPOINT_DIRECT,  // few: put in the committing transaction
    CHECKPOINT_REDO,    // some: appended to the redo database, which comes first once in force
    CHECKPOINT_REWRITE, // many: all contacts are appended to the other contacts database
};

struct checkpoint_limits {
    uint64_t direct_max;       // records
    uint32_t rewrite_permille; // dirty ones of 1,000 contacts
    uint32_t batch_bytes;      // of one transaction
    uint32_t batch_records;    // put out of order into one transaction
};
#define CHECKPOINT_LIMITS_DEFAULT ((struct checkpoint_limits){8000, 80, 16U << 20, 8000})

// A record as it was when the snapshot began.
struct snapshot_item {
    uint64_t contact;
    const uint8_t *record;
    uint64_t hash;
};

struct snapshot {
    struct store *store;
    struct checkpoint_limits limits;
    enum checkpoint_mode mode;
    struct store_meta before;    // what the store holds
    struct store_meta meta;      // what it will hold
    struct buffer views;         // of meta.at
    struct buffer owners;        // packed
    struct snapshot_item *items; // in number order
    size_t item_count;
    struct pair_list identifiers;
    struct pair_list dedup;   // pairs of value 0 say which part the next ones belong to
    struct buffer names;      // of number before.names + 1 and on: kind (1), sized text
    struct store_place place; // in force when the snapshot began
    bool is_written;
    bool is_committed;
    struct fault fault; // of the state, when the snapshot began
};

// For tests.
void state_set_checkpoint_limits(struct state *state, struct checkpoint_limits limits);
enum checkpoint_mode snapshot_mode(const struct snapshot *snapshot);
// Ends what an earlier checkpoint left undone: applies a redo in force, empties what is in no use.
// Checkpoint thread, or before any other is there.
NODISCARD enum err checkpoint_tidy(
    struct store *store,
    const struct checkpoint_limits *limits,
    struct store_place *place_out,
    struct fault *fault);
// Writes contacts, identifiers, names and dedup entries that are not in force until the commit.
NODISCARD enum err checkpoint_write_lists(struct snapshot *snapshot, struct fault *fault);
NODISCARD enum err checkpoint_write_contacts(struct snapshot *snapshot, struct fault *fault);
// Loads what the store holds into an empty state.
NODISCARD enum err checkpoint_load(
    struct state *state, struct checkpoint *checkpoint_out, struct fault *fault);

#endif
