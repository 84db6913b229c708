#include "engine/fold/event_story.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/fold/action.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/counter.h"
#include "engine/fold/event_why.h"
#include "engine/fold/objects.h"
#include "engine/fold/run_story.h"
#include "engine/fold/shard_internal.h"
#include "projections/scores.h"
#include "projections/segments.h"

// --- parts of the JSON
static void add_member(struct buffer *to, const char *key, struct bytes text)
{
    buffer_add_format(to, ",\"%s\":", key);
    text_add_json(to, text);
}

static void add_milli(struct buffer *to, const char *key, int64_t milli)
{
    buffer_add_format(to, ",\"%s\":", key);
    milli_add(to, milli);
}

static void add_place(struct buffer *to, struct rule_place place)
{
    add_member(to, "file", bytes_text(place.file));
    buffer_add_format(to, ",\"line\":%" PRIu32, place.line);
}

static void begin_item(struct buffer *list, const char *key, struct bytes name)
{
    buffer_add_text(list, list->len > 0 ? ",{" : "{");
    buffer_add_format(list, "\"%s\":", key);
    text_add_json(list, name);
}

// --- what is tried
static struct event_matches *in_hand(struct event_story *story)
{
    return story->depth == 0 ? &story->own : &story->derived;
}

static void add_not_matched(
    struct event_story *story, struct buffer *to, const struct trace_point *point)
{
    why_add_not_true(&story->shard->fold, point->expression, to);
}

// What the counter says now.
static void add_count(
    struct event_story *story, const struct counter_def *counter, struct buffer *to)
{
    struct fold *fold = &story->shard->fold;
    const struct counter_place place = fold_counter_place(fold, counter->index);
    struct cel_eval eval = {.host = NULL};
    struct cel_value value;
    buffer_add_text(to, ",\"outcome\":\"matched\"");
    if (counter_value(&place, fold->now_ms, &eval, &value)) {
        buffer_add_text(to, ",\"value\":");
        seen_add(to, &eval, value);
    }
    cel_eval_free(&eval);
}

static void take_counter(struct event_story *story, const struct trace_point *point)
{
    struct buffer *to = &in_hand(story)->counters;
    begin_item(to, "counter", point->counter->name);
    if (point->outcome == TRACE_MATCHED)
        add_count(story, point->counter, to);
    else
        add_not_matched(story, to, point);
    add_place(to, point->counter->place);
    buffer_add_u8(to, '}');
}

static void take_object(struct event_story *story, const struct object_told *told)
{
    struct buffer *to = &in_hand(story)->objects;
    begin_item(to, "object", told->object->name);
    if (told->deed != OBJECT_NO_KEY)
        add_member(to, "key", told->key);
    add_member(to, "outcome", bytes_text(object_deed_text(told->deed)));
    if (told->deed == OBJECT_MADE || told->deed == OBJECT_CHANGED || told->deed == OBJECT_REMOVED) {
        buffer_add_text(to, ",\"from\":");
        value_add_json(to, told->from);
        buffer_add_text(to, ",\"to\":");
        value_add_json(to, told->to);
    }
    add_place(to, told->object->place);
    buffer_add_u8(to, '}');
}

static void take_rule(struct event_story *story, const struct trace_point *point)
{
    struct fold *fold = &story->shard->fold;
    struct buffer *to = &in_hand(story)->rules;
    begin_item(to, "score", ruleset_score(fold->ruleset, point->rule->score)->name);
    add_member(to, "rule", point->rule->name);
    switch (point->outcome) {
    case TRACE_MATCHED:
        buffer_add_text(to, ",\"outcome\":\"matched\"");
        add_milli(to, "points", point->entry->points_milli);
        if (point->entry->cut_milli != 0)
            add_milli(to, "limited", -point->entry->cut_milli);
        break;
    case TRACE_NOT_TRUE: add_not_matched(story, to, point); break;
    case TRACE_LIMITED: why_add_limited(fold, &point->rule->limit, to); break;
    }
    add_place(to, point->rule->place);
    buffer_add_u8(to, '}');
}

// --- workflows: one is open until it is known that no action follows
static void close_workflow(struct event_matches *matches)
{
    if (!matches->is_workflow_open)
        return;
    buffer_add_text(&matches->workflows, matches->actions > 0 ? "]}" : "}");
    matches->is_workflow_open = false;
    matches->actions = 0;
}

