// The equations that must hold between what the parts of a shard counted, each on its own.
#ifndef ENGINE_RUN_BALANCE_H
#define ENGINE_RUN_BALANCE_H

#include "engine/fold/shard.h"

enum balance {
    BALANCE_READ,   // lent by the sources = journalled + duplicates + refused, as encoded
    BALANCE_FOLDED, // journalled = folded
    BALANCE_ACTIONS, // decided, or recalled from the journal = confirmed by the publisher + waiting + dropped
    BALANCE_DEAD_LETTERS, // refused, or recalled from the journal = confirmed by the publisher + waiting
    BALANCE_COUNT,
};

// "read"; static storage.
const char *balance_name(enum balance balance);

// All since the start of the process.
struct balance_facts {
    uint64_t polled; // by the inlets
    struct shard_flow flow;
    struct outbox_confirmed confirmed; // by the publisher
};

struct balance_sides {
    uint64_t came;  // what went in
    uint64_t found; // where it is
};
struct balance_sides balance_sides(const struct balance_facts *facts, enum balance balance);

// The balances that do not add up: bit 1 << balance each; 0 when all do.
unsigned balance_check(const struct balance_facts *facts);

#endif
