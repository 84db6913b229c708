// I3: after a crash the journal is a prefix of what was written, and holds all that was called durable.
#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"

#include "tests/sim/check.h"

// What stands before the first damage: a power cut leaves a tail, or half a seal, that recovery will deal with.
static void read_frames(
    struct sim *sim, const struct sim_setup *setup, uint32_t shard, struct history *history)
{
    char directory[128];
    struct fault fault = {.err = ERR_OK};
    sim_setup_journal(setup, shard, directory, sizeof(directory));
    enum err err = history_read(sim, directory, HISTORY_FRAMES, history, &fault);
    if (err != ERR_OK)
        sim_say(
            sim, "shard %" PRIu32 ": %zu frames, then: %s", shard, history->frame_count,
            fault.text);
}

static void learn_frame(struct known_journal *known, const struct history_frame *frame)
{
    size_t at = (size_t)frame->sequence - 1;
    if (at >= known->cap) {
        known->cap = at * 2 + 64;
        known->chains = mem_resize(known->chains, known->cap * sizeof(*known->chains));
    }
    known->chains[at] = frame->chain;
    if (at >= known->count)
        known->count = at + 1;
}

void check_learn(
    struct sim *sim, const struct sim_setup *setup, struct known_journal known[SIM_SHARDS_MAX])
{
    const struct sim_process *process = sim->process;
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        uint64_t durable = process == NULL ? 0 : sim_process_durable(process, i);
        struct history history;
        if (durable <= known[i].durable)
            continue;
        read_frames(sim, setup, i, &history);
        for (size_t at = 0; at < history.frame_count; at++)
            if (history.frames[at].sequence > known[i].durable &&
                history.frames[at].sequence <= durable)
                learn_frame(&known[i], &history.frames[at]);
        known[i].durable = durable;
        if (known[i].count < durable)
            sim_fail(
                sim, "I3",
                "shard %" PRIu32 ": frame %" PRIu64 " is called durable, the journal ends at %zu",
                i, durable, known[i].count);
        history_free(&history);
    }
}

static void check_shard(
    struct sim *sim,
    uint32_t shard,
    const struct history *history,
    const struct known_journal *known)
{
    uint64_t last =
        history->frame_count == 0 ? 0 : history->frames[history->frame_count - 1].sequence;
    if (last < known->durable)
        sim_fail(
            sim, "I3",
            "shard %" PRIu32 ": frame %" PRIu64 " was durable, the journal ends at %" PRIu64, shard,
            known->durable, last);
    for (size_t i = 0; i < history->frame_count; i++) {
        const struct history_frame *frame = &history->frames[i];
        if (frame->sequence != i + 1)
            sim_fail(
                sim, "I3", "shard %" PRIu32 ": frame %" PRIu64 " stands at place %zu", shard,
                frame->sequence, i + 1);
        if (frame->sequence <= known->durable &&
            !hash128_equal(frame->chain, known->chains[frame->sequence - 1]))
            sim_fail(
                sim, "I3", "shard %" PRIu32 ": durable frame %" PRIu64 " has become another one",
                shard, frame->sequence);
    }
}

void check_prefix(
    struct sim *sim,
    const struct sim_setup *setup,
    const struct known_journal known[SIM_SHARDS_MAX])
{
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        struct history history;
        read_frames(sim, setup, i, &history);
        check_shard(sim, i, &history, &known[i]);
        history_free(&history);
        sim->report->checks++;
    }
}
