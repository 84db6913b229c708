#include "engine/run/metrics_held.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { FATE_SKIPPED, FATE_DELAYED, FATE_COUNT };

struct series {
    struct bytes action; // empty: the others
    uint64_t counts[FATE_COUNT][HOLD_REASON_COUNT];
};

static void pack_item(const struct held_action *item, struct buffer *to)
{
    struct bytes name = {NULL, 0};
    if (item->name != NULL)
        name = bytes_text(item->name);
    buffer_add_sized(to, name);
    for (int reason = 0; reason < HOLD_REASON_COUNT; reason++) {
        buffer_add_varint(to, item->skipped[reason]);
        buffer_add_varint(to, item->delayed[reason]);
    }
}

void metrics_held_pack(const struct held *held, struct buffer *to)
{
    pack_item(&held->others, to);
    for (uint32_t i = 0; i < held->count; i++)
        pack_item(&held->items[i], to);
}

static struct series unpack_item(struct cursor *cursor)
{
    struct series series = {.action = cursor_sized(cursor)};
    for (int reason = 0; reason < HOLD_REASON_COUNT; reason++) {
        series.counts[FATE_SKIPPED][reason] = cursor_varint(cursor);
        series.counts[FATE_DELAYED][reason] = cursor_varint(cursor);
    }
    INVARIANT(!cursor->has_failed);
    return series;
}

static int compare_series(const void *a, const void *b)
{
    const struct series *left = a;
    const struct series *right = b;
    return bytes_compare(left->action, right->action);
}

static void add_counts(struct series *to, const struct series *from)
{
    for (int fate = 0; fate < FATE_COUNT; fate++) {
        for (int reason = 0; reason < HOLD_REASON_COUNT; reason++)
            to->counts[fate][reason] += from->counts[fate][reason];
    }
}

// Sorted by name, each once, the others first. Those that are too many are among them.
static size_t merge(struct series *series, size_t count)
{
    size_t kept = 0;
    if (count > 1)
        qsort(series, count, sizeof(*series), compare_series);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && bytes_equal(series[kept - 1].action, series[i].action))
            add_counts(&series[kept - 1], &series[i]);
        else if (kept > HELD_ACTIONS_MAX)
            add_counts(&series[0], &series[i]);
        else
            series[kept++] = series[i];
    }
    return kept;
}

static void print_fate(
    const struct series *series, size_t count, int fate, const char *name, struct buffer *to)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes action = series[i].action;
        for (int reason = 0; reason < HOLD_REASON_COUNT; reason++) {
            uint64_t value = series[i].counts[fate][reason];
            if (value == 0)
                continue;
            buffer_add_format(to, "%s{action=\"", name);
            buffer_add_bytes(to, action.len > 0 ? action : BYTES_LITERAL("other")); // plain names
            buffer_add_format(
                to, "\",reason=\"%s\"} %" PRIu64 "\n", hold_reason_text((enum hold_reason)reason),
                value);
        }
    }
}

void metrics_held_print(const struct bytes *packed, size_t count, struct buffer *to)
{
    static const char held[] = "engaged_actions_held_total";
    static const char delayed[] = "engaged_actions_delayed_total";
    struct series *series = mem_alloc((count * (HELD_ACTIONS_MAX + 1) + 1) * sizeof(*series));
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        struct cursor cursor = cursor_of(packed[i]);
        while (cursor_left(&cursor) > 0)
            series[found++] = unpack_item(&cursor);
    }
    found = merge(series, found);
    buffer_add_format(
        to, "# HELP %s Actions that were held back and not emitted.\n# TYPE %s counter\n", held,
        held);
    print_fate(series, found, FATE_SKIPPED, held, to);
    buffer_add_format(
        to, "# HELP %s How often a run began to wait before an action.\n# TYPE %s counter\n",
        delayed, delayed);
    print_fate(series, found, FATE_DELAYED, delayed, to);
    free(series);
}
