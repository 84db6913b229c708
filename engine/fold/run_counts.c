// Packed: how many workflows (varint), then each by the number of its name: that number, its counts, how many steps, then
// each by the hash of its id: the sized id and its counts. Counts are entered, waiting, done, stopped, failed (varints).
// What nobody has entered is left out.
#include "engine/fold/run_counts.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/fold/name_index.h"

// --- finding
static struct step_count *step_find(const struct workflow_count *workflow, uint32_t hash)
{
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        if (workflow->steps[i].hash == hash)
            return &workflow->steps[i];
    }
    return NULL;
}

static struct step_count *step_add(struct workflow_count *workflow, struct bytes id, uint32_t hash)
{
    if (workflow->step_count == workflow->step_cap) {
        workflow->step_cap = workflow->step_cap == 0 ? 8 : workflow->step_cap * 2;
        workflow->steps =
            mem_resize(workflow->steps, workflow->step_cap * sizeof(*workflow->steps));
    }
    struct step_count *step = &workflow->steps[workflow->step_count++];
    *step = (struct step_count){.id = mem_text(id.data, id.len), .hash = hash};
    return step;
}

static struct workflow_count *workflow_add(struct run_counts *counts, struct name_id name)
{
    if (counts->count == counts->cap) {
        counts->cap = counts->cap == 0 ? 8 : counts->cap * 2;
        counts->items = mem_resize(counts->items, counts->cap * sizeof(*counts->items));
    }
    struct workflow_count *workflow = &counts->items[counts->count++];
    *workflow = (struct workflow_count){.name = name};
    return workflow;
}

// --- binding
static void unbind(struct run_counts *counts)
{
    free(counts->item_of);
    free(counts->step_base);
    free(counts->step_of);
    counts->item_of = NULL;
    counts->step_base = NULL;
    counts->step_of = NULL;
}

static void bind_steps(
    struct workflow_count *workflow, const struct workflow_def *def, uint32_t *step_of)
{
    for (uint32_t i = 0; i < def->step_count; i++) {
        uint32_t hash = run_step_hash(def->steps[i].id);
        struct step_count *step = step_find(workflow, hash);
        if (step == NULL)
            step = step_add(workflow, def->steps[i].id, hash);
        step_of[i] = (uint32_t)(step - workflow->steps);
    }
}

void run_counts_bind(
    struct run_counts *counts, const struct ruleset *ruleset, const struct name_id *names)
{
    size_t workflows = ruleset_version_count(ruleset), steps = 0;
    struct name_id *known = mem_zero(counts->count + 1, sizeof(*known));
    struct name_index index = {0};
    for (uint32_t i = 0; i < counts->count; i++)
        known[i] = counts->items[i].name;
    name_index_set(&index, known, counts->count);
    free(known);
    for (size_t i = 0; i < workflows; i++)
        steps += ruleset_workflow(ruleset, i)->step_count;
    unbind(counts);
    counts->item_of = mem_zero(workflows + 1, sizeof(*counts->item_of));
    counts->step_base = mem_zero(workflows + 1, sizeof(*counts->step_base));
    counts->step_of = mem_zero(steps + 1, sizeof(*counts->step_of));
    uint32_t base = 0;
    for (size_t i = 0; i < workflows; i++) {
        const struct workflow_def *def = ruleset_workflow(ruleset, i);
        uint32_t item = name_index_find(&index, names[i]);
        if (item == NAME_INDEX_NONE)
            item = (uint32_t)(workflow_add(counts, names[i]) - counts->items);
        counts->item_of[i] = item;
        counts->step_base[i] = base;
        bind_steps(&counts->items[item], def, counts->step_of + base);
        base += def->step_count;
    }
    name_index_free(&index);
}

void run_counts_free(struct run_counts *counts)
{
    unbind(counts);
    for (uint32_t i = 0; i < counts->count; i++) {
        for (uint32_t j = 0; j < counts->items[i].step_count; j++)
            free(counts->items[i].steps[j].id);
        free(counts->items[i].steps);
    }
    free(counts->items);
    *counts = (struct run_counts){.count = 0};
}

// --- counting
static struct workflow_count *workflow_of(
    const struct run_counts *counts, const struct workflow_def *def)
{
    return &counts->items[counts->item_of[def->index]];
}

// A step that the rules have no more was counted when it was entered.
static struct run_count *step_of(const struct run_counts *counts, const struct run *run)
{
    struct workflow_count *workflow = workflow_of(counts, run->workflow);
    if (run->at != STEP_NONE) {
        uint32_t base = counts->step_base[run->workflow->index];
        return &workflow->steps[counts->step_of[base + run->at]].count;
    }
    struct step_count *step = step_find(workflow, run->at_hash);
    return step == NULL ? NULL : &step->count;
}

void run_counts_start(struct run_counts *counts, const struct run *run)
{
    workflow_of(counts, run->workflow)->runs.entered++;
}