static void take_workflow(struct event_story *story, const struct trace_point *point)
{
    struct event_matches *matches = in_hand(story);
    struct buffer *to = &matches->workflows;
    close_workflow(matches);
    begin_item(to, "workflow", point->workflow->name);
    switch (point->outcome) {
    case TRACE_MATCHED:
        buffer_add_format(to, ",\"outcome\":\"matched\",\"run\":%" PRIu32, point->occurrence);
        add_member(
            to, "run_id", action_run_text(&story->shard->fold, point->workflow, point->occurrence));
        break;
    case TRACE_NOT_TRUE: add_not_matched(story, to, point); break;
    case TRACE_LIMITED:
        run_story_add_limited(&story->shard->fold, point->workflow, point->run, to);
        break;
    }
    add_place(to, point->workflow->place);
    matches->is_workflow_open = true;
    matches->open_workflow = point->workflow;
    matches->open_run = point->occurrence;
}

// --- runs
static bool is_of_open(
    const struct event_matches *matches, const struct workflow_def *workflow, uint32_t number)
{
    return matches->is_workflow_open && matches->open_workflow == workflow &&
           matches->open_run == number;
}

static void begin_run_line(
    struct event_story *story, const struct workflow_def *workflow, uint32_t number)
{
    struct buffer *to = &in_hand(story)->runs;
    buffer_add_text(to, to->len > 0 ? ",{" : "{");
    run_story_add_run(&story->shard->fold, workflow, number, to);
}

// A run that began with this event and came to its end is told with its workflow.
static void take_run(struct event_story *story, const struct trace_run *of)
{
    struct event_matches *matches = in_hand(story);
    const struct run *run = of->run;
    if (of->kind == TRACE_RUN_ENDS && of->outcome == RUN_DONE &&
        is_of_open(matches, run->workflow, run->number))
        return;
    begin_run_line(story, run->workflow, run->number);
    run_story_add_state(&story->shard->fold, of, &matches->runs);
    buffer_add_u8(&matches->runs, '}');
}

static void take_step(struct event_story *story, const struct trace_point *point)
{
    if (!point->done->has_failed)
        return;
    begin_run_line(story, point->run->workflow, point->run->number);
    run_story_add_step(&story->shard->fold, point->run, point->done, &in_hand(story)->runs);
    buffer_add_u8(&in_hand(story)->runs, '}');
}

// An action of a run that waited.
static void take_later_action(struct event_story *story, const struct trace_point *point)
{
    begin_run_line(story, point->action->workflow, point->action->run);
    run_story_add_action(&story->shard->fold, point, &in_hand(story)->runs);
    if (point->held == NULL && story->is_dropped)
        run_story_add_dropped(&in_hand(story)->runs);
    buffer_add_u8(&in_hand(story)->runs, '}');
}

static void take_action(struct event_story *story, const struct trace_point *point)
{
    struct event_matches *matches = in_hand(story);
    struct buffer *to = &matches->workflows;
    const struct ruleset *ruleset = story->shard->fold.ruleset;
    if (!is_of_open(matches, point->action->workflow, point->action->run)) {
        take_later_action(story, point);
        return;
    }
    buffer_add_text(to, matches->actions++ == 0 ? ",\"actions\":[{\"action\":" : ",{\"action\":");
    text_add_json(to, ruleset_action(ruleset, point->action->step->action)->name);
    add_member(to, "step", point->action->step->id);
    if (point->held != NULL) {
        add_member(to, "held", bytes_text(point->held));
        if (point->until_ms != 0) {
            buffer_add_text(to, ",\"until\":");
            json_add_time(to, point->until_ms);
        }
    } else {
        buffer_add_text(to, ",\"id\":");
        json_add_hex128(to, point->id);
        if (story->is_dropped)
            run_story_add_dropped(to);
    }
    buffer_add_u8(to, '}');
}

