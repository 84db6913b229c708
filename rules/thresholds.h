// Which values of scores and counters what is live tells apart: where a score has to be looked at when it crosses them
// by time alone, and what a counter may do without anything seeing it.
#ifndef RULES_THRESHOLDS_H
#define RULES_THRESHOLDS_H

#include "rules/cel/check.h"

// `reader` is for who gathers them.
struct threshold {
    uint32_t score;
    int64_t milli; // a value is on the one side below it, on the other from it on
    uint32_t reader;
};

struct counter_threshold {
    uint32_t counter;
    double from; // as above, of what the counter says
    uint32_t reader;
};

// Scores, or counters, that follow each other: one, or all of them.
struct member_span {
    uint32_t first, count;
};

// Zero-initialised is empty.
struct thresholds {
    struct threshold *items; // owned
    size_t count, cap;
    struct member_span *free; // owned: read otherwise than in a comparison with a constant
    size_t free_count, free_cap;
    struct counter_threshold *counters; // owned, as the next
    size_t counter_count, counter_cap;
    struct member_span *free_counters;
    size_t free_counter_count, free_counter_cap;
};

// Adds what a tree whose constants are known (constant_value) compares scores and counters with.
void thresholds_add(
    struct thresholds *thresholds, const struct cel_scope *scope, const struct cel_node *root);
// By score, or counter, then ascending.
void thresholds_sort(struct thresholds *thresholds);
void thresholds_free(struct thresholds *thresholds);

// The least value, in thousandths, that is as an expression sees it (a double) not below the number, or above it. The
// number is within +-THRESHOLD_MAX.
#define THRESHOLD_MAX 9e12
int64_t threshold_from(double number);
int64_t threshold_above(double number);

#endif
