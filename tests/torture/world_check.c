// What must hold in a world after a crash, and after it has settled.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/torture/world.h"

enum { SETTLE_TRIES = 3, SETTLE_US = 60 * 1000000, WAIT_US = 10 * 1000000 };

static void read_output(const struct world *world, const char *name, struct text *out)
{
    char path[PATH_BYTES];
    world_path(world, name, path);
    if (!file_read(path, out))
        text_clear(out);
}

static size_t whole_lines_len(const struct text *text)
{
    size_t len = text->len;
    while (len > 0 && text->data[len - 1] != '\n')
        len--;
    return len;
}

// Frames seen before, up to so many, are there as they were.
static void check_known(struct world *world, const struct journal_view *view)
{
    struct findings *found = &world->found;
    if (view->count < world->known_count)
        findings_add(
            found, FOUND_LOST, "the journal ends at frame %zu, but %zu were durable", view->count,
            world->known_count);
    for (size_t i = 0; i < world->known_count && i < view->count; i++)
        if (world->known[i].low != view->frames[i].low ||
            world->known[i].high != view->frames[i].high) {
            findings_add(found, FOUND_OTHER, "frame %zu is another one than before", i + 1);
            return;
        }
}

static void keep_known(struct world *world, struct journal_view *view, size_t count)
{
    if (count <= world->known_count && world->known != NULL)
        return;
    free(world->known);
    world->known = view->frames;
    world->known_count = count;
    view->frames = NULL;
}

static void check_actions(struct world *world, struct findings *found)
{
    struct text lines = {0};
    struct text *before = &world->out_before;
    read_output(world, "actions.ndjson", &lines);
    (void)ledger_take_actions(&world->ledger, &lines, found);
    if (lines.len < before->len ||
        (before->len > 0 && memcmp(lines.data, before->data, before->len) != 0))
        findings_add(found, FOUND_OTHER, "lines of actions that were durable have changed");
    lines.len = whole_lines_len(&lines);
    text_free(before);
    *before = lines;
}

void world_check(struct world *world)
{
    struct journal_view view = {.frames = NULL};
    struct text lines = {0};
    char directory[PATH_BYTES];
    world_path(world, "data/shard-0000/journal", directory);
    ledger_take_journal(&world->ledger, world->feed, directory, &view, &world->found);
    check_known(world, &view);
    world->torn += view.is_torn;
    ledger_check_promises(&world->ledger, &world->found);
    check_actions(world, &world->found);
    read_output(world, "dead.ndjson", &lines);
    ledger_take_dead_letters(&world->ledger, world->feed, &lines, &world->found);
    text_free(&lines);
    size_t synced = view.durable_mark < view.count ? view.durable_mark : view.count;
    keep_known(world, &view, world->may_lose_power ? synced : view.count);
    if (world->may_lose_power)
        text_clear(&world->out_before);
    journal_view_free(&view);
}

void world_look(struct world *world)
{
    struct journal_view view = {.frames = NULL};
    struct text lines = {0};
    char directory[PATH_BYTES];
    // The actions first: what they show was durable before the journal is read.
    read_output(world, "actions.ndjson", &lines);
    ledger_see_actions(&world->ledger, &lines);
    text_free(&lines);
    world_path(world, "data/shard-0000/journal", directory);
    journal_view_read(directory, &view, NULL, NULL);
    if (view.durable_mark <= view.count)
        keep_known(world, &view, view.durable_mark);
    journal_view_free(&view);
}

bool world_report(struct world *world, const char *when)
{
    struct findings *found = &world->found;
    bool is_good = findings_count(found) == 0;
    world->verdict.lost += found->lost;
    world->verdict.doubled += found->doubled;
    world->verdict.misordered += found->misordered;
    world->verdict.other += found->other;
    if (!is_good) {
        world->failures++;
        if (!world->is_quiet) {
            (void)printf(
                "not ok: %s, %s: %s (lost %" PRIu64 ", doubled %" PRIu64 ", misordered %" PRIu64
                ", other %" PRIu64 ")\n",
                world->phase, when, found->first, found->lost, found->doubled, found->misordered,
                found->other);
            (void)printf("%s\n", world->child.tail);
            (void)fflush(stdout);
        }
    }
    *found = (struct findings){.lost = 0};
    return is_good;
}