void run_counts_enter(struct run_counts *counts, const struct run *run)
{
    step_of(counts, run)->entered++;
}

void run_counts_wait(struct run_counts *counts, const struct run *run)
{
    workflow_of(counts, run->workflow)->runs.waiting++;
    step_of(counts, run)->waiting++;
}

void run_counts_wake(struct run_counts *counts, const struct run *run)
{
    struct run_count *runs = &workflow_of(counts, run->workflow)->runs;
    struct run_count *step = step_of(counts, run);
    runs->waiting -= runs->waiting > 0;
    if (step != NULL)
        step->waiting -= step->waiting > 0;
}

static void add_outcome(struct run_count *count, enum run_outcome outcome)
{
    switch (outcome) {
    case RUN_DONE: count->done++; break;
    case RUN_STOPPED: count->stopped++; break;
    case RUN_FAILED: count->failed++; break;
    }
}

void run_counts_leave(struct run_counts *counts, const struct run *run, enum run_outcome outcome)
{
    struct run_count *step = step_of(counts, run);
    if (step != NULL)
        add_outcome(step, outcome);
}

void run_counts_end(struct run_counts *counts, const struct run *run, enum run_outcome outcome)
{
    add_outcome(&workflow_of(counts, run->workflow)->runs, outcome);
}

const struct run_count *run_counts_workflow(const struct run_counts *counts, uint32_t workflow)
{
    return &counts->items[counts->item_of[workflow]].runs;
}

const struct run_count *run_counts_step(
    const struct run_counts *counts, uint32_t workflow, uint32_t step)
{
    const struct workflow_count *item = &counts->items[counts->item_of[workflow]];
    return &item->steps[counts->step_of[counts->step_base[workflow] + step]].count;
}

// --- bytes
static int compare_workflows(const void *a, const void *b)
{
    const struct workflow_count *left = *(const struct workflow_count *const *)a;
    const struct workflow_count *right = *(const struct workflow_count *const *)b;
    return (left->name.value > right->name.value) - (left->name.value < right->name.value);
}

static int compare_steps(const void *a, const void *b)
{
    const struct step_count *left = *(const struct step_count *const *)a;
    const struct step_count *right = *(const struct step_count *const *)b;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

static void pack_count(struct buffer *to, const struct run_count *count)
{
    buffer_add_varint(to, count->entered);
    buffer_add_varint(to, count->waiting);
    buffer_add_varint(to, count->done);
    buffer_add_varint(to, count->stopped);
    buffer_add_varint(to, count->failed);
}

static void pack_steps(struct buffer *to, const struct workflow_count *workflow)
{
    const struct step_count **steps = mem_alloc((workflow->step_count + 1) * sizeof(*steps));
    uint32_t count = 0;
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        if (workflow->steps[i].count.entered > 0)
            steps[count++] = &workflow->steps[i];
    }
    qsort(steps, count, sizeof(*steps), compare_steps);
    buffer_add_varint(to, count);
    for (uint32_t i = 0; i < count; i++) {
        buffer_add_sized(to, bytes_text(steps[i]->id));
        pack_count(to, &steps[i]->count);
    }
    free(steps);
}

void run_counts_pack(const struct run_counts *counts, struct buffer *to)
{
    const struct workflow_count **workflows = mem_alloc((counts->count + 1) * sizeof(*workflows));
    uint32_t count = 0;
    for (uint32_t i = 0; i < counts->count; i++) {
        if (counts->items[i].runs.entered > 0)
            workflows[count++] = &counts->items[i];
    }
    qsort(workflows, count, sizeof(*workflows), compare_workflows);
    buffer_add_varint(to, count);
    for (uint32_t i = 0; i < count; i++) {
        buffer_add_varint(to, workflows[i]->name.value);
        pack_count(to, &workflows[i]->runs);
        pack_steps(to, workflows[i]);
    }
    free(workflows);
}

static void unpack_count(struct cursor *from, struct run_count *out)
{
    out->entered = cursor_varint(from);
    out->waiting = cursor_varint(from);
    out->done = cursor_varint(from);
    out->stopped = cursor_varint(from);
    out->failed = cursor_varint(from);
}

enum err run_counts_unpack(struct cursor *from, struct run_counts *into)
{
    uint64_t workflows = cursor_varint(from);
    for (uint64_t i = 0; i < workflows && !from->has_failed; i++) {
        struct name_id name = {(uint32_t)cursor_varint(from)};
        struct workflow_count *workflow = workflow_add(into, name);
        unpack_count(from, &workflow->runs);
        uint64_t steps = cursor_varint(from);
        for (uint64_t j = 0; j < steps && !from->has_failed; j++) {
            struct bytes id = cursor_sized(from);
            if (from->has_failed)
                break;
            unpack_count(from, &step_add(workflow, id, run_step_hash(id))->count);
        }
    }
    return from->has_failed ? ERR_CORRUPT : ERR_OK;
}
