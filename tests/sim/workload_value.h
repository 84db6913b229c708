// Texts and values of JSON, and the types that rules declare: what workloads and their oracle speak of.
#ifndef TESTS_SIM_WORKLOAD_VALUE_H
#define TESTS_SIM_WORKLOAD_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// May hold any byte; not terminated.
struct text {
    const char *at;
    size_t len;
};

// A value of JSON.
enum workload_value_kind {
    WORKLOAD_ABSENT, // no such thing
    WORKLOAD_NULL,
    WORKLOAD_BOOL,
    WORKLOAD_INT,
    WORKLOAD_DOUBLE,
    WORKLOAD_TEXT,
    WORKLOAD_LIST,
    WORKLOAD_MAP,
};

struct workload_value {
    enum workload_value_kind kind;
    uint32_t count;   // of items
    struct text name; // where it is a member of a map
    bool boolean;
    int64_t integer;
    double real;
    struct text text;
    const struct workload_value *items; // of a list or map, in the order written
};

// Types of declared values, as docs/language.md names them.
enum workload_type {
    WORKLOAD_TYPE_ANY,
    WORKLOAD_TYPE_STRING,
    WORKLOAD_TYPE_INT,
    WORKLOAD_TYPE_DOUBLE,
    WORKLOAD_TYPE_BOOL,
    WORKLOAD_TYPE_TIMESTAMP,
    WORKLOAD_TYPE_DATE,
    WORKLOAD_TYPE_DURATION,
    WORKLOAD_TYPE_LIST,
    WORKLOAD_TYPE_MAP,
    WORKLOAD_TYPE_COUNT,
};

#endif
