// Values of the Common Expression Language (cel.dev), as the evaluator passes them about.
//
// A value is copied freely; what it points to (text, list, map, error) lives in the arena of the
// evaluation or in what the host handed in, and is never changed once made.
#ifndef RULES_CEL_VALUE_H
#define RULES_CEL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"

enum cel_kind {
    CEL_ERROR,
    CEL_NULL,
    CEL_BOOL,
    CEL_INT,
    CEL_UINT,
    CEL_DOUBLE,
    CEL_STRING, // valid UTF-8
    CEL_BYTES,
    CEL_LIST,
    CEL_MAP,
    CEL_TIMESTAMP,
    CEL_DURATION,
    CEL_TYPE,
};

struct cel_eval;
struct cel_list;
struct cel_map;
struct cel_type;

enum cel_error_code {
    CEL_ERROR_NO_KEY,      // a map, list or object has no such member
    CEL_ERROR_NO_OVERLOAD, // no function of that name takes values of these kinds
    CEL_ERROR_OVERFLOW,    // out of the range of its type
    CEL_ERROR_DIVISION,    // by zero
    CEL_ERROR_ARGUMENT,    // a value that the function refuses
    CEL_ERROR_UNBOUND,     // a variable without a value
    CEL_ERROR_COST,        // the evaluation cost more than it may; taken back by no || and &&
};

struct cel_error {
    enum cel_error_code code;
    struct bytes message;
    uint32_t at; // byte of the expression's text where what failed begins
};

// nanos is in 0..999,999,999 for a timestamp, and has the sign of seconds for a duration.
struct cel_value {
    enum cel_kind kind;
    int32_t nanos; // CEL_TIMESTAMP, CEL_DURATION
    union {
        bool boolean;
        int64_t integer;
        uint64_t unsigned_integer;
        double real;
        struct bytes text; // CEL_STRING, CEL_BYTES
        const struct cel_list *list;
        const struct cel_map *map;
        int64_t seconds;             // CEL_TIMESTAMP (since 1970), CEL_DURATION
        const struct cel_type *type; // CEL_TYPE
        const struct cel_error *error;
    } as;
};

// A list of the evaluator's own has items; one of the host's has them fetched one by one.
struct cel_list {
    size_t count;
    uint32_t nesting;              // 1 above the deepest element; 0 of a host's
    const struct cel_value *items; // NULL: the host's
    // index < count. The value may be allocated in eval's arena.
    struct cel_value (*at)(const struct cel_list *list, struct cel_eval *eval, size_t index);
};

struct cel_pair {
    struct cel_value key, value;
};

// Keys are bool, int, uint or string, each once, in the order written. A host's map finds by name.
struct cel_map {
    size_t count;
    uint32_t nesting;             // 1 above the deepest value; 0 of a host's
    const struct cel_pair *pairs; // NULL: the host's, whose keys are strings
    const uint32_t *slots;        // hash index over pairs; NULL where there are few
    uint32_t slot_mask;
    // False when it has no such member. field: the index in the cel_object that the checker knew, or one of those below.
    bool (*find)(
        const struct cel_map *map,
        struct cel_eval *eval,
        struct bytes name,
        uint32_t field,
        struct cel_value *value_out);
    // How many members there are; NULL: count says it.
    size_t (*count_of)(const struct cel_map *map, struct cel_eval *eval);
    // index < cel_map_count
    void (*at)(
        const struct cel_map *map,
        struct cel_eval *eval,
        size_t index,
        struct cel_value *key_out,
        struct cel_value *value_out);
};

#define CEL_NO_FIELD      UINT32_MAX
#define CEL_FIELD_BY_NAME (UINT32_MAX - 1)

static inline struct cel_value cel_null(void)
{
    return (struct cel_value){.kind = CEL_NULL};
}

static inline struct cel_value cel_bool(int truth)
{
    return (struct cel_value){.kind = CEL_BOOL, .as.boolean = truth != 0};
}

static inline struct cel_value cel_int(int64_t integer)
{
    return (struct cel_value){.kind = CEL_INT, .as.integer = integer};
}

static inline struct cel_value cel_uint(uint64_t integer)
{
    return (struct cel_value){.kind = CEL_UINT, .as.unsigned_integer = integer};
}

static inline struct cel_value cel_double(double real)
{
    return (struct cel_value){.kind = CEL_DOUBLE, .as.real = real};
}

static inline struct cel_value cel_string(struct bytes text)
{
    return (struct cel_value){.kind = CEL_STRING, .as.text = text};
}

static inline struct cel_value cel_bytes(struct bytes bytes)
{
    return (struct cel_value){.kind = CEL_BYTES, .as.text = bytes};
}

static inline struct cel_value cel_type_value(const struct cel_type *type)
{
    return (struct cel_value){.kind = CEL_TYPE, .as.type = type};
}

#endif
