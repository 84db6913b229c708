// The built-in event catalogue, config/catalog/*.yaml, embedded by tools/embed.
#ifndef CONFIG_CATALOG_DATA_H
#define CONFIG_CATALOG_DATA_H

#include <stddef.h>

struct catalog_file {
    const char *name; // "email.yaml"
    const char *text; // NUL-terminated
    size_t len;
};

// In the order of their names.
extern const struct catalog_file catalog_files[];
extern const size_t catalog_file_count;

#endif
