// Which values of scores what is live tells apart: where a score has to be looked at when it crosses them by time alone.
#ifndef RULES_THRESHOLDS_H
#define RULES_THRESHOLDS_H

#include "rules/cel/check.h"

struct threshold {
    uint32_t score;
    int64_t milli; // a value is on the one side below it, on the other from it on
};

// Scores that follow each other: one, or all of them.
struct score_span {
    uint32_t first, count;
};

// Zero-initialised is empty.
struct thresholds {
    struct threshold *items; // owned
    size_t count, cap;
    struct score_span *free; // owned: read otherwise than in a comparison with a constant
    size_t free_count, free_cap;
};

// Adds what a checked tree compares scores with. Scratch is for constants.
void thresholds_add(
    struct thresholds *thresholds,
    struct arena *scratch,
    const struct cel_scope *scope,
    const struct cel_node *root);
// By score, then ascending.
void thresholds_sort(struct thresholds *thresholds);
void thresholds_free(struct thresholds *thresholds);

// The least value, in thousandths, that is as an expression sees it (a double) not below the number, or above it. The
// number is within +-THRESHOLD_MAX.
#define THRESHOLD_MAX 9e12
int64_t threshold_from(double number);
int64_t threshold_above(double number);

#endif
