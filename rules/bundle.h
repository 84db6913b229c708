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

// Files sorted by path. Borrowed.
struct rule_bundle {
    const struct rule_file *files;
    size_t count;
};

uint64_t rule_bundle_hash(const struct rule_bundle *bundle); // content hash over paths and texts
void rule_bundle_pack(const struct rule_bundle *bundle, struct buffer *to);
//   ERR_CORRUPT malformed. Views into packed; the array comes from the arena.
NODISCARD enum err rule_bundle_unpack(
    struct bytes packed, struct arena *arena, struct rule_bundle *out);

#endif
