#include "engine/fold/workflow_stats.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/fold/shard_internal.h"
#include "engine/fold/step_text.h"

// --- packed: how many workflows, of each its name, counts and how many steps, of each its id, what it does and counts
static void pack_count(struct buffer *to, const struct run_count *count)
{
    const uint64_t numbers[] = {
        count->entered, count->waiting, count->done, count->stopped, count->failed};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        buffer_add_varint(to, numbers[i]);
}

static void add_count(struct cursor *from, struct run_count *to)
{
    to->entered += cursor_varint(from);
    to->waiting += cursor_varint(from);
    to->done += cursor_varint(from);
    to->stopped += cursor_varint(from);
    to->failed += cursor_varint(from);
}

// Steps that have been entered and that the rules have no more, in the order in which they were first seen.
static uint32_t pack_gone(
    struct buffer *to, const struct run_counts *counts, const struct workflow_def *workflow)
{
    const struct workflow_count *item = &counts->items[counts->item_of[workflow->index]];
    const uint32_t *bound = counts->step_of + counts->step_base[workflow->index];
    uint8_t *is_bound = mem_zero(item->step_count + 1, 1);
    uint32_t gone = 0;
    for (uint32_t i = 0; i < workflow->step_count; i++)
        is_bound[bound[i]] = 1;
    for (uint32_t i = 0; i < item->step_count; i++) {
        if (is_bound[i] || item->steps[i].count.entered == 0)
            continue;
        gone++;
        buffer_add_sized(to, bytes_text(item->steps[i].id));
        buffer_add_sized(to, (struct bytes){NULL, 0});
        pack_count(to, &item->steps[i].count);
    }
    free(is_bound);
    return gone;
}

static void pack_workflow(
    struct buffer *to, const struct fold *fold, const struct workflow_def *workflow)
{
    struct buffer gone = {0}, does = {0};
    uint32_t gone_count = pack_gone(&gone, &fold->run_counts, workflow);
    buffer_add_sized(to, workflow->name);
    pack_count(to, run_counts_workflow(&fold->run_counts, workflow->index));
    buffer_add_varint(to, workflow->step_count + gone_count);
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        buffer_clear(&does);
        step_text_add(&does, fold->ruleset, &workflow->steps[i]);
        buffer_add_sized(to, workflow->steps[i].id);
        buffer_add_sized(to, buffer_bytes(&does));
        pack_count(to, run_counts_step(&fold->run_counts, workflow->index, i));
    }
    buffer_add_bytes(to, buffer_bytes(&gone));
    buffer_free(&gone);
    buffer_free(&does);
}

enum err workflow_stats_pack(const struct shard *shard, struct bytes name, struct buffer *to)
{
    const struct fold *fold = &shard->fold;
    size_t count = fold->ruleset == NULL ? 0 : ruleset_workflow_count(fold->ruleset);
    if (name.len == 0) {
        buffer_add_varint(to, count);
        for (size_t i = 0; i < count; i++)
            pack_workflow(to, fold, ruleset_workflow(fold->ruleset, i));
        return ERR_OK;
    }
    const struct workflow_def *workflow =
        fold->ruleset == NULL ? NULL : ruleset_workflow_find(fold->ruleset, name);
    if (workflow == NULL)
        return ERR_MISSING;
    buffer_add_varint(to, 1);
    pack_workflow(to, fold, workflow);
    return ERR_OK;
}

// --- sums. Shards have the same rules but for a moment, so that what is looked for is nearly always at `hint`.
static struct workflow_stat *workflow_for(
    struct workflow_stats *stats, struct arena *arena, struct bytes name, size_t hint)
{
    if (hint < stats->count && bytes_equal(stats->items[hint].name, name))
        return &stats->items[hint];
    for (size_t i = 0; i < stats->count; i++) {
        if (bytes_equal(stats->items[i].name, name))
            return &stats->items[i];
    }
    if (stats->count == stats->cap) {
        size_t cap = stats->cap == 0 ? 16 : stats->cap * 2;
        struct workflow_stat *items = arena_alloc(arena, cap * sizeof(*items));
        for (size_t i = 0; i < stats->count; i++)
            items[i] = stats->items[i];
        stats->items = items;
        stats->cap = cap;
    }
    stats->items[stats->count] = (struct workflow_stat){.name = name};
    return &stats->items[stats->count++];
}

