#include "tools/engagectl/plan_compare.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/fold/run.h"

// Room for what is added one by one.
static void *grow(struct arena *arena, void *items, size_t count, size_t item_bytes)
{
    if (count > 0 && (count & (count - 1)) != 0) // room is a power of two
        return items;
    uint8_t *larger = arena_alloc(arena, (count == 0 ? 1 : count * 2) * item_bytes);
    if (count > 0)
        memcpy(larger, items, count * item_bytes);
    return larger;
}

static const struct json *find_named(const struct json *list, const char *member, struct bytes name)
{
    const struct json *item = list == NULL ? NULL : list->first;
    while (item != NULL && !bytes_equal(json_text(item, member), name))
        item = item->next;
    return item;
}

static const struct json *workflow_of(const struct json *rules, struct bytes name)
{
    return find_named(json_member(rules, "workflows"), "workflow", name);
}

// --- workflows
struct making {
    const struct plan_question *question;
    struct arena *arena;
    struct plan *plan;
    struct bytes *names;
    size_t name_count;
};

static void add_name(struct making *making, struct bytes name)
{
    for (size_t i = 0; i < making->name_count; i++) {
        if (bytes_equal(making->names[i], name))
            return;
    }
    making->names = grow(making->arena, making->names, making->name_count, sizeof(*making->names));
    making->names[making->name_count++] = name;
}

static void add_names_of(struct making *making, const struct json *rules)
{
    const struct json *list = json_member(rules, "workflows");
    for (const struct json *item = list == NULL ? NULL : list->first; item != NULL;
         item = item->next)
        add_name(making, json_text(item, "workflow"));
}

static struct plan_row *add_row(struct making *making, const struct plan_row *row)
{
    struct plan *plan = making->plan;
    plan->rows = grow(making->arena, plan->rows, plan->row_count, sizeof(*plan->rows));
    plan->rows[plan->row_count] = *row;
    return &plan->rows[plan->row_count++];
}

static bool is_at(struct bytes id, struct bytes at)
{
    char text[9];
    (void)snprintf(text, sizeof(text), "%08x", (unsigned)run_step_hash(id));
    return bytes_equal_text(at, text);
}

// Whether the new rules have their workflow written otherwise than runs have begun with it.
static bool is_edited(const struct workflow_def *after, const struct plan_row *row)
{
    return after == NULL || row->version != after->hash;
}

// Whether runs keep the steps that they began with.
static bool stays(const struct workflow_def *after, const struct plan_row *row)
{
    return after != NULL && row->unpinned == NULL && after->edit == EDIT_PIN && row->version != 0 &&
           is_edited(after, row);
}

// What becomes of runs at a step, as engine/fold/run_edit.c decides it.
static void find_outcome(const struct workflow_def *after, struct plan_row *row)
{
    struct bytes at = row->at;
    bool has_edit = is_edited(after, row);
    if (stays(after, row)) {
        row->outcome = PLAN_STAYS;
        row->to = row->step;
        return;
    }
    if (after == NULL) {
        row->outcome = PLAN_WORKFLOW_GONE;
        return;
    }
    if (has_edit && after->edit == EDIT_CANCEL) {
        row->outcome = PLAN_ENDS;
        return;
    }
    for (uint32_t i = 0; has_edit && i < after->move_count; i++) {
        if (is_at(after->moves[i].from, at)) {
            row->outcome = PLAN_MOVES;
            row->to = after->steps[after->moves[i].to].id;
            return;
        }
    }
    row->outcome = PLAN_STEP_GONE;
    for (uint32_t i = 0; i < after->step_count; i++) {
        if (is_at(after->steps[i].id, at)) {
            row->outcome = PLAN_GOES_ON;
            row->to = after->steps[i].id;
        }
    }
}

