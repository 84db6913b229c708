// The way out of a shard: what may be published, what was, and checkpoints of what is settled.
#include "engine/base/invariant.h"
#include "engine/fold/publish_ahead.h"
#include "engine/fold/shard_internal.h"
#include "projections/owners.h"

void shard_walk_ahead(
    const struct shard *shard, uint64_t durable, outbox_ahead_fn *each, void *context)
{
    outbox_walk_ahead(&shard->outbox, durable, each, context);
}

bool shard_take_outbox(struct shard *shard, uint64_t durable, struct outbox_batch *batch)
{
    return outbox_take(&shard->outbox, durable, batch);
}

void shard_published(struct shard *shard, uint64_t sequence, uint64_t mark)
{
    INVARIANT(sequence >= shard->sequence_published);
    outbox_confirm(&shard->outbox, sequence);
    unsent_confirm(&shard->unsent, sequence);
    shard->sequence_published = sequence;
    shard->sink_mark = mark;
}

uint64_t shard_sequence_published(const struct shard *shard)
{
    return shard->sequence_published;
}

uint64_t shard_sink_mark(const struct shard *shard)
{
    return shard->sink_mark;
}

// The checkpoint's opaque part: settings, then positions, then the counts of runs, then what was handed over.
struct snapshot *shard_checkpoint_begin(struct shard *shard, uint64_t *sequence_out)
{
    INVARIANT(!shard->is_in_frame);
    INVARIANT(shard->checkpoint_pending == 0);
    if (shard->sequence == shard->sequence_checkpoint)
        return NULL; // nothing new
    buffer_clear(&shard->checkpoint_positions);
    fold_settings_pack(&shard->fold.settings, &shard->checkpoint_positions);
    positions_pack(&shard->positions, &shard->checkpoint_positions);
    run_counts_pack(&shard->fold.run_counts, &shard->checkpoint_positions);
    owners_handed_pack(shard->state, &shard->checkpoint_positions);
    buffer_clear(&shard->checkpoint_ruleset);
    buffer_add_varint(&shard->checkpoint_ruleset, shard->ruleset_at);
    shard_zones_pack(shard, &shard->checkpoint_ruleset);
    struct checkpoint checkpoint = {
        .sequence = shard->sequence,
        .chain = shard->chain,
        .tick_ms = shard->fold.tick_ms,
        .ruleset = ruleset_hash(shard->ruleset),
        .digest = shard->digest,
        .positions = buffer_bytes(&shard->checkpoint_positions),
        .ruleset_bundle_at = buffer_bytes(&shard->checkpoint_ruleset),
    };
    shard->checkpoint_pending = shard->sequence;
    *sequence_out = shard->sequence;
    return state_snapshot_begin(shard->state, &checkpoint);
}

void shard_checkpoint_end(
    struct shard *shard, struct snapshot *snapshot, enum snapshot_outcome outcome)
{
    INVARIANT(shard->checkpoint_pending != 0);
    state_snapshot_end(shard->state, snapshot, outcome);
    if (outcome == SNAPSHOT_COMMITTED)
        shard->sequence_checkpoint = shard->checkpoint_pending;
    shard->checkpoint_pending = 0;
}

void shard_flow(const struct shard *shard, struct shard_flow *out)
{
    const struct journal_totals *appended = journal_appended(shard->journal);
    *out = (struct shard_flow){
        .journalled = appended->events,
        .duplicates = appended->duplicates,
        .refused = appended->rejected,
        .folded = shard->fold.counts.events,
        .decided = shard->fold.counts.actions_decided,
        .actions_recalled = shard->recalled.actions,
        .actions_waiting = shard->outbox.waiting_actions,
        .actions_dropped = shard->counts.actions_dropped,
        .dead_letters_recalled = shard->recalled.dead_letters,
        .dead_letters_waiting = shard->outbox.waiting_dead_letters,
    };
}

const struct failures *shard_failures(const struct shard *shard)
{
    return &shard->fold.failures;
}

const struct held *shard_held(const struct shard *shard)
{
    return &shard->fold.held;
}

void shard_counts(const struct shard *shard, struct shard_counts *out)
{
    *out = shard->counts;
    const struct fold_counts *fold = &shard->fold.counts;
    out->outbox_bytes = shard->outbox.waiting_bytes;
    out->actions_held_consent = fold->actions_held_consent;
    out->actions_held_dnd = fold->actions_held_dnd;
    out->actions_held_missing = fold->actions_held_missing;
    out->actions_held_limit = fold->actions_held_limit;
    out->actions_held_quiet = fold->actions_held_quiet;
    out->actions_held_over = fold->actions_held_over;
    out->actions_delayed = fold->actions_delayed;
    out->derived = fold->derived;
    out->derived_too_deep = fold->derived_too_deep;
    out->rules_matched = fold->rules_matched;
    out->rules_limited = fold->rules_limited;
    out->expressions_failed = failures_total(&shard->fold.failures);
    out->entries_withdrawn = fold->entries_withdrawn;
    out->withdrawals_unmatched = fold->withdrawals_unmatched;
    out->counted_summarised = fold->counted_summarised;
    out->counted_refused = fold->counted_refused;
    out->objects_dropped = fold->objects_dropped;
    out->objects_refused = fold->objects_refused;
    out->object_removals_forgotten = fold->object_removals_forgotten;
    out->runs_started = fold->runs_started;
    out->runs_done = fold->runs_done;
    out->runs_stopped = fold->runs_stopped;
    out->runs_failed = fold->runs_failed;
    out->runs_stranded = fold->runs_stranded;
    out->runs_asleep = fold->runs_asleep;
    out->runs_moved = fold->runs_moved;
    out->runs_cancelled = fold->runs_cancelled;
    out->runs_pinned = fold->runs_pinned;
    out->runs_unpinned = fold->runs_unpinned;
    out->runs_included = fold->runs_included;
    out->runs_overdue = fold->runs_overdue;
    out->run_data_refused = fold->run_data_refused;
    out->steps_failed = fold->steps_failed;
    out->zones_known = shard->fold.zones.count;
    out->zones_unknown = fold->zones_unknown;
    out->zones_renewed = shard->zones.renewed;
    out->fields_refused = fold->fields_refused;
    out->unknown_types = fold->unknown_types;
    out->sequence = shard->sequence;
    out->sequence_durable =
        shard->journal == NULL ? shard->sequence : journal_sequence_durable(shard->journal);
    out->sequence_published = shard->sequence_published;
    out->sequence_checkpoint = shard->sequence_checkpoint;
}
