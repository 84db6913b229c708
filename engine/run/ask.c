// Asks lanes something on their workers' threads.
#include "engine/run/ask.h"

#include <stdlib.h>

#include "engine/base/memory.h"

static void on_part_done(struct post *post)
{
    struct ask_part *part = (struct ask_part *)post;
    struct ask *ask = part->ask;
    if (--ask->left == 0)
        ask->done_run(ask);
}

static void run_part(struct post *post)
{
    struct ask_part *part = (struct ask_part *)post;
    part->ask->part_run(part->ask, part);
    part->post.run = on_part_done;
    postbox_send(part->ask->reply_to, &part->post);
}

struct ask *ask_all(
    struct fleet *fleet,
    struct postbox *reply_to,
    ask_part_fn *part_run,
    ask_done_fn *done_run,
    void *owner)
{
    struct ask *ask = mem_zero(1, sizeof(*ask));
    ask->part_run = part_run;
    ask->done_run = done_run;
    ask->reply_to = reply_to;
    ask->owner = owner;
    ask->part_count = fleet->shards;
    ask->left = fleet->shards;
    ask->parts = mem_zero(fleet->shards, sizeof(*ask->parts));
    for (uint32_t i = 0; i < fleet->shards; i++) {
        struct ask_part *part = &ask->parts[i];
        part->ask = ask;
        part->lane = fleet->lanes[i];
        part->post.run = run_part;
        postbox_send(part->lane->box, &part->post);
    }
    return ask;
}

void ask_destroy(struct ask *ask)
{
    for (uint32_t i = 0; i < ask->part_count; i++) {
        buffer_free(&ask->parts[i].text);
        free(ask->parts[i].facts);
    }
    free(ask->parts);
    free(ask);
}
