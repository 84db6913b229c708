// Which values of scores what is live tells apart: where a score has to be looked at when it crosses them by time alone.
#ifndef RULES_THRESHOLDS_H
#define RULES_THRESHOLDS_H

#include "rules/cel/check.h"

struct threshold {
    uint32_t score;
    int64_t milli; // a value is on the one side below it, on the other from it on
};

// Zero-initialised but for read_freely is empty.
struct thresholds {
    struct threshold *items; // owned
    size_t count, cap;
    bool *read_freely; // by score: read otherwise than in a comparison with a constant; borrowed
};

// Adds what a checked tree compares scores with; NULL adds nothing. Scratch is for constants.
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
