// What may be the reason that a test failed.
#include "tools/engagectl/test_notes.h"

#include <inttypes.h>
#include <string.h>

#include "engine/fold/failures.h"

enum { FAILURES_SHOWN = 5 };

// --- expressions
// Which expressions a kind of difference may come from.
static const struct {
    const char *what, *section;
} sections[] = {
    {"score ", "scores."},
    {"band of ", "scores."},
    {"segment ", "segments."},
    {"counter ", "counters."},
};
enum { SECTION_COUNT = sizeof(sections) / sizeof(sections[0]) };

static bool begins_with(struct bytes text, const char *with)
{
    size_t len = strlen(with);
    return text.len >= len && memcmp(text.data, with, len) == 0;
}

// "scores.engagement/order if" is of "engagement".
static bool is_of(const char *rule, const char *section, struct bytes name)
{
    size_t len = strlen(section);
    if (strncmp(rule, section, len) != 0 || strlen(rule) < len + name.len ||
        memcmp(rule + len, name.data, name.len) != 0)
        return false;
    char next = rule[len + name.len];
    return next == '/' || next == ' ' || next == '\0';
}

// Actions and what was at work may come of anything; tags, fields and the like of no expression.
static bool may_explain(const char *rule, const struct test_difference *difference)
{
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        size_t len = strlen(sections[i].what);
        if (begins_with(difference->what, sections[i].what))
            return is_of(
                rule, sections[i].section,
                bytes_of(difference->what.data + len, difference->what.len - len));
    }
    return bytes_equal_text(difference->what, "actions") ||
           bytes_equal_text(difference->what, "because");
}

static bool is_telling(const char *rule, const struct test_result *result)
{
    const struct test_difference *difference = result->first;
    while (difference != NULL && !may_explain(rule, difference))
        difference = difference->next;
    return difference != NULL;
}

static void note_failures(struct test_result *result, const struct shard *shard)
{
    const struct failures *failures = shard_failures(shard);
    uint32_t count = 0;
    for (uint32_t i = 0; i < failures->count; i++) {
        const struct failure *failure = &failures->items[i];
        if (!is_telling(failure->rule, result) || ++count > FAILURES_SHOWN)
            continue;
        if (failure->count == 1)
            test_result_add_note(result, "%s failed: %s", failure->rule, failure->why);
        else
            test_result_add_note(
                result, "%s failed %" PRIu64 " times, the last time: %s", failure->rule,
                failure->count, failure->why);
    }
    if (count > FAILURES_SHOWN)
        test_result_add_note(result, "%" PRIu32 " more expressions failed", count - FAILURES_SHOWN);
}

// --- the rest
static void note_count(struct test_result *result, uint64_t count, const char *what)
{
    if (count == 1)
        test_result_add_note(result, "%s", what);
    else if (count > 1)
        test_result_add_note(result, "%s (%" PRIu64 " times)", what, count);
}

void test_notes_add(struct test_result *result, const struct shard *shard)
{
    struct shard_counts counts;
    shard_counts(shard, &counts);
    note_failures(result, shard);
    note_count(result, counts.rules_limited, "a rule had reached its limit");
    note_count(result, counts.actions_held_consent, "an action was held back: no consent");
    note_count(result, counts.actions_held_dnd, "an action was held back: not to be disturbed");
    note_count(
        result, counts.actions_held_missing, "an action was held back: a parameter had no value");
    note_count(
        result, counts.actions_held_limit, "an action was held back: too many for one event");
    note_count(result, counts.actions_held_quiet, "an action was held back: quiet hours");
    note_count(result, counts.actions_held_over, "an action was held back: over its limit");
    note_count(result, counts.actions_delayed, "an action was delayed");
    note_count(result, counts.fields_refused, "a field was not set: a value of another type");
    note_count(
        result, counts.derived_too_deep, "a derived event was left out: too deep, or too many");
}
