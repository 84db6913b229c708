// When the windows of contacts change next is kept by contact, and contacts share the room: none is taken for another.
// links: engine/os
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/time.h"
#include "engine/fold/live.h"
#include "engine/fold/shard_clock.h"

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"

enum { LINE_BYTES = 224, BATCH = 1024 };

static struct fold_world world;
static unsigned next_id = 1;

static void line_print(char *out, const char *type, const char *clock, unsigned contact)
{
    (void)snprintf(
        out, LINE_BYTES,
        "{\"id\":\"e%u\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-01-01T00:%sZ\","
        "\"contact\":\"c%u\","
        "\"data\":{\"message\":\"m\",\"url\":\"u\"}}",
        next_id++, type, clock, contact);
}

static void feed(const char *type, const char *clock, unsigned contact)
{
    char line[LINE_BYTES];
    line_print(line, type, clock, contact);
    world_feed_line(&world, line);
}

// Contacts first to last, a page view each.
static void feed_contacts(unsigned first, unsigned last)
{
    char *text = malloc((size_t)BATCH * LINE_BYTES);
    const char *lines[BATCH];
    for (unsigned contact = first; contact <= last;) {
        size_t count = 0;
        for (; count < BATCH && contact <= last; count++, contact++) {
            lines[count] = text + count * LINE_BYTES;
            line_print(text + count * LINE_BYTES, "page.viewed", "01:00", contact);
        }
        world_feed(&world, lines, count);
    }
    free(text);
}

static void advance(const char *clock)
{
    char text[64];
    int64_t time_ms = 0;
    struct fault fault = {.err = ERR_OK};
    (void)snprintf(text, sizeof(text), "2026-01-01T00:%sZ", clock);
    ck_assert(time_parse(bytes_text(text), &time_ms));
    ck_assert_msg(shard_advance(world.shard, time_ms, &fault) == ERR_OK, "%s", fault.text);
}

static bool is_member(const char *contact)
{
    return strstr(world_contact(&world, contact), "\"opened\"") != NULL;
}

START_TEST(none_is_taken_for_another)
{
    world_create(&world);
    world.params.tick_mode = TICK_EVENT;
    world_open(
        &world, "counters: {opens: {count: email.opened, within: 10m}}\n"
                "segments: {opened: {if: counter.opens >= 1}, keen: {if: score.heat >= 5}}\n"
                "scores: {heat: {forget: {half_life: 30d}, rules: [{name: c, on: link.clicked, "
                "points: 9}]}}\n");
    feed("email.opened", "00:00", 1);
    feed_contacts(2, WINDOW_DUES + 1); // the last one's number shares the room of the first one's
    feed("email.opened", "05:00", WINDOW_DUES + 1);
    feed(
        "link.clicked", "06:00",
        1); // planned anew: by its score much later, by its window as before
    advance("09:59.999");
    char last[16];
    (void)snprintf(last, sizeof(last), "c%u", WINDOW_DUES + 1U);
    ck_assert(is_member("c1") && is_member(last));
    advance("10:00");
    ck_assert(!is_member("c1"));
    ck_assert(is_member(last));
    advance("15:00");
    ck_assert(!is_member(last));
    world_destroy(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("window_dues");
    TCase *cases = tcase_create("window_dues");
    tcase_add_test(cases, none_is_taken_for_another);
    suite_add_tcase(suite, cases);
    return suite;
}
