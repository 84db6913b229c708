// Workflows as they were written before, for runs in flight to go on with: what rules that say `edit: pin` keep of the
// rules whose place they take.
//
// A pinned version is its steps, stops and windows as they were; what these name (scores, counters, fields, actions,
// events) is what the new rules have by that name. Where they have none, the version cannot be kept.
#ifndef RULES_PINS_H
#define RULES_PINS_H

#include "engine/base/arena.h"
#include "rules/ruleset.h"

// Whether runs are in flight that go on with a version; 0: with the one that was in force.
typedef bool pin_is_live_fn(void *context, struct bytes workflow, uint64_t version);

// Everything borrowed.
struct pin_question {
    const struct ruleset *next;
    const struct ruleset *before;
    size_t bytes_max; // of the files with those that are pinned; 0: no limit
    pin_is_live_fn *is_live;
    void *context;
};

struct pin_refusal {
    const char *workflow;
    uint64_t version;
    const char *reason; // "welcome.yaml@1a2b3c4d:12:9: error[E0222]: …"
};

struct pinning {
    struct ruleset *ruleset; // `next` with what it pins; NULL: it pins nothing. The caller's
    const struct pin_refusal *refusals; // of versions that runs are in flight of
    size_t refusal_count;
    struct arena arena; // of the refusals
};

// Compiles anew where there is something to pin. Ends with pinning_free, whatever becomes of the ruleset. Any thread.
void pins_find(const struct pin_question *question, struct pinning *out);
void pinning_free(struct pinning *pinning);

#endif
