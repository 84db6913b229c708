// One data directory under torture: fed, crashed, run.
#include "tests/torture/world.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { POLLS_MAX = 1 + CLIENT_CONNECTIONS, LOOK_MS = 1, OPEN_SLICE_US = 300 };

static const char rules_head[] = "scores:\n"
                                 "  engagement:\n"
                                 "    label: Engagement\n"
                                 "    bands: {warm: 10, hot: 50}\n"
                                 "    rules:\n";
static const char rules_rest[] =
    "      - {name: form, on: form.submitted, points: 20}\n"
    "actions:\n"
    "  send_email: {label: Mail, channel: email, topic: actions.email, with: {template: string}}\n"
    "workflows:\n"
    "  welcome:\n"
    "    on: form.submitted\n"
    "    reenter: always\n"
    "    steps:\n"
    "      - {do: send_email, with: {template: welcome}}\n"
    "  notify:\n"
    "    on: form.submitted\n"
    "    reenter: always\n"
    "    steps:\n"
    "      - {do: send_email, with: {template: first}}\n"
    "      - {do: send_email, with: {template: second}}\n"
    "  later:\n"
    "    on: form.submitted\n"
    "    reenter: always\n"
    "    steps:\n"
    "      - wait: 300ms\n"
    "      - {do: send_email, with: {template: \"n-{{ run.data.number }}\"}}\n";

void world_path(const struct world *world, const char *name, char out[PATH_BYTES])
{
    path_of(out, world->place, name);
}

// Whole at once; with points that are others than before, so that the journal is folded again for them.
static void write_rules(struct world *world)
{
    char path[PATH_BYTES], aside[PATH_BYTES];
    struct text text = {0};
    world->ledger.page_points = world->ledger.page_points % 3 + 1;
    path_of(path, world->rules, "rules.yaml");
    path_of(aside, world->rules, "next");
    text_add(
        &text, "%s      - {name: view, on: page.viewed, points: %u}\n%s", rules_head,
        world->ledger.page_points, rules_rest);
    file_write(aside, &text);
    if (rename(aside, path) != 0)
        give_up("the rules cannot be written");
    text_free(&text);
}

void world_reload(struct world *world)
{
    write_rules(world);
    child_signal(&world->child, SIGHUP);
}

void world_open(struct world *world, const struct settings *settings, const char *phase)
{
    *world = (struct world){.settings = settings, .phase = phase};
    uint64_t mixed = settings->seed;
    for (const char *at = phase; *at != '\0'; at++)
        mixed = mixed * 131 + (unsigned char)*at;
    world->dice.state = mixed;
    world->child.is_gone = true;
    world->child.log_fd = -1;
    world->work_us = 20000;
    path_of(world->place, settings->root, "place");
    path_of(world->config, settings->root, "engaged.yaml");
    path_of(world->events, settings->root, "events.ndjson");
    path_of(world->rules, settings->root, "rules");
    (void)mkdir(world->place, 0700);
    (void)mkdir(world->rules, 0700);
    write_rules(world);
}

void world_close(struct world *world)
{
    if (world->child.pid > 0)
        child_kill(&world->child);
    client_end(&world->client);
    ledger_free(&world->ledger);
    text_free(&world->out_before);
    free(world->known);
    world->known = NULL;
}

// Small files and frames, frequent checkpoints: everything happens often.
static void write_config(const struct world *world)
{
    struct text text = {0};
    text_add(&text, "data: %s/data\nrules: rules\n", world->place);
    text_add(&text, "unknown_events: reject\nstore: {map_gib: 1}\njournal: {file_mib: 1}\n");
    text_add(&text, "checkpoint: {age_s: 1, events: 1000}\nlimits: {frame_events: 64}\n");
    if (world->feed == FEED_FILE)
        text_add(&text, "sources: {files: [events.ndjson]}\n");
    else
        text_add(&text, "sources: {http: true}\nhttp: {listen: \"127.0.0.1:0\"}\n");
    text_add(&text, "sinks: {file: %s/actions.ndjson}\n", world->place);
    text_add(&text, "dead_letters: {file: %s/dead.ndjson}\n", world->place);
    file_write(world->config, &text);
    text_free(&text);
}

void world_begin(struct world *world, enum ledger_feed feed)
{
    static const char *const outputs[] = {"data", "actions.ndjson", "dead.ndjson"};
    struct text empty = {0};
    char path[PATH_BYTES];
    for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
        world_path(world, outputs[i], path);
        tree_remove(path);
    }
    world->feed = feed;
    write_config(world);
    text_add(&empty, "%s", "");
    file_write(world->events, &empty);
    text_free(&empty);
    ledger_begin(&world->ledger);
    client_begin(&world->client, &world->ledger, &world->found);
    free(world->known);
    world->known = NULL;
    world->known_count = 0;
    text_clear(&world->out_before);
    world->epoch_cycles = 0;
    world->is_new = true;
    world->child = (struct child){.is_gone = true, .log_fd = -1};
}