// --- events
static void add_matches(const struct event_matches *matches, struct buffer *to)
{
    if (matches->objects.len > 0) {
        buffer_add_text(to, ",\"objects\":[");
        buffer_add_bytes(to, buffer_bytes(&matches->objects));
        buffer_add_u8(to, ']');
    }
    buffer_add_text(to, ",\"counters\":[");
    buffer_add_bytes(to, buffer_bytes(&matches->counters));
    buffer_add_text(to, "],\"rules\":[");
    buffer_add_bytes(to, buffer_bytes(&matches->rules));
    buffer_add_text(to, "],\"workflows\":[");
    buffer_add_bytes(to, buffer_bytes(&matches->workflows));
    buffer_add_u8(to, ']');
    if (matches->runs.len == 0)
        return;
    buffer_add_text(to, ",\"runs\":[");
    buffer_add_bytes(to, buffer_bytes(&matches->runs));
    buffer_add_u8(to, ']');
}

static void close_derived(struct event_story *story)
{
    struct event_matches *matches = &story->derived;
    struct buffer *to = &story->all_derived;
    close_workflow(&story->own);
    close_workflow(matches);
    if (matches->event.len == 0)
        return;
    buffer_add_text(to, to->len > 0 ? ",{\"event\":" : "{\"event\":");
    buffer_add_bytes(to, buffer_bytes(&matches->event));
    add_matches(matches, to);
    buffer_add_u8(to, '}');
    buffer_clear(&matches->event);
    buffer_clear(&matches->objects);
    buffer_clear(&matches->counters);
    buffer_clear(&matches->rules);
    buffer_clear(&matches->workflows);
    buffer_clear(&matches->runs);
}

static void take_event(struct event_story *story, const struct trace_point *point)
{
    const struct catalog *catalog = ruleset_catalog(story->shard->fold.ruleset);
    struct buffer *to = &story->derived.event;
    story->depth = point->depth;
    if (point->depth == 0)
        return;
    close_derived(story);
    buffer_add_text(to, "{\"type\":");
    text_add_json(to, catalog_type(catalog, point->type)->name);
    buffer_add_format(to, ",\"depth\":%" PRIu32 ",\"data\":", point->depth);
    value_add_json(to, point->data);
    buffer_add_u8(to, '}');
}

// --- before and behind
static void add_contact(struct event_story *story, struct buffer *to)
{
    struct fold *fold = &story->shard->fold;
    struct arena arena = {0};
    struct contact_view view;
    struct buffer id = {0};
    if (contact_read(fold->state, fold->contact, &arena, &view) == ERR_OK) {
        contact_add_id(&id, &view);
        add_member(to, "contact", buffer_bytes(&id));
        if (view.events == 0)
            buffer_add_text(to, ",\"new\":true");
    }
    buffer_free(&id);
    arena_free(&arena);
}

static void take_begin(struct event_story *story)
{
    struct fold *fold = &story->shard->fold;
    const struct event *event = fold->input;
    struct buffer *to = &story->head;
    size_t scores = ruleset_score_count(fold->ruleset);
    size_t segments = ruleset_segment_count(fold->ruleset);
    buffer_add_text(to, "{\"event\":{\"source\":");
    text_add_json(to, event->source);
    add_member(to, "id", event->id);
    add_member(to, "type", event->type_name);
    buffer_add_text(to, ",\"time\":");
    json_add_time(to, fold->time_ms);
    buffer_add_format(
        to, ",\"shard\":%" PRIu32 ",\"sequence\":%" PRIu64 ",\"index\":%" PRIu32 ",\"data\":",
        story->shard->params.shard, event_ref_sequence(fold->ref), event_ref_index(fold->ref));
    value_add_json(to, event->data);
    buffer_add_text(to, "},\"tick\":");
    json_add_time(to, fold->now_ms);
    buffer_add_text(to, ",\"ruleset\":");
    json_add_hex64(to, ruleset_hash(fold->ruleset));
    add_contact(story, to);
    story->shown_before = mem_zero(scores + 1, sizeof(*story->shown_before));
    story->was_member = mem_zero(segments + 1, sizeof(*story->was_member));
    for (size_t i = 0; i < scores; i++)
        story->shown_before[i] = score_shown(fold->state, fold->contact, fold->binding.scores[i]);
    for (size_t i = 0; i < segments; i++)
        story->was_member[i] =
            segment_read(fold->state, fold->contact, fold->binding.segments[i]).is_member;
}

