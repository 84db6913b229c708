#include "tests/fakes/event_clock.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/time.h"
#include "engine/fold/shard_clock.h"
#include "engine/fold/verify.h"

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
    struct verify_report report;
    struct fault fault = {.err = ERR_OK};
    if (clock_world.shard != NULL) {
        world_publish(&clock_world);
        ck_run_counts(clock_world.shard);
        enum err err =
            verify_shard(&clock_world.params, (struct shard_progress){NULL, NULL}, &report, &fault);
        ck_assert_msg(err == ERR_OK, "%s", fault.text);
        ck_assert_uint_eq(report.digest, world_digest(&clock_world));
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
    int64_t time_ms = 0;
    struct fault fault = {.err = ERR_OK};
    (void)snprintf(text, sizeof(text), "%s%sZ", year_of(time), time);
    ck_assert(time_parse(bytes_text(text), &time_ms));
    ck_assert_msg(shard_advance(clock_world.shard, time_ms, &fault) == ERR_OK, "%s", fault.text);
    world_publish(&clock_world);
    clock_maybe_restart();
}

void clock_copy_member(const char *json, const char *name, char *to, size_t size)
{
    char key[32];
    (void)snprintf(key, sizeof(key), "\"%s\":", name);
    const char *at = strstr(json, key);
    ck_assert_msg(at != NULL, "no %s in %s", name, json);
    at += strlen(key);
    at += *at == '"';
    size_t len = strcspn(at, "\",}");
    ck_assert_uint_lt(len, size);
    memcpy(to, at, len);
    to[len] = '\0';
}

// After a restart what may be out already is offered again.
static bool was_there_before(size_t item)
{
    const struct outbox_item *items = clock_world.out.items;
    for (size_t i = 0; i < item; i++) {
        if (items[i].outgoing.id.low == items[item].outgoing.id.low &&
            items[i].outgoing.id.high == items[item].outgoing.id.high)
            return clock_restarts;
    }
    return false;
}

void clock_check_actions(const char *wanted)
{
    static char got[16384];
    size_t len = 0;
    got[0] = '\0';
    for (size_t i = 0; i < clock_world.out.item_count; i++) {
        static char json[4096];
        if (was_there_before(i))
            continue;
        char time[40], step[40], occurrence[16], text[200];
        struct bytes payload = clock_world.out.items[i].outgoing.value;
        ck_assert_uint_lt(payload.len, sizeof(json));
        memcpy(json, payload.data, payload.len);
        json[payload.len] = '\0';
        clock_copy_member(json, "time", time, sizeof(time));
        clock_copy_member(json, "step", step, sizeof(step));
        clock_copy_member(json, "occurrence", occurrence, sizeof(occurrence));
        clock_copy_member(json, "text", text, sizeof(text));
        len += (size_t)snprintf(
            got + len, sizeof(got) - len, "%s %s/%s %s\n", time + 5, step, occurrence, text);
    }
    ck_assert_str_eq(got, wanted);
}

bool clock_shows(const char *part)
{
    return strstr(world_contact(&clock_world, "c"), part) != NULL;
}
