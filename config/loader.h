// What the parts of loading a configuration share while it runs.
#ifndef CONFIG_LOADER_H
#define CONFIG_LOADER_H

#include "config/config.h"
#include "config/expand.h"
#include "config/schema.h"
#include "config/yaml_tree.h"
#include "engine/base/arena.h"

enum { CONFIG_ROWS_MAX = 128, WHAT_BYTES_MAX = 128 };

// The configuration with what its texts live in.
struct config_owner {
    struct config config; // first: config_destroy comes back here from it
    struct arena arena;
};
_Static_assert(offsetof(struct config_owner, config) == 0, "the configuration comes first");

struct loader {
    struct config_owner *config;
    struct diagnostics *list;
    const char *file;
    struct bytes directory; // of the file, with its slash; empty: the working directory
    struct arena scratch;
    struct expand_context expand;
    const struct config_row *rows;
    size_t row_count;
    const struct yaml_node *nodes[CONFIG_ROWS_MAX]; // by row; NULL: not in the file
    const struct yaml_node *root;
    char what[WHAT_BYTES_MAX]; // "'journal.file_mib'", of the key being read
};

void loader_set_what(struct loader *loader, const char *path);

#endif
