// Error codes that every layer returns, and the text that wraps outward with them.
#ifndef ENGINE_BASE_ERR_H
#define ENGINE_BASE_ERR_H

#define NODISCARD                  __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt_i, args_i) __attribute__((format(printf, fmt_i, args_i)))

// One table makes the enum and its texts.
#define ERR_TABLE(X)                                                     \
    X(ERR_OK, "ok")                                                      \
    X(ERR_LIMIT, "a stated limit is exceeded")                           \
    X(ERR_NOSPACE, "no space left on the device")                        \
    X(ERR_IO, "input or output failed")                                  \
    X(ERR_SYNC, "data could not be made durable")                        \
    X(ERR_CORRUPT, "stored data fails its checksum")                     \
    X(ERR_TORN, "stored data ends in the middle of a record")            \
    X(ERR_FORMAT, "stored data has a format this version does not know") \
    X(ERR_BUSY, "in use by another process")                             \
    X(ERR_MISSING, "not found")                                          \
    X(ERR_EXISTS, "exists already")                                      \
    X(ERR_INVALID, "not valid")                                          \
    X(ERR_AGAIN, "nothing to do right now, try again")                   \
    X(ERR_END, "end of the input")                                       \
    X(ERR_GAP, "the position asked for is gone")                         \
    X(ERR_UNREACHABLE, "the other side cannot be reached")               \
    X(ERR_FENCED, "another instance has taken over")                     \
    X(ERR_STATE, "not possible in this state")

enum err {
#define X(name, text) name,
    ERR_TABLE(X)
#undef X
};

// The constant's name ("ERR_LIMIT") and its one-line text. Static storage.
const char *err_name(enum err err);
const char *err_text(enum err err);

enum { FAULT_TEXT_BYTES = 1024 };

// What went wrong, for an operator: where, what was found, what was expected. No contact data.
struct fault {
    enum err err;
    char text[FAULT_TEXT_BYTES];
};

// Sets code and text (cut at FAULT_TEXT_BYTES) and returns the code; fault may be NULL.
enum err fault_set(struct fault *fault, enum err err, const char *format, ...) PRINTF_LIKE(3, 4);

// Puts "prefix: " before the text that is there; keeps and returns the code; fault may be NULL.
enum err fault_wrap(struct fault *fault, enum err err, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
