// The entry of the store that says where the last checkpoint stands and what counts in it.
#include "projections/store_meta.h"

static void pack_dedup(struct buffer *to, const struct store_meta *meta)
{
    buffer_add_u64(to, meta->dedup_oldest);
    buffer_add_u64(to, meta->dedup_current);
    for (uint64_t number = meta->dedup_oldest; number != 0 && number <= meta->dedup_current;
         number++) {
        const struct dedup_part *part = &meta->dedup_parts[number % DEDUP_PARTS_MAX];
        buffer_add_u64(to, (uint64_t)part->start_ms);
        buffer_add_u64(to, part->count);
        buffer_add_u64(to, part->sum);
    }
}

void store_meta_pack(struct buffer *to, const struct store_meta *meta)
{
    const struct checkpoint *at = &meta->at;
    const struct store_counters *counters = &meta->counters;
    const uint64_t numbers[] = {
        meta->seed,
        at->sequence,
        at->chain.low,
        at->chain.high,
        (uint64_t)at->tick_ms,
        at->ruleset,
        at->digest,
        at->sink_mark,
        meta->contacts,
        meta->identifiers,
        meta->names,
        meta->contacts_sum,
        counters->dedup_evicted,
        counters->ledger_condensed,
        counters->limit_keys_forgotten,
        counters->identity_conflicts,
        counters->changes_refused,
        counters->names_refused,
        meta->timers,
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        buffer_add_u64(to, numbers[i]);
    buffer_add_sized(to, at->positions);
    buffer_add_sized(to, at->ruleset_bundle_at);
    pack_dedup(to, meta);
}

static enum err unpack_dedup(struct cursor *from, struct store_meta *out)
{
    out->dedup_oldest = cursor_u64(from);
    out->dedup_current = cursor_u64(from);
    if (out->dedup_oldest > out->dedup_current ||
        out->dedup_current - out->dedup_oldest >= DEDUP_PARTS_MAX)
        return ERR_CORRUPT;
    for (uint64_t number = out->dedup_oldest; number != 0 && number <= out->dedup_current;
         number++) {
        struct dedup_part *part = &out->dedup_parts[number % DEDUP_PARTS_MAX];
        part->start_ms = (int64_t)cursor_u64(from);
        part->count = cursor_u64(from);
        part->sum = cursor_u64(from);
    }
    return ERR_OK;
}

enum err store_meta_unpack(struct bytes bytes, struct store_meta *out)
{
    *out = (struct store_meta){0};
    struct cursor from = cursor_of(bytes);
    struct checkpoint *at = &out->at;
    out->seed = cursor_u64(&from);
    at->sequence = cursor_u64(&from);
    at->chain.low = cursor_u64(&from);
    at->chain.high = cursor_u64(&from);
    at->tick_ms = (int64_t)cursor_u64(&from);
    at->ruleset = cursor_u64(&from);
    at->digest = cursor_u64(&from);
    at->sink_mark = cursor_u64(&from);
    out->contacts = cursor_u64(&from);
    out->identifiers = cursor_u64(&from);
    out->names = cursor_u64(&from);
    out->contacts_sum = cursor_u64(&from);
    out->counters.dedup_evicted = cursor_u64(&from);
    out->counters.ledger_condensed = cursor_u64(&from);
    out->counters.limit_keys_forgotten = cursor_u64(&from);
    out->counters.identity_conflicts = cursor_u64(&from);
    out->counters.changes_refused = cursor_u64(&from);
    out->counters.names_refused = cursor_u64(&from);
    out->timers = cursor_u64(&from);
    at->positions = cursor_sized(&from);
    at->ruleset_bundle_at = cursor_sized(&from);
    enum err err = unpack_dedup(&from, out);
    if (from.has_failed || cursor_left(&from) > 0 || out->names > NAMES_MAX)
        err = ERR_CORRUPT;
    return err;
}
