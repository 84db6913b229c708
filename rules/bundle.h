// The files of a ruleset as one value: what is compiled, hashed and journalled.
#ifndef RULES_BUNDLE_H
#define RULES_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/base/err.h"

struct rule_file {
    const char *path; // relative to the rules directory, as shown in diagnostics
    struct bytes text;
};

// A workflow as it was written before, which runs in flight go on with (`edit: pin`).
struct rule_pin {
    struct bytes workflow;
    uint64_t version; // workflow_def.hash of how it was written
    size_t file;      // which of the pinned files it stands in
};

// Files sorted by path. Borrowed.
struct rule_bundle {
    const struct rule_file *files;
    size_t count;
    const struct rule_file *pinned_files; // of rulesets before; none but what pins point at
    size_t pinned_file_count;
    const struct rule_pin *pins;
    size_t pin_count;
};

// How a pinned file is called, so that its places are told from those of now: "welcome.yaml@1a2b3c4d".
void rule_pin_add_path(struct buffer *to, const struct rule_file *file, uint64_t version);

// Content hash over paths and texts of what is written now: pins have no part in it.
uint64_t rule_bundle_hash(const struct rule_bundle *bundle);
void rule_bundle_pack(const struct rule_bundle *bundle, struct buffer *to);
//   ERR_CORRUPT malformed. Views into packed; the array comes from the arena.
NODISCARD enum err rule_bundle_unpack(
    struct bytes packed, struct arena *arena, struct rule_bundle *out);

// The same with everything that it points at in the arena, and its hash.
struct rule_bundle rule_bundle_copy(
    const struct rule_bundle *bundle, struct arena *arena, uint64_t *hash_out);

#endif
