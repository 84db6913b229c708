#include "engine/fold/rules_story.h"

#include "engine/base/text.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/fold.h"
#include "engine/fold/scoring.h"
#include "projections/segments.h"

// A segment that the contact belongs to, or a score and its value.
struct rules_known {
    struct bytes name;
    int64_t value_milli;
    bool is_met; // the new rules have it, too
};

static bool is_member(struct fold *fold, size_t segment)
{
    return segment_read(fold->state, fold->contact, fold->binding.segments[segment]).is_member;
}

static int64_t value_of(struct fold *fold, size_t score)
{
    return fold_score_value(fold, (uint32_t)score, fold->now_ms).shown_milli;
}

static struct rules_known *find(struct rules_known *list, size_t count, struct bytes name)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes_equal(list[i].name, name))
            return &list[i];
    }
    return NULL;
}

void rules_story_look(struct rules_story *story, struct fold *fold)
{
    const struct ruleset *ruleset = fold->ruleset;
    arena_clear(&story->arena);
    story->segment_count = story->score_count = 0;
    if (ruleset == NULL)
        return;
    size_t segments = ruleset_segment_count(ruleset), scores = ruleset_score_count(ruleset);
    story->segments = arena_alloc(&story->arena, (segments + 1) * sizeof(*story->segments));
    story->scores = arena_alloc(&story->arena, (scores + 1) * sizeof(*story->scores));
    for (size_t i = 0; i < segments; i++) {
        if (is_member(fold, i))
            story->segments[story->segment_count++] = (struct rules_known){
                .name = arena_copy(&story->arena, ruleset_segment(ruleset, i)->name)};
    }
    for (size_t i = 0; i < scores; i++) {
        struct bytes name = ruleset_score(ruleset, i)->name;
        story->scores[story->score_count++] = (struct rules_known){
            .name = arena_copy(&story->arena, name), .value_milli = value_of(fold, i)};
    }
}

// --- telling
static void add_line(
    struct buffer *to, const struct fold *fold, const char *what, struct bytes name)
{
    buffer_add_format(to, "{\"what\":\"%s\",\"time\":", what);
    json_add_time(to, fold->now_ms);
    buffer_add_format(to, ",\"%s\":", what);
    text_add_json(to, name);
}

static void tell_segment(
    struct buffer *to, const struct fold *fold, struct bytes name, const char *state)
{
    add_line(to, fold, "segment", name);
    buffer_add_format(to, ",\"state\":\"%s\",\"by\":\"rules\"}\n", state);
}

static void tell_segments(struct rules_story *story, struct fold *fold, struct buffer *to)
{
    for (size_t i = 0; i < ruleset_segment_count(fold->ruleset); i++) {
        struct bytes name = ruleset_segment(fold->ruleset, i)->name;
        struct rules_known *before = find(story->segments, story->segment_count, name);
        bool is_now = is_member(fold, i);
        if (before != NULL)
            before->is_met = is_now;
        else if (is_now)
            tell_segment(to, fold, name, "entered");
    }
    for (size_t i = 0; i < story->segment_count; i++) {
        if (!story->segments[i].is_met)
            tell_segment(to, fold, story->segments[i].name, "left");
    }
}

static void tell_scores(struct rules_story *story, struct fold *fold, struct buffer *to)
{
    for (size_t i = 0; i < ruleset_score_count(fold->ruleset); i++) {
        struct bytes name = ruleset_score(fold->ruleset, i)->name;
        struct rules_known *before = find(story->scores, story->score_count, name);
        int64_t from_milli = before == NULL ? 0 : before->value_milli;
        int64_t to_milli = value_of(fold, i);
        if (before != NULL)
            before->is_met = true;
        if (from_milli == to_milli)
            continue;
        add_line(to, fold, "score", name);
        buffer_add_text(to, ",\"from\":");
        milli_add(to, from_milli);
        buffer_add_text(to, ",\"to\":");
        milli_add(to, to_milli);
        buffer_add_text(to, ",\"by\":\"rules\"}\n");
    }
    for (size_t i = 0; i < story->score_count; i++) {
        const struct rules_known *before = &story->scores[i];
        if (before->is_met || before->value_milli == 0)
            continue;
        add_line(to, fold, "score", before->name);
        buffer_add_text(to, ",\"from\":");
        milli_add(to, before->value_milli);
        buffer_add_text(to, ",\"to\":null,\"by\":\"rules\"}\n");
    }
}

void rules_story_tell(struct rules_story *story, struct fold *fold, struct buffer *to)
{
    tell_scores(story, fold, to);
    tell_segments(story, fold, to);
    story->segment_count = story->score_count = 0;
}

void rules_story_free(struct rules_story *story)
{
    arena_free(&story->arena);
}