// How many runs of a version ("": none) are at a step, over all shards.
static int64_t runs_at(
    const struct making *making, struct bytes workflow, struct bytes at, struct bytes version)
{
    int64_t runs = 0;
    for (size_t i = 0; i < making->question->shard_count; i++) {
        const struct json *of = workflow_of(making->question->shards[i], workflow);
        const struct json *list = json_member(of, "steps");
        for (const struct json *step = list == NULL ? NULL : list->first; step != NULL;
             step = step->next)
            if (bytes_equal(json_text(step, "at"), at) &&
                bytes_equal(json_text(step, "version"), version))
                runs += json_integer(step, "runs", 0);
    }
    return runs;
}

static uint64_t number_of(struct bytes hash)
{
    char text[17] = "";
    if (hash.len > 0 && hash.len < sizeof(text))
        memcpy(text, hash.data, hash.len);
    return strtoull(text, NULL, 16);
}

// Runs that would be without step or workflow by this change.
static int64_t lost_of(
    const struct workflow_def *after, const struct plan_row *row, bool knows_runs)
{
    // Without a name it had no step, or no workflow, before.
    bool is_lost = row->step.len > 0 && is_edited(after, row) &&
                   (row->outcome == PLAN_STEP_GONE || row->outcome == PLAN_WORKFLOW_GONE);
    return !is_lost ? 0 : knows_runs ? row->runs : 1;
}

static void add_steps_of(
    struct making *making, const struct json *rules, const struct plan_row *of, size_t rows_before)
{
    const struct workflow_def *after = ruleset_workflow_find(making->question->after, of->workflow);
    const struct json *workflow = workflow_of(rules, of->workflow);
    const struct json *list = json_member(workflow, "steps");
    bool knows_runs = making->question->shard_count > 0;
    for (const struct json *step = list == NULL ? NULL : list->first; step != NULL;
         step = step->next) {
        struct plan_row row = *of;
        struct bytes version = json_text(step, "version");
        bool is_seen = false;
        row.at = json_text(step, "at");
        row.is_pinned = version.len > 0;
        // Runs that are there began with what is in force where they are, also where other rules are compared with.
        row.version = number_of(row.is_pinned ? version : json_text(workflow, "hash"));
        for (size_t i = rows_before; i < making->plan->row_count; i++) {
            const struct plan_row *other = &making->plan->rows[i];
            is_seen =
                is_seen || (bytes_equal(other->at, row.at) && other->is_pinned == row.is_pinned &&
                            (!row.is_pinned || other->version == row.version));
        }
        row.runs = runs_at(making, of->workflow, row.at, version);
        if (is_seen || (knows_runs && row.runs == 0))
            continue;
        const struct json *id = json_member(step, "step");
        if (id != NULL && id->kind == JSON_TEXT)
            row.step = id->text;
        find_outcome(after, &row);
        (void)add_row(making, &row);
        making->plan->lost += lost_of(after, &row, knows_runs);
    }
}

static enum plan_change change_of(const struct json *before, const struct workflow_def *after)
{
    char hash[17];
    bool was_there = json_text(before, "hash").len > 0;
    if (after == NULL)
        return PLAN_GONE;
    if (!was_there)
        return PLAN_NEW;
    (void)snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)after->hash);
    return bytes_equal_text(json_text(before, "hash"), hash) ? PLAN_SAME : PLAN_EDITED;
}

static void add_workflow(struct making *making, struct bytes name)
{
    const struct plan_question *question = making->question;
    const struct workflow_def *after = ruleset_workflow_find(question->after, name);
    struct plan_row row = {
        .workflow = name,
        .change = change_of(workflow_of(question->before, name), after),
        .enter = PLAN_UNKNOWN,
    };
    row.has_existing = row.change == PLAN_NEW && after->has_existing;
    size_t rows_before = making->plan->row_count;
    if (question->shard_count == 0)
        add_steps_of(making, question->before, &row, rows_before);
    for (size_t i = 0; i < question->shard_count; i++)
        add_steps_of(making, question->shards[i], &row, rows_before);
    if (making->plan->row_count == rows_before)
        (void)add_row(making, &row);
}

