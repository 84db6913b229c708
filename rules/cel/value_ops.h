// What is done with values: lists and maps are made and looked into, values compared, times made.
#ifndef RULES_CEL_VALUE_OPS_H
#define RULES_CEL_VALUE_OPS_H

#include "engine/base/arena.h"
#include "rules/cel/value.h"

// Lists and maps that an evaluation makes nest no deeper: a limit for whoever walks a value.
enum { CEL_NESTING_MAX = 300 };

// --- lists and maps. What is given is borrowed, not copied.
struct cel_value cel_list_of(struct arena *arena, const struct cel_value *items, size_t count);
struct cel_value cel_list_at(struct cel_eval *eval, const struct cel_list *list, size_t index);
// How deep lists and maps nest in a value: 0 when it is neither.
uint32_t cel_nesting(struct cel_value value);

// Makes a map of pairs. False when a key is of a kind that cannot be one, or equals another
// (1, 1u and 1.0 are equal); *wrong_out is its index.
bool cel_map_of(
    struct arena *arena,
    const struct cel_pair *pairs,
    size_t count,
    struct cel_value *map_out,
    size_t *wrong_out);
// A double that is a whole number finds the int or uint that it equals.
bool cel_map_find(
    struct cel_eval *eval,
    const struct cel_map *map,
    struct cel_value key,
    struct cel_value *value_out);
size_t cel_map_count(struct cel_eval *eval, const struct cel_map *map);
void cel_map_at(
    struct cel_eval *eval,
    const struct cel_map *map,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out);

static inline bool cel_is_number(struct cel_value value)
{
    return value.kind == CEL_INT || value.kind == CEL_UINT || value.kind == CEL_DOUBLE;
}

// The name of the value's type, as type(x) prints it.
const char *cel_kind_name(enum cel_kind kind);

// --- comparing
// As ==: numbers across their types, lists in order, maps without. A NaN equals nothing; values of
// kinds that do not compare are not equal. Costs eval what it compares: false when there is none left, or
// where a host's values nest deeper than can be walked (then it takes all the cost).
bool cel_equal(struct cel_eval *eval, struct cel_value a, struct cel_value b);
// As < and its like: false when the two are not ordered (kinds differ, a NaN). order_out: below,
// equal to or above 0.
bool cel_compare(struct cel_value a, struct cel_value b, int *order_out);
// The order of two numbers of any kinds, exactly: 2^53+1 is more than 2.0^53. Only 2.0^63 equals the largest int
// too, and 2.0^64 the largest uint, as the conformance suite has it. False for a NaN.
bool cel_compare_numbers(struct cel_value a, struct cel_value b, int *order_out);

// --- times: proleptic Gregorian, no leap seconds, 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z
#define CEL_TIME_MIN_S (-INT64_C(62135596800))
#define CEL_TIME_MAX_S INT64_C(253402300799)
// Durations are as long as nanoseconds fit in 64 bits (292 years), as in cel-go.
#define CEL_NANOS_PER_S INT64_C(1000000000)

// False when the time or the duration is out of its range. nanos may be anything within +-1.9e9.
bool cel_timestamp_of(int64_t seconds, int64_t nanos, struct cel_value *out);
bool cel_duration_of(int64_t seconds, int64_t nanos, struct cel_value *out);

#endif
