// Rules read from a directory and compiled, for commands that need them in force.
#ifndef TOOLS_ENGAGECTL_LOAD_RULES_H
#define TOOLS_ENGAGECTL_LOAD_RULES_H

#include "engine/base/arena.h"
#include "rules/ruleset.h"
#include "tools/engagectl/command.h"

// Zero-initialised is empty.
struct loaded_rules {
    struct arena arena; // what the bundle points into
    struct rule_bundle bundle;
    struct ruleset *ruleset; // owned until somebody takes it over and sets NULL
};

// EXIT_CODE_DONE, or another code after having said what is wrong: all diagnostics, warnings too.
int load_rules(const struct command *command, const char *path, struct loaded_rules *out);
void loaded_rules_free(struct loaded_rules *rules);

#endif