// --- definitions
static void add_definition(
    struct making *making,
    const char *kind,
    struct bytes name,
    enum plan_change change,
    bool is_from_now)
{
    struct plan *plan = making->plan;
    plan->definitions =
        grow(making->arena, plan->definitions, plan->definition_count, sizeof(*plan->definitions));
    plan->definitions[plan->definition_count++] =
        (struct plan_definition){kind, name, change, is_from_now};
}

struct definition {
    struct bytes name;
    uint64_t hash;
    bool is_from_now;
};
typedef bool definition_fn(const struct ruleset *ruleset, size_t at, struct definition *out);

static bool score_at(const struct ruleset *ruleset, size_t at, struct definition *out)
{
    if (at >= ruleset_score_count(ruleset))
        return false;
    const struct score_def *score = ruleset_score(ruleset, at);
    *out = (struct definition){score->name, score->hash, score->is_from_now};
    return true;
}

static bool counter_at(const struct ruleset *ruleset, size_t at, struct definition *out)
{
    if (at >= ruleset_counter_count(ruleset))
        return false;
    const struct counter_def *counter = ruleset_counter(ruleset, at);
    *out = (struct definition){counter->name, counter->hash, counter->is_from_now};
    return true;
}

static bool segment_at(const struct ruleset *ruleset, size_t at, struct definition *out)
{
    if (at >= ruleset_segment_count(ruleset))
        return false;
    const struct segment_def *segment = ruleset_segment(ruleset, at);
    *out = (struct definition){segment->name, segment->hash, segment->is_from_now};
    return true;
}

static bool object_at(const struct ruleset *ruleset, size_t at, struct definition *out)
{
    if (at >= ruleset_object_count(ruleset))
        return false;
    const struct object_def *object = ruleset_object(ruleset, at);
    *out = (struct definition){object->name, object->hash, object->is_from_now};
    return true;
}

static void add_definitions(
    struct making *making, const char *kind, const char *member, definition_fn *each)
{
    const struct ruleset *after = making->question->after;
    const struct json *list = json_member(making->question->before, member);
    struct definition definition;
    for (size_t i = 0; each(after, i, &definition); i++) {
        char hash[17];
        const struct json *old = find_named(list, "name", definition.name);
        (void)snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)definition.hash);
        if (old == NULL || !bytes_equal_text(json_text(old, "hash"), hash))
            add_definition(
                making, kind, definition.name, old == NULL ? PLAN_NEW : PLAN_EDITED,
                definition.is_from_now);
    }
    for (const struct json *old = list == NULL ? NULL : list->first; old != NULL; old = old->next) {
        bool is_there = false;
        for (size_t i = 0; each(after, i, &definition); i++)
            is_there = is_there || bytes_equal(definition.name, json_text(old, "name"));
        if (!is_there)
            add_definition(making, kind, json_text(old, "name"), PLAN_GONE, false);
    }
}

void plan_unpin(
    struct plan *plan, const struct ruleset *after, struct plan_row *row, const char *reason)
{
    bool knows_runs = row->runs > 0; // it was made for a step where none may be
    row->unpinned = reason;
    row->to = (struct bytes){NULL, 0};
    const struct workflow_def *workflow = ruleset_workflow_find(after, row->workflow);
    find_outcome(workflow, row);
    plan->lost += lost_of(workflow, row, knows_runs);
    plan->unpinned += knows_runs ? row->runs : 1;
}

void plan_make(const struct plan_question *question, struct arena *arena, struct plan *out)
{
    struct making making = {.question = question, .arena = arena, .plan = out};
    *out = (struct plan){.lost = 0};
    add_names_of(&making, question->before);
    for (size_t i = 0; i < question->shard_count; i++)
        add_names_of(&making, question->shards[i]);
    for (size_t i = 0; i < ruleset_workflow_count(question->after); i++)
        add_name(&making, ruleset_workflow(question->after, i)->name);
    for (size_t i = 0; i < making.name_count; i++)
        add_workflow(&making, making.names[i]);
    add_definitions(&making, "score", "scores", score_at);
    add_definitions(&making, "counter", "counters", counter_at);
    add_definitions(&making, "segment", "segments", segment_at);
    add_definitions(&making, "object", "objects", object_at);
}
