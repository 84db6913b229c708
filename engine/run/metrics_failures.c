#include "engine/run/metrics_failures.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

static const char name[] = "engaged_expressions_failed_total";

void metrics_failures_pack(const struct failures *failures, struct buffer *to)
{
    buffer_add_varint(to, failures->others);
    buffer_add_varint(to, failures->count);
    for (uint32_t i = 0; i < failures->count; i++) {
        struct bytes rule = bytes_text(failures->items[i].rule);
        buffer_add_varint(to, failures->items[i].count);
        buffer_add_varint(to, rule.len);
        buffer_add_bytes(to, rule);
    }
}

struct series {
    struct bytes rule;
    uint64_t count;
};

static int compare_series(const void *a, const void *b)
{
    const struct series *left = a;
    const struct series *right = b;
    return bytes_compare(left->rule, right->rule);
}

// The series of all shards, one behind the other; gives how many.
static size_t unpack(
    const struct bytes *packed, size_t count, struct series *series, uint64_t *others)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct cursor cursor = cursor_of(packed[i]);
        *others += cursor_varint(&cursor);
        uint64_t rules = cursor_varint(&cursor);
        for (uint64_t r = 0; r < rules; r++) {
            series[found].count = cursor_varint(&cursor);
            series[found].rule = cursor_bytes(&cursor, cursor_varint(&cursor));
            found++;
        }
        INVARIANT(!cursor.has_failed);
    }
    return found;
}

// Sorted by name, each once.
static size_t merge(struct series *series, size_t count)
{
    size_t kept = 0;
    if (count > 1)
        qsort(series, count, sizeof(*series), compare_series);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && bytes_equal(series[kept - 1].rule, series[i].rule))
            series[kept - 1].count += series[i].count;
        else
            series[kept++] = series[i];
    }
    return kept;
}

void metrics_failures_print(const struct bytes *packed, size_t count, struct buffer *to)
{
    struct series *series = mem_alloc((count * FAILURES_MAX + 1) * sizeof(*series));
    uint64_t others = 0;
    size_t found = merge(series, unpack(packed, count, series, &others));
    buffer_add_format(
        to,
        "# HELP %s Conditions, points and values that failed: they did not match.\n"
        "# TYPE %s counter\n",
        name, name);
    for (size_t i = 0; i < found; i++) {
        if (i >= FAILURES_MAX) {
            others += series[i].count;
            continue;
        }
        buffer_add_format(to, "%s{rule=\"", name);
        buffer_add_bytes(to, series[i].rule); // of names, which need no escapes
        buffer_add_format(to, "\"} %" PRIu64 "\n", series[i].count);
    }
    buffer_add_format(to, "%s{rule=\"other\"} %" PRIu64 "\n", name, others);
    free(series);
}