void world_feed(struct world *world, size_t events)
{
    struct text lines = {0};
    uint64_t first = world->ledger.given + 1;
    ledger_give(&world->ledger, events, &lines);
    if (world->feed == FEED_HTTP) {
        client_add(&world->client, first, world->ledger.given);
    } else {
        FILE *file = fopen(world->events, "a");
        if (file == NULL || fwrite(lines.data, 1, lines.len, file) != lines.len ||
            fclose(file) != 0)
            give_up("the events cannot be written");
    }
    text_free(&lines);
}

// ---- running

void world_start(struct world *world, const char *failpoints)
{
    struct child_plan plan = {
        .program = world->settings->engaged,
        .config = world->config,
        .failpoints = failpoints,
        .preload = world->preload,
    };
    child_start(&world->child, &plan);
    world->epoch_cycles++;
    world->is_new = false;
}

static bool is_settled(const struct world *world)
{
    if (world->feed == FEED_FILE)
        return world->child.is_read_to_end;
    return world->child.port != 0 && world->client.unanswered == 0;
}

enum happened world_drive(struct world *world, int64_t for_us)
{
    struct pollfd polls[POLLS_MAX];
    struct child *child = &world->child;
    int64_t until = now_us() + for_us;
    for (;;) {
        child_look(child);
        if (child->is_gone) {
            client_disconnect(&world->client);
            return HAPPENED_GONE;
        }
        if (child->is_stopped) {
            child->is_stopped = false;
            return HAPPENED_STOPPED;
        }
        if (world->feed == FEED_HTTP && child->port != 0) {
            client_connect(&world->client, child->port);
            client_turn(&world->client);
        }
        if (is_settled(world))
            return HAPPENED_SETTLED;
        int64_t left = until - now_us();
        if (left <= 0)
            return HAPPENED_NOTHING;
        polls[0] = (struct pollfd){.fd = child->log_fd, .events = POLLIN};
        size_t count = 1 + client_poll(&world->client, polls + 1);
        if (left < LOOK_MS * 1000)
            sleep_us(left);
        else
            (void)poll(polls, count, LOOK_MS);
    }
}

enum happened world_drive_open(struct world *world, int64_t for_us)
{
    int64_t until = now_us() + for_us;
    enum happened happened = HAPPENED_NOTHING;
    while (happened == HAPPENED_NOTHING && !world->child.is_open && now_us() < until)
        happened = world_drive(world, OPEN_SLICE_US);
    return happened;
}

void world_kill(struct world *world)
{
    child_kill(&world->child);
    client_disconnect(&world->client);
}

enum happened world_stop(struct world *world, int64_t for_us)
{
    struct child *child = &world->child;
    int64_t until = now_us() + for_us;
    child_signal(child, SIGTERM);
    while (now_us() < until) {
        child_look(child);
        if (child->is_gone || child->is_stopped)
            break;
        if (world->feed == FEED_HTTP)
            client_turn(&world->client);
        sleep_us(200);
    }
    if (child->is_gone)
        client_disconnect(&world->client);
    enum happened happened = child->is_stopped ? HAPPENED_STOPPED : HAPPENED_NOTHING;
    child->is_stopped = false;
    return child->is_gone ? HAPPENED_GONE : happened;
}

// ---- verdicts

void verdict_add(struct verdict *sum, const struct verdict *part)
{
    sum->in += part->in;
    sum->journalled += part->journalled;
    sum->folded += part->folded;
    sum->expected += part->expected;
    sum->out += part->out;
    sum->lost += part->lost;
    sum->doubled += part->doubled;
    sum->misordered += part->misordered;
    sum->other += part->other;
    sum->crashes += part->crashes;
    sum->faults += part->faults;
}

void verdict_print(const char *title, const struct verdict *verdict, int64_t took_us)
{
    (void)printf(
        "%s: in=%" PRIu64 " journalled=%" PRIu64 " folded=%" PRIu64 " expected=%" PRIu64
        " out=%" PRIu64 " lost=%" PRIu64 " doubled=%" PRIu64 " misordered=%" PRIu64
        " wrong=%" PRIu64 " crashes=%" PRIu64 " faults=%" PRIu64 " seconds=%" PRId64 "\n",
        title, verdict->in, verdict->journalled, verdict->folded, verdict->expected, verdict->out,
        verdict->lost, verdict->doubled, verdict->misordered, verdict->other, verdict->crashes,
        verdict->faults, took_us / 1000000);
    (void)fflush(stdout);
}