static struct step_stat *step_for(
    struct workflow_stat *workflow, struct arena *arena, struct bytes id, size_t hint)
{
    if (hint < workflow->step_count && bytes_equal(workflow->steps[hint].id, id))
        return &workflow->steps[hint];
    for (size_t i = 0; i < workflow->step_count; i++) {
        if (bytes_equal(workflow->steps[i].id, id))
            return &workflow->steps[i];
    }
    if (workflow->step_count == workflow->step_cap) {
        size_t cap = workflow->step_cap == 0 ? 16 : workflow->step_cap * 2;
        struct step_stat *steps = arena_alloc(arena, cap * sizeof(*steps));
        for (size_t i = 0; i < workflow->step_count; i++)
            steps[i] = workflow->steps[i];
        workflow->steps = steps;
        workflow->step_cap = cap;
    }
    workflow->steps[workflow->step_count] = (struct step_stat){.id = id};
    return &workflow->steps[workflow->step_count++];
}

static void add_workflow(
    struct workflow_stats *stats, struct arena *arena, struct cursor *from, size_t hint)
{
    struct bytes name = cursor_sized(from);
    struct workflow_stat *workflow = workflow_for(stats, arena, name, hint);
    add_count(from, &workflow->count);
    uint64_t steps = cursor_varint(from);
    for (uint64_t i = 0; i < steps && !from->has_failed; i++) {
        struct step_stat *step = step_for(workflow, arena, cursor_sized(from), i);
        struct bytes does = cursor_sized(from);
        if (step->does.len == 0)
            step->does = does;
        add_count(from, &step->count);
    }
}

enum err workflow_stats_sum(
    const struct bytes *packed, size_t count, struct arena *arena, struct workflow_stats *out)
{
    *out = (struct workflow_stats){.count = 0};
    for (size_t i = 0; i < count; i++) {
        struct cursor from = cursor_of(packed[i]);
        uint64_t workflows = cursor_varint(&from);
        for (uint64_t j = 0; j < workflows && !from.has_failed; j++)
            add_workflow(out, arena, &from, j);
        if (from.has_failed)
            return ERR_CORRUPT;
    }
    return ERR_OK;
}

// --- JSON
static void add_numbers(struct buffer *to, const struct run_count *count)
{
    buffer_add_format(
        to,
        ",\"entered\":%" PRIu64 ",\"waiting\":%" PRIu64 ",\"done\":%" PRIu64 ",\"stopped\":%" PRIu64
        ",\"failed\":%" PRIu64,
        count->entered, count->waiting, count->done, count->stopped, count->failed);
}

static void add_step(struct buffer *to, const struct step_stat *step)
{
    buffer_add_text(to, "{\"step\":");
    text_add_json(to, step->id);
    if (step->does.len > 0) {
        buffer_add_text(to, ",\"does\":");
        text_add_json(to, step->does);
    } else {
        buffer_add_text(to, ",\"gone\":true");
    }
    add_numbers(to, &step->count);
    buffer_add_u8(to, '}');
}

void workflow_stats_add_json(struct buffer *to, const struct workflow_stats *stats)
{
    buffer_add_text(to, "{\"workflows\":[");
    for (size_t i = 0; i < stats->count; i++) {
        const struct workflow_stat *workflow = &stats->items[i];
        buffer_add_text(to, i == 0 ? "{\"workflow\":" : ",{\"workflow\":");
        text_add_json(to, workflow->name);
        add_numbers(to, &workflow->count);
        buffer_add_text(to, ",\"steps\":[");
        for (size_t j = 0; j < workflow->step_count; j++) {
            if (j > 0)
                buffer_add_u8(to, ',');
            add_step(to, &workflow->steps[j]);
        }
        buffer_add_text(to, "]}");
    }
    buffer_add_text(to, "]}");
}
