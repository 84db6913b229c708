// Which rules, workflows and segments the tests have reached.
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
};

// Rules, then segments, then workflows. False at the end.
static bool target_at(
    const struct ruleset *ruleset, const struct test_hits *hits, size_t index, struct target *out)
{
    if (index < ruleset_rule_count(ruleset)) {
        const struct score_rule *rule = ruleset_rule(ruleset, index);
        *out = (struct target){"scores", "rule", rule->state_name, rule->place, hits->rules[index]};
        return true;
    }
    index -= ruleset_rule_count(ruleset);
    if (index < ruleset_segment_count(ruleset)) {
        const struct segment_def *segment = ruleset_segment(ruleset, index);
        *out = (struct target){
            "segments", "segment", segment->name, segment->place, hits->segments[index]};
        return true;
    }
    index -= ruleset_segment_count(ruleset);
    if (index >= ruleset_workflow_count(ruleset))
        return false;
    const struct workflow_def *workflow = ruleset_workflow(ruleset, index);
    *out = (struct target){
        "workflows", "workflow", workflow->name, workflow->place, hits->workflows[index]};
    return true;
}

void test_coverage_add_unreached(
    struct buffer *to, const struct ruleset *ruleset, const struct test_hits *hits)
{
    struct target target;
    size_t count = 0;
    for (size_t i = 0; target_at(ruleset, hits, i, &target); i++) {
        if (target.hits > 0 || count++ >= TEST_UNREACHED_SHOWN)
            continue;
        buffer_add_format(to, "not reached by any test: %s.", target.section);
        buffer_add_bytes(to, target.name);
        buffer_add_format(to, " (%s:%" PRIu32 ")\n", target.place.file, target.place.line);
    }
    if (count > TEST_UNREACHED_SHOWN)
        buffer_add_format(
            to, "not reached by any test: %zu more, --coverage lists all\n",
            count - TEST_UNREACHED_SHOWN);
}

void test_coverage_add_table(
    struct buffer *to, const struct ruleset *ruleset, const struct test_hits *hits)
{
    static const struct table_column columns[] = {
        {"KIND", TABLE_LEFT}, {"NAME", TABLE_LEFT}, {"HITS", TABLE_RIGHT}, {"PLACE", TABLE_LEFT}};
    struct table table;
    struct target target;
    struct buffer place = {0};
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; target_at(ruleset, hits, i, &target); i++) {
        buffer_clear(&place);
        buffer_add_format(&place, "%s:%" PRIu32, target.place.file, target.place.line);
        table_add_text(&table, target.kind);
        table_add(&table, target.name);
        table_add_number(&table, target.hits);
        table_add(&table, buffer_bytes(&place));
    }
    table_print(&table, to);
    table_free(&table);
    buffer_free(&place);
}

void test_coverage_add_json(
    struct buffer *to, const struct ruleset *ruleset, const struct test_hits *hits)
{
    struct target target;
    buffer_add_u8(to, '[');
    for (size_t i = 0; target_at(ruleset, hits, i, &target); i++) {
        buffer_add_format(to, "%s{\"kind\":\"%s\",\"name\":", i == 0 ? "" : ",", target.kind);
        text_add_json(to, target.name);
        buffer_add_text(to, ",\"file\":");
        text_add_json(to, bytes_text(target.place.file));
        buffer_add_format(
            to, ",\"line\":%" PRIu32 ",\"hits\":%" PRIu64 "}", target.place.line, target.hits);
    }
    buffer_add_u8(to, ']');
}
