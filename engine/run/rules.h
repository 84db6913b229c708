// The rules that the daemon runs by: the files of their directory, read as one set, and compiled.
#ifndef ENGINE_RUN_RULES_H
#define ENGINE_RUN_RULES_H

#include "config/config.h"
#include "engine/base/arena.h"
#include "engine/run/runtime.h"
#include "rules/bundle.h"
#include "rules/ruleset.h"

// Zero-initialised is none. Immutable once compiled.
struct rules {
    struct arena arena; // of the bundle
    struct rule_bundle bundle;
    struct ruleset *ruleset;
};

// How a reader passes the time until a directory that is being changed has come to rest.
struct rules_pause {
    bool (*wait_ms)(void *context, uint32_t wait_ms); // false: it is to give up
    void *context;
    struct clock clock; // that of the files' changes is held against its wall time
};

// Reads all files as they were at one moment. Where they change meanwhile, or have only just been changed, they are
// read again, for half a second.
//   ERR_MISSING · ERR_IO · ERR_LIMIT · ERR_AGAIN they do not come to rest
//   ERR_INVALID they are larger than a frame of the journal may carry
NODISCARD enum err rules_read(
    const struct config *config,
    const struct rules_pause *pause,
    struct rules *out,
    struct fault *fault);
// Compiles what was read. What is wrong goes into the list.
//   ERR_INVALID at least one error; there is no ruleset then
NODISCARD enum err rules_compile(struct rules *rules, struct diagnostics *list);
void rules_free(struct rules *rules);

// Each diagnostic a line of the log, with its place, as far as there are not too many.
void rules_log(const struct diag *log, const struct diagnostics *list);

#endif
