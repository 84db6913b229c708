// Rule files named on the command line, together one ruleset.
#ifndef TOOLS_ENGAGECTL_RULE_PATHS_H
#define TOOLS_ENGAGECTL_RULE_PATHS_H

#include "config/diagnostic.h"
#include "engine/base/arena.h"
#include "rules/bundle.h"

// Zero-initialised is empty.
struct rule_paths {
    struct arena arena; // files and their names
    struct diagnostics list;
    struct rule_file *files;
    size_t count, cap;
    bool is_used; // some path was read
};

void rule_paths_free(struct rule_paths *paths);
// A file, or all rule files below a directory, shown by the path as it is given. What cannot be read goes into the list.
void rule_paths_add(struct rule_paths *paths, const char *path);
// Reads the configuration, and what it says is wrong with it into the list.
enum rule_paths_config { RULE_PATHS_CONFIG_ALONE, RULE_PATHS_ITS_RULES };
void rule_paths_add_config(struct rule_paths *paths, const char *path, enum rule_paths_config what);
// By path, each once, however often it was named. Borrowed until the next add.
struct rule_bundle rule_paths_bundle(struct rule_paths *paths);

#endif
