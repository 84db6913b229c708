// The language once more, as plainly as it can be said: a walk over a tree, one value for each part. It shares
// nothing with rules/cel, so that what both say is likely right.
#ifndef TESTS_RULES_CEL_NAIVE_H
#define TESTS_RULES_CEL_NAIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"

enum naive_kind {
    NAIVE_ERROR,
    NAIVE_BOOL,
    NAIVE_INT,
    NAIVE_UINT,
    NAIVE_DOUBLE,
    NAIVE_STRING,
    NAIVE_LIST,
    NAIVE_MAP,
    NAIVE_TIME,
    NAIVE_DURATION,
};

__extension__ typedef __int128 naive_wide;

// Text is characters, not bytes. A map's items are key, value, key, value, …; count is of pairs.
struct naive {
    enum naive_kind kind;
    bool boolean;
    int64_t integer;
    uint64_t whole; // NAIVE_UINT
    double real;
    naive_wide nanos; // NAIVE_TIME: since 1970; NAIVE_DURATION
    const uint32_t *points;
    const struct naive *items;
    size_t count;
};

// What functions and operators that take values do; any argument that is an error is the result already.
typedef struct naive naive_function(struct arena *arena, const struct naive *args, size_t count);

naive_function naive_add, naive_subtract, naive_multiply, naive_divide, naive_modulo, naive_negate,
    naive_not, naive_equal, naive_differ, naive_less, naive_less_equal, naive_greater,
    naive_greater_equal, naive_in, naive_at, naive_size, naive_to_int, naive_to_uint,
    naive_to_double, naive_to_string, naive_same, naive_contains, naive_starts, naive_ends,
    naive_char_at, naive_substring, naive_index_of, naive_upper, naive_slice, naive_reverse,
    naive_distinct, naive_sort, naive_first, naive_last, naive_has_any, naive_has_all, naive_list,
    naive_map, naive_to_time, naive_year, naive_month, naive_day_of_month, naive_date,
    naive_day_of_week, naive_day_of_year, naive_hours, naive_minutes, naive_seconds,
    naive_milliseconds;

struct naive naive_error(void);
struct naive naive_bool(bool boolean);
struct naive naive_int(int64_t integer);
// A time or a duration, unless out of its range.
struct naive naive_of_nanos(enum naive_kind kind, naive_wide nanos);
// a + b of a time and a duration, or two durations; a - b likewise, or of two times.
struct naive naive_add_times(struct naive a, struct naive b);
struct naive naive_subtract_times(struct naive a, struct naive b);
// "2009-02-13T23:31:30.5Z", "-1.5s"
void naive_print_time(struct naive time, char *to, size_t size);
int64_t naive_seconds_of(struct naive time); // cut to whole ones below
// The items in the order of their keys, stably; an error when some have no order.
struct naive naive_sort_by(
    struct arena *arena, const struct naive *items, const struct naive *keys, size_t count);
// The member of that key; false when there is none.
bool naive_find(struct naive map, struct naive key, struct naive *value_out);

#endif
