#include "engine/fold/contact_story.h"

#include <inttypes.h>

#include "engine/base/invariant.h"
#include "engine/base/text.h"
#include "engine/base/time.h"
#include "engine/fold/action.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/objects.h"
#include "engine/fold/run_story.h"
#include "engine/fold/shard_internal.h"

// --- lines
static void begin_line(struct contact_story *story, const char *what, int64_t time_ms)
{
    buffer_add_format(story->to, "{\"what\":\"%s\",\"time\":", what);
    json_add_time(story->to, time_ms);
}

static void end_line(struct contact_story *story)
{
    buffer_add_text(story->to, "}\n");
}

static void add_member(struct buffer *to, const char *key, struct bytes text)
{
    buffer_add_format(to, ",\"%s\":", key);
    text_add_json(to, text);
}

// --- what happens to the contact
static void take_event(struct contact_story *story)
{
    const struct fold *fold = &story->shard->fold;
    const struct event *event = fold->input;
    struct buffer *to = story->to;
    if (event_ref_index(fold->ref) == FRAME_INPUTS_MAX)
        return; // a timer
    begin_line(story, "event", fold->time_ms);
    add_member(to, "type", event->type_name);
    add_member(to, "source", event->source);
    add_member(to, "id", event->id);
    buffer_add_format(
        to,
        ",\"sequence\":%" PRIu64 ",\"index\":%" PRIu32 ",\"data\":", event_ref_sequence(fold->ref),
        event_ref_index(fold->ref));
    value_add_json(to, event->data);
    end_line(story);
}

static void add_place(struct buffer *to, const struct score_rule *rule)
{
    add_member(to, "file", bytes_text(rule->place.file));
    buffer_add_format(to, ",\"line\":%" PRIu32, rule->place.line);
}

// "promo" of "engagement/promo".
static struct bytes rule_of(struct bytes score, struct bytes rule)
{
    bool has_score = rule.len > score.len && memcmp(rule.data, score.data, score.len) == 0;
    return has_score ? bytes_of(rule.data + score.len + 1, rule.len - score.len - 1) : rule;
}

// Of a rule, of a step of a workflow, or given by hand.
static void take_entry(struct contact_story *story, const struct ledger_entry *entry)
{
    const struct fold *fold = &story->shard->fold;
    struct buffer *to = story->to;
    struct bytes score = names_text(fold->state, entry->score);
    uint32_t rule = name_index_find(&fold->binding.rule_of_name, entry->rule);
    begin_line(story, "points", fold->now_ms);
    add_member(to, "score", score);
    add_member(to, "rule", rule_of(score, names_text(fold->state, entry->rule)));
    buffer_add_text(to, ",\"points\":");
    milli_add(to, entry->points_milli);
    if (entry->cut_milli != 0) {
        buffer_add_text(to, ",\"limited\":");
        milli_add(to, -entry->cut_milli);
    }
    if (rule != NAME_INDEX_NONE)
        add_place(to, ruleset_rule(fold->ruleset, rule));
    end_line(story);
}

static void take_state(struct contact_story *story, const struct trace_point *point)
{
    const struct fold *fold = &story->shard->fold;
    begin_line(story, "points", fold->now_ms);
    add_member(story->to, "score", ruleset_score(fold->ruleset, point->rule->score)->name);
    add_member(story->to, "rule", point->rule->name);
    buffer_add_text(
        story->to, point->move == TRACE_ENTERED ? ",\"while\":true" : ",\"while\":false");
    add_place(story->to, point->rule);
    end_line(story);
}

static void take_segment(struct contact_story *story, const struct trace_point *point)
{
    begin_line(story, "segment", story->shard->fold.now_ms);
    add_member(story->to, "segment", point->segment->name);
    add_member(story->to, "state", bytes_text(point->move == TRACE_ENTERED ? "entered" : "left"));
    end_line(story);
}

static void take_object(struct contact_story *story, const struct object_told *told)
{
    struct buffer *to = story->to;
    if (told->deed != OBJECT_MADE && told->deed != OBJECT_CHANGED && told->deed != OBJECT_REMOVED)
        return;
    begin_line(story, "object", story->shard->fold.now_ms);
    add_member(to, "object", told->object->name);
    add_member(to, "key", told->key);
    add_member(to, "state", bytes_text(object_deed_text(told->deed)));
    buffer_add_text(to, ",\"from\":");
    value_add_json(to, told->from);
    buffer_add_text(to, ",\"to\":");
    value_add_json(to, told->to);
    end_line(story);
}

// --- what happens to its runs. False: it is another one than the one that is asked for.
static bool begin_run_line(
    struct contact_story *story,
    const char *what,
    const struct workflow_def *workflow,
    uint32_t number)
{
    struct fold *fold = &story->shard->fold;
    if (story->is_of_run) {
        char hex[HASH128_HEX_CHARS];
        hash128_hex(story->run, hex);
        if (!bytes_equal(action_run_text(fold, workflow, number), bytes_of(hex, sizeof(hex))))
            return false;
    }
    begin_line(story, what, fold->now_ms);
    buffer_add_u8(story->to, ',');
    run_story_add_run(fold, workflow, number, story->to);
    return true;
}

