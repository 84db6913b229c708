#include "tests/fakes/event_clock.h"

#include <stdio.h>
#include <string.h>

#include "tests/fakes/run_counts_check.h"
#include "tests/support/suite.h"

struct fold_world clock_world;
bool clock_restarts;
static int next_id;

static void setup_with(bool restarts)
{
    world_create(&clock_world);
    clock_world.params.tick_mode = TICK_EVENT;
    next_id = 1;
    clock_restarts = restarts;
}

void clock_setup(void)
{
    setup_with(false);
}

void clock_setup_restarting(void)
{
    setup_with(true);
}

void clock_teardown(void)
{
    if (clock_world.shard != NULL) {
        world_publish(&clock_world);
        ck_run_counts(clock_world.shard);
        world_check_refolds(&clock_world);
    }
    world_destroy(&clock_world);
}

void clock_maybe_restart(void)
{
    if (!clock_restarts)
        return;
    world_publish(&clock_world);
    if (next_id % 2 == 0)
        world_checkpoint(&clock_world);
    ck_run_counts(clock_world.shard);
    world_close(&clock_world);
    world_open(&clock_world, NULL);
}

static const char *year_of(const char *time)
{
    return time[4] == '-' ? "" : "2026-";
}

void clock_feed(const char *time, const char *type, const char *data)
{
    static char line[1024];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"%s%sZ\",\"contact\":\"c\","
        "\"data\":%s}",
        next_id++, type, year_of(time), time, data);
    world_feed_line(&clock_world, line);
    clock_maybe_restart();
}

void clock_advance(const char *time)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%s%sZ", year_of(time), time);
    world_advance(&clock_world, text);
    world_publish(&clock_world);
    clock_maybe_restart();
}

void clock_check_actions(const char *wanted)
{
    static char got[16384];
    size_t len = 0;
    got[0] = '\0';
    for (size_t i = 0; i < clock_world.out.item_count; i++) {
        if (clock_restarts && world_is_offered_again(&clock_world, i))
            continue;
        char time[40], step[40], occurrence[16], text[200];
        world_copy_member(&clock_world, i, "time", time, sizeof(time));
        world_copy_member(&clock_world, i, "step", step, sizeof(step));
        world_copy_member(&clock_world, i, "occurrence", occurrence, sizeof(occurrence));
        world_copy_member(&clock_world, i, "text", text, sizeof(text));
        len += (size_t)snprintf(
            got + len, sizeof(got) - len, "%s %s/%s %s\n", time + 5, step, occurrence, text);
    }
    ck_assert_str_eq(got, wanted);
}

bool clock_shows(const char *part)
{
    return strstr(world_contact(&clock_world, "c"), part) != NULL;
}