static void add_score_change(
    struct buffer *to, const struct score_def *score, int64_t from_milli, int64_t to_milli)
{
    struct bytes from_band = score_def_band(score, from_milli);
    struct bytes to_band = score_def_band(score, to_milli);
    begin_item(to, "score", score->name);
    add_milli(to, "from", from_milli);
    add_milli(to, "to", to_milli);
    if (!bytes_equal(from_band, to_band)) {
        add_member(to, "from_band", from_band);
        add_member(to, "to_band", to_band);
    }
    buffer_add_u8(to, '}');
}

static void take_end(struct event_story *story)
{
    const struct fold *fold = &story->shard->fold;
    struct buffer list = {0};
    close_derived(story);
    for (size_t i = 0; i < ruleset_score_count(fold->ruleset); i++) {
        int64_t milli = score_shown(fold->state, fold->contact, fold->binding.scores[i]);
        if (milli != story->shown_before[i])
            add_score_change(&list, ruleset_score(fold->ruleset, i), story->shown_before[i], milli);
    }
    buffer_add_text(&story->tail, ",\"scores\":[");
    buffer_add_bytes(&story->tail, buffer_bytes(&list));
    buffer_clear(&list);
    for (size_t i = 0; i < ruleset_segment_count(fold->ruleset); i++) {
        bool is_member =
            segment_read(fold->state, fold->contact, fold->binding.segments[i]).is_member;
        if (is_member == story->was_member[i])
            continue;
        begin_item(&list, "segment", ruleset_segment(fold->ruleset, i)->name);
        buffer_add_text(&list, is_member ? ",\"change\":\"entered\"}" : ",\"change\":\"left\"}");
    }
    buffer_add_text(&story->tail, "],\"segments\":[");
    buffer_add_bytes(&story->tail, buffer_bytes(&list));
    buffer_add_text(&story->tail, "]}");
    buffer_free(&list);
    story->is_told = true;
}

static void take(void *context, const struct trace_point *point)
{
    struct event_story *story = context;
    switch (point->step) {
    case TRACE_BEGIN: take_begin(story); return;
    case TRACE_EVENT: take_event(story, point); return;
    case TRACE_COUNTED:
        if (story->depth == 0)
            buffer_add_text(&story->head, ",\"counted_before\":true");
        return;
    case TRACE_OBJECT: take_object(story, point->object); return;
    case TRACE_COUNTER: take_counter(story, point); return;
    case TRACE_RULE: take_rule(story, point); return;
    case TRACE_WORKFLOW: take_workflow(story, point); return;
    case TRACE_RUN: take_run(story, point->of_run); return;
    case TRACE_STEP: take_step(story, point); return;
    case TRACE_SEGMENT:
    case TRACE_STATE:
    case TRACE_ENTRY: return; // what they make is told at the end
    case TRACE_RULES:
    case TRACE_RULES_TAKEN:
    case TRACE_DROPPED: return; // told of a contact
    case TRACE_ACTION: take_action(story, point); return;
    case TRACE_END: take_end(story); return;
    }
}

struct trace event_story_trace(struct event_story *story, struct event_ref of)
{
    return (struct trace){.tell = take, .context = story, .of = of};
}

bool event_story_is_told(const struct event_story *story)
{
    return story->is_told;
}

void event_story_add(const struct event_story *story, struct buffer *to)
{
    buffer_add_bytes(to, buffer_bytes(&story->head));
    add_matches(&story->own, to);
    buffer_add_text(to, ",\"derived\":[");
    buffer_add_bytes(to, buffer_bytes(&story->all_derived));
    buffer_add_u8(to, ']');
    buffer_add_bytes(to, buffer_bytes(&story->tail));
}

static void matches_free(struct event_matches *matches)
{
    buffer_free(&matches->event);
    buffer_free(&matches->objects);
    buffer_free(&matches->counters);
    buffer_free(&matches->rules);
    buffer_free(&matches->workflows);
    buffer_free(&matches->runs);
}

void event_story_free(struct event_story *story)
{
    matches_free(&story->own);
    matches_free(&story->derived);
    buffer_free(&story->head);
    buffer_free(&story->tail);
    buffer_free(&story->all_derived);
    free(story->shown_before);
    free(story->was_member);
}
