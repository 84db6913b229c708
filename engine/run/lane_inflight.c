// What a lane notes of the inputs in hand.
#include "engine/run/lane_inflight.h"

#include <inttypes.h>
#include <stdio.h>

#include "engine/base/hash.h"
#include "engine/os/os_page.h"

enum { PATH_BYTES = 4200 };

static bool is_suspect(const struct lane *lane, const struct inlet *inlet)
{
    return inflight_is_careful(lane->inflight) &&
           lane->inflight->suspect.source == inlet->name_hash;
}

static const struct inlet *find_suspect(const struct lane *lane)
{
    for (size_t i = 0; i < lane->inlet_count; i++)
        if (is_suspect(lane, &lane->inlets[i]))
            return &lane->inlets[i];
    return NULL;
}

static void say_suspect(const struct lane *lane, const struct inlet *inlet)
{
    const struct inflight *page = lane->inflight;
    bool is_last = page->deaths >= INFLIGHT_DEATHS_MAX;
    DIAG(
        &lane->runtime->log, is_last ? DIAG_ERROR : DIAG_WARN,
        is_last ? "an event ended the process again and again, it becomes a dead letter"
                : "the process died while it read these events, they are read one by one",
        DIAG_NUM("shard", lane->number), DIAG_TEXT("source", inlet->source.name),
        DIAG_NUM("position", page->suspect.first), DIAG_NUM("position_last", page->suspect.last),
        DIAG_NUM("deaths", page->deaths));
}

void lane_inflight_open(struct lane *lane, const char *directory)
{
    char path[PATH_BYTES];
    struct fault fault = {.err = ERR_OK};
    void *page = NULL;
    for (size_t i = 0; i < lane->inlet_count; i++)
        lane->inlets[i].name_hash = hash_u64(bytes_text(lane->inlets[i].source.name), 0);
    (void)snprintf(path, sizeof(path), "%s/inflight", directory);
    if (os_page_map(path, INFLIGHT_PAGE_BYTES, &page, &fault) != ERR_OK) {
        DIAG(
            &lane->runtime->log, DIAG_WARN,
            "an event that ends the process would not be recognised by the next",
            DIAG_NUM("shard", lane->number), DIAG_TEXT("reason", fault.text));
        return;
    }
    lane->inflight = page;
    inflight_open(lane->inflight);
    lane_inflight_settle(lane);
    const struct inlet *suspect = find_suspect(lane);
    if (suspect != NULL)
        say_suspect(lane, suspect);
    else
        inflight_forget(lane->inflight); // of a source that is read no more
}

void lane_inflight_close(struct lane *lane)
{
    os_page_unmap(lane->inflight, INFLIGHT_PAGE_BYTES);
    lane->inflight = NULL;
}

struct inflight *lane_inflight_of(struct lane *lane, const struct inlet *inlet)
{
    bool comes_again = inlet->kind != INLET_HTTP && !inlet->is_stdin;
    if (lane->inflight == NULL || !comes_again)
        return NULL;
    inflight_set_source(lane->inflight, inlet->name_hash);
    return lane->inflight;
}

bool lane_inflight_is_careful(const struct lane *lane, const struct inlet *inlet)
{
    return lane->inflight != NULL && is_suspect(lane, inlet);
}

void lane_inflight_settle(struct lane *lane)
{
    bool is_careful = lane->inflight != NULL && inflight_is_careful(lane->inflight);
    if (!is_careful || lane->sync.durable < shard_sequence(lane->shard))
        return;
    for (size_t i = 0; i < lane->inlet_count; i++)
        inflight_passed(
            lane->inflight, lane->inlets[i].name_hash,
            shard_position(lane->shard, lane->inlets[i].source.name));
}
