// The one table that loading, JSON Schema and reference come from.
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

enum config_type {
    CONFIG_BOOL,
    CONFIG_U32,
    CONFIG_U64,
    CONFIG_DURATION,   // int64_t milliseconds
    CONFIG_WORD,       // an enum, by the index of the word
    CONFIG_TEXT,       // const char *
    CONFIG_PATH,       // const char *, relative to the file's directory
    CONFIG_PATHS,      // struct config_texts of them; "-" stays
    CONFIG_PROPERTIES, // struct config_properties
};

enum config_need {
    CONFIG_OPTIONAL,
    CONFIG_WITH_GROUP, // must be there when the mapping it belongs to is
};

struct config_row {
    const char *path; // keys with dots between; a unit ends the last one
    enum config_type type;
    enum config_need need;
    size_t offset; // of the field in struct config
    int64_t min;   // numbers and durations; texts: bytes
    int64_t max;
    int64_t number_default;
    const char *text_default; // NULL: absent
    const char *const *words; // CONFIG_WORD, NULL at the end
    const char *meaning;      // one line of Markdown, no full stop
};

// The rows of one mapping stand together. Static storage.
const struct config_row *config_rows(size_t *count_out);

// How many words a row of CONFIG_WORD has.
size_t config_row_word_count(const struct config_row *row);

#endif
