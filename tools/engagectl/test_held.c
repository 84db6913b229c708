#include "tools/engagectl/test_held.h"

#include <inttypes.h>

#include "engine/base/time.h"
#include "projections/timers.h"

static const struct test_deed *next_held(const struct test_deeds *deeds, size_t *at)
{
    while (*at < deeds->log->count) {
        const struct test_deed *deed = &deeds->log->deeds[(*at)++];
        if (deed->kind == TEST_DEED_HELD && deed->contact.value == deeds->contact.value)
            return deed;
    }
    return NULL;
}

static bool is_held(
    const struct test_deeds *deeds, const struct test_held *expected, const struct test_deed *deed)
{
    if (!bytes_equal(ruleset_action(deeds->ruleset, expected->action)->name, deed->name))
        return false;
    if (expected->because.len > 0 &&
        !bytes_equal_text(expected->because, hold_reason_text(deed->hold.reason)))
        return false;
    return !expected->has_until || expected->until_ms == deed->hold.until_ms;
}

bool test_held_are(const struct test_deeds *deeds, const struct test_expectation *expectation)
{
    size_t at = deeds->from;
    for (uint32_t i = 0; i < expectation->held_count; i++) {
        const struct test_deed *deed = next_held(deeds, &at);
        if (deed == NULL || !is_held(deeds, &expectation->held[i], deed))
            return false;
    }
    return next_held(deeds, &at) == NULL;
}

// --- printed
static void add_until(struct buffer *to, int64_t until_ms)
{
    char text[TIME_TEXT_CHARS];
    time_print(until_ms, text);
    buffer_add_text(to, " until ");
    buffer_add_bytes(to, bytes_of(text, sizeof(text)));
}

static void begin_line(struct buffer *to, uint32_t index, struct bytes action)
{
    buffer_add_format(to, "%s%" PRIu32 ": ", index == 0 ? "" : "\n", index);
    buffer_add_bytes(to, action);
}

void test_held_add_expected(
    struct buffer *to, const struct test_deeds *deeds, const struct test_expectation *expectation)
{
    if (expectation->held_count == 0)
        buffer_add_text(to, "none");
    for (uint32_t i = 0; i < expectation->held_count; i++) {
        const struct test_held *held = &expectation->held[i];
        begin_line(to, i, ruleset_action(deeds->ruleset, held->action)->name);
        if (held->because.len > 0) {
            buffer_add_text(to, " because of ");
            buffer_add_bytes(to, held->because);
        }
        if (held->has_until)
            add_until(to, held->until_ms);
    }
}

void test_held_add_got(struct buffer *to, const struct test_deeds *deeds)
{
    size_t at = deeds->from;
    uint32_t index = 0;
    const struct test_deed *deed = NULL;
    while ((deed = next_held(deeds, &at)) != NULL) {
        begin_line(to, index++, deed->name);
        buffer_add_text(to, " because of ");
        buffer_add_text(to, hold_reason_text(deed->hold.reason));
        if (deed->hold.until_ms != TIMER_NONE)
            add_until(to, deed->hold.until_ms);
    }
    if (index == 0)
        buffer_add_text(to, "none");
}
