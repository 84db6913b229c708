#include "engine/fold/run_edit.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/fold/fold.h"
#include "engine/fold/run_flow.h"
#include "engine/fold/run_step.h"
#include "projections/contact_ask.h"
#include "projections/segments.h"

// What the rules in force have that the ones before have not, or in another form.
struct edited {
    const struct workflow_def *workflow;
    uint64_t hash_before; // 0: there was none of that name
};

struct edit {
    struct fold *fold;
    struct edited *changed;             // runs of it in flight are looked at
    const struct workflow_def **opened; // new, with `existing: include`
    struct name_id *gone;               // names of workflows that are no more
    size_t changed_count, opened_count, gone_count;
};

static void find_changes(struct edit *edit, const struct ruleset *before)
{
    const struct fold *fold = edit->fold;
    size_t count = ruleset_workflow_count(fold->ruleset);
    edit->changed = mem_alloc((count + 1) * sizeof(*edit->changed));
    edit->opened = mem_alloc((count + 1) * sizeof(*edit->opened));
    for (size_t i = 0; i < count; i++) {
        const struct workflow_def *workflow = ruleset_workflow(fold->ruleset, i);
        const struct workflow_def *old =
            before == NULL ? NULL : ruleset_workflow_find(before, workflow->name);
        if (old == NULL || old->hash != workflow->hash || old->pinned != NULL)
            edit->changed[edit->changed_count++] =
                (struct edited){workflow, old == NULL ? 0 : old->hash};
        if (old == NULL && workflow->has_existing && workflow->step_count > 0)
            edit->opened[edit->opened_count++] = workflow;
    }
    count = before == NULL ? 0 : ruleset_workflow_count(before);
    edit->gone = mem_alloc((count + 1) * sizeof(*edit->gone));
    for (size_t i = 0; i < count; i++) {
        struct bytes name = ruleset_workflow(before, i)->name;
        if (ruleset_workflow_find(fold->ruleset, name) == NULL)
            edit->gone[edit->gone_count++] = names_find(fold->state, NAME_WORKFLOW, name);
    }
}

// --- runs in flight
// Whether one that waits at the one step waits on at the other. What waits before an action has not come to the step: when
// it may go on is asked anew.
static bool waits_alike(const struct run *run, const struct workflow_step *to)
{
    if (run->waits_for_door)
        return false;
    bool is_due = run->due_ms != TIMER_NONE;
    return to->kind == STEP_WAIT && (is_due || to->wait.kind == WAIT_EVENT);
}

// To a wait it goes with the moment at which it is due; any other step it does at once.
static void move(struct fold *fold, struct run *run, uint32_t to)
{
    if (!waits_alike(run, &run->workflow->steps[to])) {
        run->waits_for_door = true;
        run->due_ms = fold->now_ms;
    }
    fold->counts.runs_moved++;
    run_put_at(fold, run, to);
}

static void cancel(struct fold *fold, struct run *run)
{
    fold->counts.runs_cancelled++;
    if (!fold->binding.has_waits) {
        run_end_untold(fold, run, RUN_STOPPED);
        return;
    }
    run->mark = RUN_CANCELLED;
    run->due_ms = fold->now_ms;
    (void)run_write(fold, run);
}

// It has not come to a step yet: the first one is that of the rules in force.
static void begin_anew(struct fold *fold, struct run *run)
{
    run_put_at(fold, run, 0);
}

// It ends as failed when it would go on: at once where nothing wakes runs any more.
static void strand(struct fold *fold, struct run *run)
{
    fold->counts.runs_stranded++;
    if (!fold->binding.has_waits)
        run_end_untold(fold, run, RUN_FAILED);
}

static uint32_t moved_to(const struct run *run)
{
    const struct workflow_def *workflow = run->workflow;
    for (uint32_t i = 0; i < workflow->move_count; i++) {
        if (run_step_hash(workflow->moves[i].from) == run->at_hash)
            return workflow->moves[i].to;
    }
    return STEP_NONE;
}

// Binds a run to the version that it goes on with from here on, where that is to be kept and the rules that come into force
// carry it (rules/pins.h); else to what is written now. True where its steps are those that it had before.
static bool stays(struct fold *fold, const struct edited *edited, struct run *run)
{
    const struct workflow_def *workflow = edited->workflow;
    uint64_t had = run->version == 0 ? edited->hash_before : run->version;
    bool is_same = had == workflow->hash;
    bool is_pinned = !is_same && workflow->edit == EDIT_PIN && had != 0;
    bool is_kept = is_pinned && workflow_version(workflow, had) != NULL;
    uint64_t version = is_kept ? had : 0;
    fold->counts.runs_unpinned += is_pinned && !is_kept;
    if (version != run->version) {
        fold->counts.runs_pinned += is_kept;
        run->version = version;
        run_bind(run, workflow);
        (void)run_write(fold, run);
    }
    return is_kept || is_same;
}

