// A shard's parts: made, put together, asked for, taken down.
#include "engine/fold/shard.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/dead_letter.h"
#include "engine/fold/run_edit.h"
#include "engine/fold/shard_clock.h"
#include "engine/fold/shard_internal.h"

static char *path_below(const char *directory, const char *name)
{
    size_t len = strlen(directory) + strlen(name) + 2;
    char *path = mem_alloc(len);
    (void)snprintf(path, len, "%s/%s", directory, name);
    return path;
}

struct shard *shard_create(const struct shard_params *params)
{
    INVARIANT(params->frame_events_max > 0 && params->frame_events_max <= FRAME_INPUTS_MAX);
    struct shard *shard = mem_zero(1, sizeof(*shard));
    shard->params = *params;
    shard->directory = mem_text(params->directory, strlen(params->directory));
    shard->params.directory = shard->directory;
    shard->journal_directory = path_below(params->directory, "journal");
    if (params->store == SHARD_STORE_KEPT)
        shard->store_directory = path_below(params->directory, "store");
    shard->batch = mem_zero(BATCH_INPUTS_MAX, sizeof(*shard->batch));
    shard->builder = frame_builder_create();
    return shard;
}

void shard_start_engine(struct shard *shard, uint64_t identity)
{
    shard->params.identity = identity;
    fold_init(&shard->fold, shard->state, identity);
    shard->fold.shard = shard->params.shard;
    shard->fold.action_bytes_max = shard->params.frame_bytes_max / FRAME_ACTIONS_PARTS;
}

void shard_close(struct shard *shard)
{
    if (shard == NULL)
        return;
    fold_free(&shard->fold);
    decoder_destroy(shard->decoder);
    if (shard->journal != NULL)
        journal_close(shard->journal);
    if (shard->state != NULL)
        state_close(shard->state);
    ruleset_destroy(shard->ruleset);
    ruleset_destroy(shard->ruleset_before);
    frame_builder_destroy(shard->builder);
    positions_free(&shard->positions);
    outbox_free(&shard->outbox);
    unsent_free(&shard->unsent);
    shard_zones_free(&shard->zones);
    buffer_free(&shard->headers);
    buffer_free(&shard->letter);
    buffer_free(&shard->checkpoint_positions);
    buffer_free(&shard->checkpoint_ruleset);
    arena_free(&shard->arena);
    free(shard->batch);
    free(shard->directory);
    free(shard->journal_directory);
    free(shard->store_directory);
    free(shard);
}

void shard_forget_ruleset_before(struct shard *shard)
{
    ruleset_destroy(shard->ruleset_before);
    shard->ruleset_before = NULL;
}

void shard_take_ruleset(struct shard *shard, struct ruleset *ruleset, uint64_t sequence)
{
    shard_forget_ruleset_before(shard);
    shard->ruleset_before = shard->ruleset;
    shard->ruleset = NULL;
    shard_use_ruleset(shard, ruleset, sequence);
    fold_bind(&shard->fold, ruleset);
    shard->is_sweep_due = true;
}

void shard_sweep(struct shard *shard)
{
    if (shard->is_sweep_due) {
        live_sweep(&shard->fold);
        runs_edit(&shard->fold, shard->ruleset_before);
    }
    shard->is_sweep_due = false;
}

void shard_use_ruleset(struct shard *shard, struct ruleset *ruleset, uint64_t sequence)
{
    ruleset_destroy(shard->ruleset);
    shard->ruleset = ruleset;
    shard->ruleset_at = sequence;
    const struct catalog *catalog = ruleset_catalog(ruleset);
    if (shard->decoder == NULL) {
        shard->decoder = decoder_create(&shard->params.decode, catalog);
        decoder_set_unknown(shard->decoder, shard->params.unknown_events);
    } else {
        decoder_set_catalog(shard->decoder, catalog);
    }
}

const struct position *shard_kafka_position(const struct shard *shard)
{
    for (size_t i = shard->positions.count; i-- > 0;) { // of several topics the one read last
        if (strncmp(shard->positions.items[i].name, "kafka:", 6) == 0)
            return &shard->positions.items[i];
    }
    return NULL;
}

void shard_add_dead_letter(
    struct shard *shard, struct bytes source, const struct frame_input *input)
{
    struct dead_letter letter = {
        .identity = shard->params.identity,
        .shard = shard->params.shard,
        .tick_ms = shard->letter_tick_ms,
        .source = source,
        .bytes_max = shard->params.dead_letter_bytes_max,
        .input = input,
    };
    buffer_clear(&shard->letter);
    dead_letter_add_json(&shard->letter, &letter);
    struct outgoing outgoing = {
        .kind = OUTGOING_DEAD_LETTER,
        .id = dead_letter_id(&letter),
        .value = buffer_bytes(&shard->letter),
    };
    outbox_add(&shard->outbox, &outgoing);
}

const struct ruleset *shard_ruleset(const struct shard *shard)
{
    return shard->ruleset;
}

void shard_tell_matched(struct shard *shard, struct matched to)
{
    shard->fold.matched = to;
}

void shard_tell_held(struct shard *shard, held_fn *tell, void *context)
{
    shard->fold.held.tell = tell;
    shard->fold.held.context = context;
}

uint64_t shard_ruleset_sequence(const struct shard *shard)
{
    return shard->ruleset_at;
}

struct state *shard_state(struct shard *shard)
{
    return shard->state;
}

struct journal *shard_journal(struct shard *shard)
{
    return shard->journal;
}

uint64_t shard_sequence(const struct shard *shard)
{
    return shard->sequence;
}

int64_t shard_tick_ms(const struct shard *shard)
{
    return shard->fold.tick_ms;
}

void shard_look_at(struct shard *shard, int64_t now_ms)
{
    shard->fold.asked_ms = now_ms;
}

int64_t shard_position(const struct shard *shard, const char *source_name)
{
    const struct position *position = positions_find(&shard->positions, bytes_text(source_name));
    return position == NULL ? SOURCE_POSITION_START : position->next;
}