static void take_workflow(struct contact_story *story, const struct trace_point *point)
{
    const struct event *event = story->shard->fold.input;
    if (point->outcome != TRACE_MATCHED ||
        !begin_run_line(story, "run", point->workflow, point->occurrence))
        return;
    buffer_add_format(
        story->to,
        ",\"state\":\"started\",\"number\":%" PRIu32 ",\"cause\":{\"type\":", point->occurrence);
    text_add_json(story->to, event->type_name);
    add_member(story->to, "source", event->source);
    add_member(story->to, "id", event->id);
    buffer_add_u8(story->to, '}');
    add_member(story->to, "file", bytes_text(point->workflow->place.file));
    buffer_add_format(story->to, ",\"line\":%" PRIu32, point->workflow->place.line);
    end_line(story);
}

static void take_run(struct contact_story *story, const struct trace_run *of)
{
    if (!begin_run_line(story, "run", of->run->workflow, of->run->number))
        return;
    run_story_add_state(&story->shard->fold, of, story->to);
    end_line(story);
}

static void take_step(struct contact_story *story, const struct trace_point *point)
{
    if (point->done->kind == STEP_WAITS) // what it waits for is told next
        return;
    if (!begin_run_line(story, "step", point->run->workflow, point->run->number))
        return;
    run_story_add_step(&story->shard->fold, point->run, point->done, story->to);
    end_line(story);
}

// What stands behind the time of the line that was begun at `begin`.
static struct bytes behind_time(const struct buffer *to, size_t begin)
{
    static const char before[] = "{\"what\":\"action\",\"time\":\"\"";
    size_t at = begin + sizeof(before) - 1 + TIME_TEXT_CHARS;
    INVARIANT(at < to->len && to->data[at] == ',');
    return bytes_of(to->data + at, to->len - at);
}

static void take_action(struct contact_story *story, const struct trace_point *point)
{
    size_t begin = story->to->len;
    if (!begin_run_line(story, "action", point->action->workflow, point->action->run))
        return;
    run_story_add_action(&story->shard->fold, point, story->to);
    if (point->held == NULL) {
        buffer_add_varint(&story->emitted, story->shard->fold.sequence);
        buffer_add_sized(&story->emitted, behind_time(story->to, begin));
    }
    end_line(story);
}

// Each action of the frames is told again, as held back.
static void take_dropped(struct contact_story *story, const struct trace_point *point)
{
    struct cursor from = cursor_of(buffer_bytes(&story->emitted));
    while (cursor_left(&from) > 0) {
        uint64_t sequence = cursor_varint(&from);
        struct bytes line = cursor_sized(&from);
        if (sequence < point->first || sequence > point->last)
            continue;
        begin_line(story, "action", story->shard->fold.now_ms);
        buffer_add_bytes(story->to, line);
        run_story_add_dropped(story->to);
        end_line(story);
    }
    buffer_clear(&story->emitted); // no later drop is about frames before
}

static void take_contact(struct contact_story *story, const struct trace_point *point)
{
    if (story->is_of_run)
        return;
    if (point->step == TRACE_BEGIN)
        take_event(story);
    else if (point->step == TRACE_OBJECT)
        take_object(story, point->object);
    else if (point->step == TRACE_ENTRY)
        take_entry(story, point->entry);
    else if (point->step == TRACE_STATE)
        take_state(story, point);
    else if (point->step == TRACE_SEGMENT)
        take_segment(story, point);
}

static void take(void *context, const struct trace_point *point)
{
    struct contact_story *story = context;
    switch (point->step) {
    case TRACE_BEGIN:
    case TRACE_OBJECT:
    case TRACE_ENTRY:
    case TRACE_STATE:
    case TRACE_SEGMENT: take_contact(story, point); return;
    case TRACE_WORKFLOW: take_workflow(story, point); return;
    case TRACE_RUN: take_run(story, point->of_run); return;
    case TRACE_STEP: take_step(story, point); return;
    case TRACE_ACTION: take_action(story, point); return;
    case TRACE_EVENT:
    case TRACE_COUNTED:
    case TRACE_COUNTER:
    case TRACE_RULE:
    case TRACE_END: return;
    case TRACE_DROPPED: take_dropped(story, point); return;
    case TRACE_RULES:
        if (!story->is_of_run)
            rules_story_look(&story->rules, &story->shard->fold);
        return;
    case TRACE_RULES_TAKEN:
        if (!story->is_of_run)
            rules_story_tell(&story->rules, &story->shard->fold, story->to);
        return;
    }
}

struct trace contact_story_trace(struct contact_story *story, struct contact_number contact)
{
    return (struct trace){.tell = take, .context = story, .contact = contact};
}

void contact_story_free(struct contact_story *story)
{
    rules_story_free(&story->rules);
    buffer_free(&story->emitted);
}
