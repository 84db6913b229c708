// Which rules, segments, workflows and their steps the tests have reached.
#include "tools/engagectl/test_coverage.h"

#include <inttypes.h>

#include "engine/base/text.h"
#include "tools/engagectl/table.h"

// One thing that can be reached.
struct target {
    const char *section, *kind; // "scores", "rule"
    struct bytes name;
    struct rule_place place;
    uint64_t hits;
    bool is_behind; // what leads to it was not reached either, or what it leads to stands for it
};
typedef void target_fn(void *context, const struct target *target);

// --- steps: "welcome/first", and the ways on from them, "welcome/first then"
struct walk {
    const struct ruleset *ruleset;
    const struct test_hits *hits;
    target_fn *each;
    void *context;
    struct buffer name;
};

static void tell_branches(
    struct walk *walk, const struct workflow_def *workflow, uint32_t index, size_t name_len)
{
    const struct workflow_step *step = &workflow->steps[index];
    uint32_t base = walk->hits->step_base[workflow->index];
    for (uint32_t i = 0; i < test_branch_count(step); i++) {
        uint32_t to = 0;
        struct bytes name = test_branch(step, i, &to);
        walk->name.len = name_len;
        buffer_add_u8(&walk->name, ' ');
        buffer_add_bytes(&walk->name, name);
        const struct target target = {
            .section = "workflows",
            .kind = "branch",
            .name = buffer_bytes(&walk->name),
            .place = step->place,
            .hits = walk->hits->branches[walk->hits->branch_base[base + index] + i],
            .is_behind = walk->hits->steps[base + index] == 0 ||
                         (to != STEP_NONE && walk->hits->steps[base + to] == 0),
        };
        walk->each(walk->context, &target);
    }
}

static void tell_steps(struct walk *walk, const struct workflow_def *workflow)
{
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        buffer_clear(&walk->name);
        buffer_add_bytes(&walk->name, workflow->name);
        buffer_add_u8(&walk->name, '/');
        buffer_add_bytes(&walk->name, workflow->steps[i].id);
        const struct target target = {
            .section = "workflows",
            .kind = "step",
            .name = buffer_bytes(&walk->name),
            .place = workflow->steps[i].place,
            .hits = walk->hits->steps[walk->hits->step_base[workflow->index] + i],
            .is_behind = walk->hits->workflows[workflow->index] == 0,
        };
        walk->each(walk->context, &target);
        tell_branches(walk, workflow, i, walk->name.len);
    }
}

// Rules, then segments, then workflows, each with its steps.
static void each_target(
    const struct ruleset *ruleset, const struct test_hits *hits, target_fn *each, void *context)
{
    struct walk walk = {.ruleset = ruleset, .hits = hits, .each = each, .context = context};
    for (size_t i = 0; i < ruleset_rule_count(ruleset); i++) {
        const struct score_rule *rule = ruleset_rule(ruleset, i);
        each(
            context, &(struct target){
                         "scores", "rule", rule->state_name, rule->place, hits->rules[i], false});
    }
    for (size_t i = 0; i < ruleset_segment_count(ruleset); i++) {
        const struct segment_def *segment = ruleset_segment(ruleset, i);
        each(
            context,
            &(struct target){
                "segments", "segment", segment->name, segment->place, hits->segments[i], false});
    }
    for (size_t i = 0; i < ruleset_workflow_count(ruleset); i++) {
        const struct workflow_def *workflow = ruleset_workflow(ruleset, i);
        each(
            context, &(struct target){
                         "workflows", "workflow", workflow->name, workflow->place,
                         hits->workflows[i], false});
        tell_steps(&walk, workflow);
    }
    buffer_free(&walk.name);
}

// --- what was not reached
struct unreached {
    struct buffer *to;
    size_t count;
};

static void add_unreached(void *context, const struct target *target)
{
    struct unreached *unreached = context;
    if (target->hits > 0 || target->is_behind || unreached->count++ >= TEST_UNREACHED_SHOWN)
        return;
    buffer_add_format(unreached->to, "not reached by any test: %s.", target->section);
    buffer_add_bytes(unreached->to, target->name);
    buffer_add_format(unreached->to, " (%s:%" PRIu32 ")\n", target->place.file, target->place.line);
}

void test_coverage_add_unreached(
    struct buffer *to, const struct ruleset *ruleset, const struct test_hits *hits)
{
    struct unreached unreached = {.to = to};
    each_target(ruleset, hits, add_unreached, &unreached);
    if (unreached.count > TEST_UNREACHED_SHOWN)
        buffer_add_format(
            to, "not reached by any test: %zu more, --coverage lists all\n",
            unreached.count - TEST_UNREACHED_SHOWN);
}

// --- all
static void add_row(void *context, const struct target *target)
{
    struct table *table = context;
    struct buffer place = {0};
    buffer_add_format(&place, "%s:%" PRIu32, target->place.file, target->place.line);
    table_add_text(table, target->kind);
    table_add(table, target->name);
    table_add_number(table, target->hits);
    table_add(table, buffer_bytes(&place));
    buffer_free(&place);
}

void test_coverage_add_table(
    struct buffer *to, const struct ruleset *ruleset, const struct test_hits *hits)
{
    static const struct table_column columns[] = {
        {"KIND", TABLE_LEFT}, {"NAME", TABLE_LEFT}, {"HITS", TABLE_RIGHT}, {"PLACE", TABLE_LEFT}};
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    each_target(ruleset, hits, add_row, &table);
    table_print(&table, to);
    table_free(&table);
}

static void add_item(void *context, const struct target *target)
{
    struct buffer *to = context;
    buffer_add_format(
        to, "%s{\"kind\":\"%s\",\"name\":", to->data[to->len - 1] == '[' ? "" : ",", target->kind);
    text_add_json(to, target->name);
    buffer_add_text(to, ",\"file\":");
    text_add_json(to, bytes_text(target->place.file));
    buffer_add_format(
        to, ",\"line\":%" PRIu32 ",\"hits\":%" PRIu64 "}", target->place.line, target->hits);
}

void test_coverage_add_json(
    struct buffer *to, const struct ruleset *ruleset, const struct test_hits *hits)
{
    buffer_add_u8(to, '[');
    each_target(ruleset, hits, add_item, to);
    buffer_add_u8(to, ']');
}
