// The fixture of tests about runs: one shard with the clock of the events, moved on by hand. Whatever a test did, the journal
// folds again to the same, and a restart in the middle changes nothing.
#ifndef TESTS_ENGINE_FOLD_RUN_WORLD_H
#define TESTS_ENGINE_FOLD_RUN_WORLD_H

#include <stdio.h>
#include <string.h>

#include "engine/base/time.h"
#include "engine/fold/shard_clock.h"
#include "engine/fold/verify.h"

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"

static struct fold_world world;
static int next_id;
static bool is_restarting; // after each event and each move of the clock

static void setup_with(bool restarts)
{
    world_create(&world);
    world.params.tick_mode = TICK_EVENT;
    next_id = 1;
    is_restarting = restarts;
}

static void setup(void)
{
    setup_with(false);
}

static void setup_restarting(void)
{
    setup_with(true);
}

static void teardown(void)
{
    struct verify_report report;
    struct fault fault = {.err = ERR_OK};
    if (world.shard != NULL) {
        world_publish(&world);
        enum err err =
            verify_shard(&world.params, (struct shard_progress){NULL, NULL}, &report, &fault);
        ck_assert_msg(err == ERR_OK, "%s", fault.text);
        ck_assert_uint_eq(report.digest, world_digest(&world));
    }
    world_destroy(&world);
}

static void maybe_restart(void)
{
    if (!is_restarting)
        return;
    world_publish(&world);
    if (next_id % 2 == 0)
        world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
}

// An event of contact c at a time of 2026 ("01-03T10:00:00").
static void feed(const char *time, const char *type, const char *data)
{
    static char line[1024];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-%sZ\",\"contact\":\"c\","
        "\"data\":%s}",
        next_id++, type, time, data);
    world_feed_line(&world, line);
    maybe_restart();
}

static void advance(const char *time)
{
    char text[64];
    int64_t time_ms = 0;
    struct fault fault = {.err = ERR_OK};
    (void)snprintf(text, sizeof(text), "2026-%sZ", time);
    ck_assert(time_parse(bytes_text(text), &time_ms));
    ck_assert_msg(shard_advance(world.shard, time_ms, &fault) == ERR_OK, "%s", fault.text);
    world_publish(&world);
    maybe_restart();
}

static void copy_member(const char *json, const char *name, char *to, size_t size)
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
    const struct outbox_item *items = world.out.items;
    for (size_t i = 0; i < item; i++) {
        if (items[i].outgoing.id.low == items[item].outgoing.id.low &&
            items[i].outgoing.id.high == items[item].outgoing.id.high)
            return is_restarting;
    }
    return false;
}

// Every action so far as "TIME STEP/OCCURRENCE TEXT", each on its line, and nothing else.
static void ck_actions(const char *wanted)
{
    static char got[8192];
    size_t len = 0;
    got[0] = '\0';
    for (size_t i = 0; i < world.out.item_count; i++) {
        static char json[4096];
        if (was_there_before(i))
            continue;
        char time[40], step[40], occurrence[16], text[200];
        struct bytes payload = world.out.items[i].outgoing.value;
        ck_assert_uint_lt(payload.len, sizeof(json));
        memcpy(json, payload.data, payload.len);
        json[payload.len] = '\0';
        copy_member(json, "time", time, sizeof(time));
        copy_member(json, "step", step, sizeof(step));
        copy_member(json, "occurrence", occurrence, sizeof(occurrence));
        copy_member(json, "text", text, sizeof(text));
        len += (size_t)snprintf(
            got + len, sizeof(got) - len, "%s %s/%s %s\n", time + 5, step, occurrence, text);
    }
    ck_assert_str_eq(got, wanted);
}

static bool shows(const char *text)
{
    return strstr(world_contact(&world, "c"), text) != NULL;
}

#define ck_shows(text) \
    ck_assert_msg(shows(text), "wanted %s in %s", text, world_contact(&world, "c"))

#endif