static void edit_run(struct fold *fold, const struct edited *edited, struct run *run)
{
    if (run->has_ended || run->mark == RUN_CANCELLED || stays(fold, edited, run))
        return;
    uint32_t to = moved_to(run);
    if (run->workflow->edit == EDIT_CANCEL)
        cancel(fold, run);
    else if (run->mark == RUN_BEGINS)
        begin_anew(fold, run);
    else if (to != STEP_NONE)
        move(fold, run, to);
    else if (run->at == STEP_NONE)
        strand(fold, run);
}

// --- contacts that are there
static void include_if(
    struct fold *fold, const struct workflow_def *workflow, const struct value_pair *pair)
{
    struct value data = value_map_of(pair, pair == NULL ? 0 : 1);
    struct run_start start = {
        .workflow = workflow,
        .data = data,
        .type = catalog_type(ruleset_catalog(fold->ruleset), workflow->on),
        .is_deferred = true,
    };
    expressions_set_event(&fold->expressions, start.type, data);
    uint64_t started = fold->counts.runs_started;
    if (workflow->condition == NULL || fold_condition(fold, workflow->condition)) {
        run_start_key(fold, &start);
        run_start(fold, &start);
    }
    fold->counts.runs_included += fold->counts.runs_started - started;
}

static void include_names(
    struct fold *fold,
    const struct workflow_def *workflow,
    enum contact_names which,
    struct bytes member)
{
    struct bytes name;
    uint32_t count = 0;
    for (size_t at = 0; contact_next_name(fold->state, fold->contact, which, &at, &name);)
        count++;
    struct bytes *names = arena_alloc(&fold->arena, count * sizeof(*names) + 1);
    count = 0;
    for (size_t at = 0; contact_next_name(fold->state, fold->contact, which, &at, &name);)
        names[count++] = arena_copy(&fold->arena, name); // what starts moves the contact's record
    for (uint32_t i = 0; i < count; i++) {
        const struct value_pair pair = {member, value_text(names[i])};
        include_if(fold, workflow, &pair);
    }
}

static void include_segments(struct fold *fold, const struct workflow_def *workflow)
{
    for (size_t i = 0; i < ruleset_segment_count(fold->ruleset); i++) {
        struct name_id name = fold->binding.segments[i];
        if (!segment_read(fold->state, fold->contact, name).is_member)
            continue;
        const struct value_pair pair = {
            BYTES_LITERAL("segment"), value_text(ruleset_segment(fold->ruleset, i)->name)};
        include_if(fold, workflow, &pair);
    }
}

// Each membership is asked for as if it had begun now.
static void include(struct fold *fold, const struct workflow_def *workflow)
{
    enum builtin on = BUILTIN_NONE;
    if (workflow_asks_membership(fold->ruleset, workflow))
        on = catalog_type(ruleset_catalog(fold->ruleset), workflow->on)->builtin;
    if (on == BUILTIN_SEGMENT_ENTERED)
        include_segments(fold, workflow);
    else if (on == BUILTIN_TAG_ADDED)
        include_names(fold, workflow, CONTACT_TAGS, BYTES_LITERAL("tag"));
    else if (on == BUILTIN_LIST_ADDED)
        include_names(fold, workflow, CONTACT_LISTS, BYTES_LITERAL("list"));
    else
        include_if(fold, workflow, NULL);
}

static void edit_contact(void *context, struct contact_number contact)
{
    struct edit *edit = context;
    struct fold *fold = edit->fold;
    fold->contact = contact;
    for (size_t i = 0; i < edit->gone_count; i++)
        fold->counts.runs_asleep += runs_waiting(fold, edit->gone[i]);
    for (size_t i = 0; i < edit->changed_count; i++) {
        uint32_t count = 0;
        const struct edited *edited = &edit->changed[i];
        struct run *runs = runs_read(fold, edited->workflow, &count);
        for (uint32_t j = 0; j < count; j++)
            edit_run(fold, edited, &runs[j]);
    }
    for (size_t i = 0; i < edit->opened_count; i++)
        include(fold, edit->opened[i]);
    arena_clear(&fold->arena);
    live_plan(fold);
}

void runs_edit(struct fold *fold, const struct ruleset *before)
{
    struct edit edit = {.fold = fold};
    if (fold->is_history)
        return;
    find_changes(&edit, before);
    if (edit.changed_count + edit.opened_count + edit.gone_count > 0) {
        fold->is_silent = true;
        fold->is_tried = false;
        fold->now_ms = fold->tick_ms;
        fold->ref = event_ref_of(fold->sequence, FRAME_INPUTS_MAX); // no input of the frame
        contacts_each(fold->state, edit_contact, &edit);
        expressions_set_event(&fold->expressions, NULL, (struct value){.kind = VALUE_ABSENT});
        fold->is_silent = false;
    }
    free(edit.changed);
    free(edit.opened);
    free(edit.gone);
}
