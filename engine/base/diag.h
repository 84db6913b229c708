// The operator log: one line an entry, a constant message and fields. Never contact data.
#ifndef ENGINE_BASE_DIAG_H
#define ENGINE_BASE_DIAG_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"

enum diag_level { DIAG_DEBUG, DIAG_INFO, DIAG_WARN, DIAG_ERROR };
enum diag_format { DIAG_FORMAT_TEXT, DIAG_FORMAT_JSON };
enum diag_kind { DIAG_KIND_TEXT, DIAG_KIND_NUM, DIAG_KIND_HEX };

struct diag_field {
    const char *key;
    enum diag_kind kind;
    const char *text;
    int64_t number;
};

#define DIAG_TEXT(key_, text_) ((struct diag_field){(key_), DIAG_KIND_TEXT, (text_), 0})
#define DIAG_NUM(key_, number_) \
    ((struct diag_field){(key_), DIAG_KIND_NUM, NULL, (int64_t)(number_)})
#define DIAG_HEX(key_, number_) \
    ((struct diag_field){(key_), DIAG_KIND_HEX, NULL, (int64_t)(number_)})

// Where lines go and which time they carry. Set up once by the program; shared by all threads.
struct diag {
    enum diag_level level_min;
    enum diag_format format;
    int64_t (*wall_ms)(void *self); // may be called from any thread
    void (*write_line)(
        void *self, struct bytes line); // one whole line with its newline; any thread
    void *self;
};

// log may be NULL (nothing is written). Values with spaces, quotes or control characters are quoted.
void diag_write(
    const struct diag *log,
    enum diag_level level,
    const char *message,
    const struct diag_field *fields,
    size_t count);

// A line without fields: DIAG needs at least one.
#define DIAG_PLAIN(log, level, message) diag_write((log), (level), (message), NULL, 0)

#define DIAG(log, level, message, ...)                                       \
    diag_write(                                                              \
        (log), (level), (message), (const struct diag_field[]){__VA_ARGS__}, \
        sizeof((const struct diag_field[]){__VA_ARGS__}) / sizeof(struct diag_field))

#endif
