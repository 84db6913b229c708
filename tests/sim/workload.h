// What a simulated world sends: rules and an endless sequence of inputs for each shard, all of it a pure
// function of a seed and a shape.
#ifndef TESTS_SIM_WORKLOAD_H
#define TESTS_SIM_WORKLOAD_H

#include "tests/sim/random.h"
#include "tests/sim/workload_rules.h"

enum workload_clock { WORKLOAD_CLOCK_WALL, WORKLOAD_CLOCK_EVENT };

// The limits are those of the configuration (docs/configuration.md); the engine must be opened with
// them, the oracle reads them here. Not among them, because no workload reaches them unless they are
// made small: dedup.events_max (keep the default) and limits.frame_bytes (1 MiB or more).
struct workload_shape {
    uint32_t shards;   // 1..4
    uint32_t inputs;   // of each shard, as many as a run should feed; inputs beyond are there too
    uint32_t contacts; // of each shard, about
    uint32_t variants; // of the rules, at least 1; variant 0 comes first
    uint32_t hot_contacts, hot_permille; // so many inputs go to the few hot contacts
    uint32_t duplicate_permille, refused_permille, big_permille, anonymous_permille;
    uint32_t no_id_permille, no_time_permille, late_permille, future_permille;
    uint32_t headers_permille, structured_permille, msgpack_permille; // forms of the wire
    int64_t base_ms; // event times begin here; the wall clock should as well
    int64_t step_ms; // and go on by about so much from input to input
    enum workload_clock clock;
    bool refuses_unknown; // unknown_events: reject
    bool knows_zones;     // a database of zones is there; never drawn
    struct text zone;     // the account's; empty: UTC; never drawn
    int64_t dedup_window_ms;
    uint64_t message_bytes_max;
    uint32_t depth_max, keys_max, string_bytes_max, identifier_bytes_max;
    uint32_t limit_keys_max, ledger_entries_max, actions_per_event_max, derived_depth_max;
};

// Any legal shape. Fields may be changed afterwards; the engine and the oracle follow.
void workload_shape_draw(struct sim_random *random, struct workload_shape *out);

// As sent: an identifier's kind and value (of `subject`, the kind is contact_id).
struct workload_identifier {
    struct text kind, value;
};

// The meaning of an input, before anything of docs/events.md is applied to it (no folding of mail
// addresses, no order, no checks of data).
struct workload_event {
    struct text source, id, type; // source and id may be empty
    bool has_time;
    int64_t time_ms;
    const struct workload_identifier *identifiers; // in the order written
    uint32_t identifier_count;
    struct workload_value data; // WORKLOAD_ABSENT: none
    struct text traceparent;    // empty: none
};

struct workload_header {
    const char *name;
    struct text value;
};

// One input. Everything in it is valid until it is made again or destroyed.
struct workload_input {
    struct text value;                     // bytes on the wire
    struct text key;                       // of the Kafka message; may be empty
    const struct workload_header *headers; // of the Kafka message
    uint32_t header_count;
    uint64_t origin; // the input whose source and id it repeats; its own index for an original
    // Refused for its form, whatever the rules: a number of the table in docs/events.md; then there is
    // no event. 0: the event says what it is, and rules and shape what becomes of it.
    uint32_t refused;
    struct workload_event event;
    const char *what;               // for reports: "plain json", "too_deep", …
    struct workload_memory *memory; // of all this
};

// That many entries no workload writes to one contact: the ledger is never condensed.
enum { WORKLOAD_LEDGER_ENTRIES_AMPLE = 100000 };

struct workload;

struct workload *workload_create(uint64_t seed, const struct workload_shape *shape); // copied
void workload_destroy(struct workload *workload);
const struct workload_shape *workload_shape_of(const struct workload *workload);
// One of shape.variants. They compile without errors; their files are alike in names, not in content.
const struct workload_rules *workload_rules_of(const struct workload *workload, uint32_t variant);

bool workload_may_pin(const struct workload *workload); // runs in flight to what was written before
// Whether they compile with a workflow of other rules in place of theirs of that name.
bool workload_compiles(const struct workload_rules *rules, const struct workload_workflow *instead);

struct workload_input *workload_input_create(void);
void workload_input_destroy(struct workload_input *input);
// Input number `index` of the shard. The same bytes each time, from any thread.
void workload_make(
    const struct workload *workload, uint32_t shard, uint64_t index, struct workload_input *input);

#endif