// ---- settling

// Runs go on by time, when all is read; what does not come out is found out later.
static void wait_for_runs(struct world *world)
{
    enum { LOOK_US = 50000 };
    struct text lines = {0};
    int64_t until = now_us() + WAIT_US;
    bool is_all_out = false;
    while (!is_all_out && now_us() < until) {
        sleep_us(LOOK_US);
        child_look(&world->child);
        read_output(world, "actions.ndjson", &lines);
        is_all_out = ledger_is_all_out(&world->ledger, &lines);
    }
    text_free(&lines);
}

// One run that nobody disturbs, to its end.
static void run_to_end(struct world *world)
{
    char status[TEXT_BYTES];
    world_start(world, NULL);
    enum happened happened = world_drive(world, SETTLE_US);
    if (happened == HAPPENED_SETTLED) {
        wait_for_runs(world);
        happened = world_stop(world, SETTLE_US);
    }
    if (happened != HAPPENED_GONE) {
        findings_add(&world->found, FOUND_OTHER, "it does not get ready in time");
        world_kill(world);
    } else if (!child_exited_with(&world->child, 0)) {
        findings_add(
            &world->found, FOUND_OTHER, "undisturbed, it ended with %s",
            child_status_text(&world->child, status));
    }
}

static void check_whole(struct world *world, struct findings *found)
{
    struct journal_view view = {.frames = NULL};
    struct text lines = {0};
    char directory[PATH_BYTES];
    world_path(world, "data/shard-0000/journal", directory);
    ledger_take_journal(&world->ledger, world->feed, directory, &view, found);
    if (view.is_torn)
        findings_add(found, FOUND_OTHER, "the journal of a stopped daemon has a torn tail");
    check_known(world, &view);
    ledger_check_promises(&world->ledger, found);
    check_actions(world, found);
    read_output(world, "dead.ndjson", &lines);
    ledger_take_dead_letters(&world->ledger, world->feed, &lines, found);
    read_output(world, "actions.ndjson", &lines);
    if (whole_lines_len(&lines) != lines.len)
        findings_add(found, FOUND_OTHER, "the last action is not a whole line");
    ledger_check_complete(&world->ledger, world->feed, found);
    text_free(&lines);
    keep_known(world, &view, view.count);
    journal_view_free(&view);
}

static void check_by_tool(struct world *world, struct findings *found, uint64_t *folded_out)
{
    const char *tool = world->settings->engagectl;
    const char *const verify[] = {tool, "journal", "verify", "--config", world->config, NULL};
    const char *const export[] = {tool,          "contact", "export", "--config",
                                  world->config, "-o",      "ndjson", NULL};
    struct text said = {0};
    int code = command_run(verify, &said);
    if (code != 0)
        findings_add(
            found, FOUND_OTHER, "journal verify: exit %d: %.300s", code,
            said.data == NULL ? "" : said.data);
    code = command_run(export, &said);
    if (code != 0)
        findings_add(found, FOUND_OTHER, "contact export: exit %d", code);
    *folded_out = ledger_check_contacts(&world->ledger, &said, found);
    text_free(&said);
}

bool world_settle(struct world *world)
{
    struct verdict *verdict = &world->verdict;
    struct findings found = {.lost = 0};
    uint64_t folded = 0;
    // SIGTERM ends it with 0 after some seconds even when not everything is published.
    for (unsigned i = 0; i < SETTLE_TRIES; i++) {
        found = (struct findings){.lost = 0};
        run_to_end(world);
        check_whole(world, &found);
        if (strstr(world->child.tail, "stopped before everything was published") == NULL)
            break;
    }
    check_by_tool(world, &found, &folded);
    if (findings_count(&world->found) == 0)
        world->found = found;
    verdict->in += world->ledger.given;
    for (uint64_t number = 1; number <= world->ledger.given; number++) {
        const struct note *note = &world->ledger.notes[number];
        verdict->journalled += note->journalled > 0;
        for (unsigned slot = 0; slot < SLOTS; slot++)
            verdict->out += note->out[slot];
    }
    verdict->folded += folded;
    verdict->expected += ledger_expected(&world->ledger);
    return world_report(world, "settled");
}
