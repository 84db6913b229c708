#include "engine/fold/history.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/history_zones.h"
#include "engine/fold/idle.h"
#include "engine/fold/live.h"
#include "engine/fold/scoring.h"
#include "engine/fold/shard_internal.h"
#include "engine/fold/shard_timers.h"
#include "projections/contact_ask.h"
#include "projections/counters.h"
#include "projections/dedup.h"
#include "projections/ledger.h"
#include "projections/limits.h"
#include "projections/scores.h"
#include "projections/segments.h"

struct history {
    struct shard *shadow;
    struct journal_reader *reader;
    struct history_zones zones;
};

// --- folding beside the shard
enum err history_begin(
    const struct shard *shard,
    const struct ruleset *ruleset,
    struct history **out,
    struct fault *fault)
{
    struct history *history = mem_zero(1, sizeof(*history));
    struct shard_params params = shard->params;
    struct checkpoint none;
    params.state.directory = NULL;
    params.state.access = STATE_WRITE;
    params.state.seed = shard->params.identity;
    history->shadow = shard_create(&params);
    struct shard *shadow = history->shadow;
    enum err err =
        journal_reader_open(params.disk, shadow->journal_directory, 1, &history->reader, fault);
    if (err == ERR_OK)
        err = state_open(&params.state, &shadow->state, &none, fault);
    if (err != ERR_OK) {
        history_end(history);
        return err;
    }
    shard_start_engine(shadow, shard->params.identity);
    shadow->fold.is_history = true;
    shadow->only = shard->only;
    zones_borrow(&shadow->fold.zones, &shard->fold.zones);
    shadow->decoder = decoder_create(&params.decode, ruleset_catalog(ruleset));
    decoder_set_unknown(shadow->decoder, params.unknown_events);
    shadow->borrowed = ruleset;
    *out = history;
    return ERR_OK;
}

void history_ask_system(struct history *history, const struct shard *shard)
{
    uint64_t bytes_max = shard->params.frame_bytes_max / FRAME_ZONES_PARTS;
    history_zones_ask(&history->zones, &history->shadow->fold, shard->params.zone_files, bytes_max);
}

bool history_agrees(const struct history *history, const struct shard *shard)
{
    const struct zones *seen = &history->shadow->fold.zones;
    for (size_t i = 0; i < shard->fold.zones.count; i++) {
        const struct known_zone *known = &shard->fold.zones.items[i];
        const struct known_zone *then = zones_find(seen, known->name);
        if (then == NULL && history_zones_was_none(&history->zones, known->name))
            return false;
        if (then != NULL && then->file_hash != known->file_hash)
            return false;
    }
    return true;
}

void history_take_zones(struct history *history, struct shard *shard)
{
    INVARIANT(history_agrees(history, shard));
    shard_zones_take(shard, buffer_bytes(&history->zones.found));
}

void history_end(struct history *history)
{
    if (history == NULL)
        return;
    history_zones_free(&history->zones);
    if (history->reader != NULL)
        journal_reader_close(history->reader);
    shard_close(history->shadow);
    free(history);
}

// Settings as they were; rules are the new ones from the start.
static enum err take_commands(struct shard *shadow, struct frame_reader *frame, struct fault *fault)
{
    struct frame_command command;
    enum err err = ERR_OK;
    while ((err = frame_next_command(frame, &command)) == ERR_OK) {
        if (command.kind == FRAME_COMMAND_RULESET || command.kind == FRAME_COMMAND_HISTORY ||
            command.kind == FRAME_COMMAND_TIMERS || command.kind == FRAME_COMMAND_ZONE ||
            command.kind == FRAME_COMMAND_DROP || command.kind == FRAME_COMMAND_UNSENT)
            continue;
        err = replay_command(shadow, &command, fault);
        if (err != ERR_OK)
            return err;
    }
    return err == ERR_END ? ERR_OK : err;
}

static enum err follow_frame(struct shard *shadow, struct frame_reader *frame, struct fault *fault)
{
    const struct frame_head *head = &frame->head;
    struct fold *fold = &shadow->fold;
    struct bytes names[REPLAY_SOURCES_MAX] = {{NULL, 0}};
    arena_clear(&shadow->arena);
    shadow->frame_sequence = head->sequence;
    fold->sequence = head->sequence;
    fold->emit = NULL;
    shard_timers_begin(shadow);
    bool is_wall = !shadow->has_settings || fold->settings.tick_mode == TICK_WALL;
    if (is_wall)
        fold->tick_ms = head->tick_ms;
    state_frame_begin(shadow->state, fold->tick_ms);
    enum err err = take_commands(shadow, frame, fault);
    if (fold->ruleset == NULL) {
        fold_bind(fold, shadow->borrowed);
        live_sweep(fold);
    }
    if (err == ERR_OK)
        err = replay_sources(shadow, frame, names);
    if (err == ERR_OK && (is_wall || head->counts.events == 0))
        (void)shard_timers_fire(shadow, head->tick_ms);
    if (err == ERR_OK)
        err = replay_inputs(shadow, frame, names);
    (void)shard_timers_fire(shadow, head->tick_ms);
    if (head->tick_ms > fold->tick_ms)
        fold->tick_ms = head->tick_ms;
    dedup_expire(shadow->state, fold->tick_ms);
    (void)state_frame_end(shadow->state);
    outbox_free(&shadow->outbox); // dead letters of then
    shadow->sequence = head->sequence;
    return err;
}

enum err history_follow(struct history *history, uint64_t sequence, struct fault *fault)
{
    struct shard *shadow = history->shadow;
    enum err err = ERR_OK;
    while (err == ERR_OK && shadow->sequence < sequence) {
        struct bytes bytes;
        struct frame_reader frame;
        err = journal_reader_next(history->reader, &bytes, &frame, fault);
        if (err == ERR_END)
            return fault_set(
                fault, ERR_STATE, "sequence %" PRIu64 " is not in the journal yet", sequence);
        if (err == ERR_OK)
            err = follow_frame(shadow, &frame, fault);
    }
    return err == ERR_OK
               ? ERR_OK
               : fault_wrap(
                     fault, err, "folding again under new rules, behind sequence %" PRIu64,
                     shadow->sequence);
}

// --- putting in place
struct transfer {
    struct state *from, *to;
    struct contact_number source, target; // source 0: the contact is not there
    struct shard *shard;
    const bool *is_kept_score; // by score of the new rules: what is there stays
    struct ledger_entry *entries;
    uint32_t entry_count, entry_cap;
};

// The number in the shard's state of a name in the shadow's.
static struct name_id translate(
    const struct transfer *transfer, enum name_kind kind, struct name_id name)
{
    return names_intern(transfer->to, kind, names_text(transfer->from, name));
}

static void take_entry(struct transfer *transfer, const struct ledger_entry *entry)
{
    if (transfer->entry_count == transfer->entry_cap) {
        transfer->entry_cap = transfer->entry_cap == 0 ? 64 : transfer->entry_cap * 2;
        transfer->entries =
            mem_resize(transfer->entries, transfer->entry_cap * sizeof(*transfer->entries));
    }
    transfer->entries[transfer->entry_count++] = *entry;
}

// Which score of the new rules a name of a score or of one of its rules belongs to; UINT32_MAX: none of them.
static uint32_t score_of(const struct shard *shard, struct name_id name, enum name_kind kind)
{
    const struct fold_binding *binding = &shard->fold.binding;
    if (kind == NAME_RULE) {
        uint32_t rule = name_index_find(&binding->rule_of_name, name);
        return rule == NAME_INDEX_NONE ? UINT32_MAX : ruleset_rule(shard->ruleset, rule)->score;
    }
    for (uint32_t i = 0; i < ruleset_score_count(shard->ruleset); i++) {
        if (binding->scores[i].value == name.value)
            return i;
    }
    return UINT32_MAX;
}

static bool is_kept(const struct transfer *transfer, struct name_id name, enum name_kind kind)
{
    uint32_t score = score_of(transfer->shard, name, kind);
    return score != UINT32_MAX && transfer->is_kept_score[score];
}

// Whether the entry is of a step of a workflow; a rule of that name has the name to itself.
static bool is_of_workflow(const struct transfer *transfer, const struct ledger_entry *entry)
{
    struct buffer name = {0};
    if (name_index_find(&transfer->shard->fold.binding.rule_of_name, entry->rule) !=
        NAME_INDEX_NONE)
        return false;
    buffer_add_bytes(&name, names_text(transfer->to, entry->score));
    buffer_add_text(&name, "/" WORKFLOW_RULE);
    bool is_it = bytes_equal(buffer_bytes(&name), names_text(transfer->to, entry->rule));
    buffer_free(&name);
    return is_it;
}

static bool is_from_now(const struct transfer *transfer, struct name_id name, enum name_kind kind)
{
    uint32_t score = score_of(transfer->shard, name, kind);
    return score != UINT32_MAX && ruleset_score(transfer->shard->ruleset, score)->is_from_now;
}

// Condensed entries first, as the ledger has them: of what stays and of what comes. What workflows gave stays, as all
// that they did to the contact.
static void move_ledger(struct transfer *transfer)
{
    struct ledger_entry entry;
    transfer->entry_count = 0;
    for (int round = 0; round < 2; round++) {
        for (size_t at = 0; ledger_next(transfer->to, transfer->target, &at, &entry);) {
            if ((entry.ref.packed == 0) == (round == 0) &&
                (is_kept(transfer, entry.score, NAME_SCORE) || is_of_workflow(transfer, &entry)))
                take_entry(transfer, &entry);
        }
        for (size_t at = 0; transfer->source.value != 0 &&
                            ledger_next(transfer->from, transfer->source, &at, &entry);) {
            entry.score = translate(transfer, NAME_SCORE, entry.score);
            entry.rule = translate(transfer, NAME_RULE, entry.rule);
            if ((entry.ref.packed == 0) == (round == 0) &&
                !is_from_now(transfer, entry.score, NAME_SCORE))
                take_entry(transfer, &entry);
        }
    }
    ledger_replace(transfer->to, transfer->target, transfer->entries, transfer->entry_count);
}

static void move_limits(struct transfer *transfer)
{
    struct limit_row row;
    size_t count = 0;
    struct limit_row *rows = NULL;
    size_t cap = 0;
    for (size_t at = 0; limit_next_any(transfer->to, transfer->target, &at, &row);) {
        if (!is_kept(transfer, row.rule, NAME_RULE))
            continue;
        if (count == cap)
            rows = mem_resize(rows, (cap = cap == 0 ? 16 : cap * 2) * sizeof(*rows));
        rows[count++] = row;
    }
    limits_clear(transfer->to, transfer->target);
    for (size_t i = 0; i < count; i++)
        limit_add(transfer->to, transfer->target, &rows[i], LIMIT_APPEND);
    free(rows);
    for (size_t at = 0; transfer->source.value != 0 &&
                        limit_next_any(transfer->from, transfer->source, &at, &row);) {
        row.rule = translate(transfer, NAME_RULE, row.rule);
        if (!is_from_now(transfer, row.rule, NAME_RULE))
            limit_add(transfer->to, transfer->target, &row, LIMIT_APPEND);
    }
}

// What has come to hold is told as when it does so by itself.
static void tell_held(
    const struct transfer *transfer,
    const struct segment_def *segment, // NULL: a state rule
    struct name_id name,
    const struct segment_state *before,
    const struct segment_state *held)
{
    const struct shard *shard = transfer->shard;
    if (segment != NULL && held->is_member && !before->is_member)
        fold_tell_matched(
            &shard->fold, MATCHED_SEGMENT,
            (uint32_t)(segment - ruleset_segment(shard->ruleset, 0)));
    uint32_t rule = name_index_find(&shard->fold.binding.rule_of_name, name);
    if (segment == NULL && rule != NAME_INDEX_NONE && held->is_true && !before->is_true)
        fold_tell_matched(&shard->fold, MATCHED_RULE, rule);
}

// Segments and state rules hold from when they held in the shadow; what is true now is looked at afterwards.
static void move_segments(struct transfer *transfer)
{
    const struct shard *shard = transfer->shard;
    struct name_id name;
    struct segment_state held;
    for (size_t at = 0; transfer->source.value != 0 &&
                        segment_next(transfer->from, transfer->source, &at, &name, &held);) {
        struct bytes text = names_text(transfer->from, name);
        const struct segment_def *segment = ruleset_segment_find(shard->ruleset, text);
        enum name_kind kind = segment == NULL ? NAME_RULE : NAME_SEGMENT;
        if (segment != NULL && segment->is_from_now)
            continue;
        struct name_id to = translate(transfer, kind, name);
        struct segment_state before = segment_read(transfer->to, transfer->target, to);
        segment_write(transfer->to, transfer->target, to, &held);
        tell_held(transfer, segment, to, &before, &held);
    }
}

// What the shadow has kept of events under a name takes the place of what is there.
static void move_bytes(
    struct transfer *transfer, struct name_id from, struct name_id to, bool is_from_now)
{
    struct bytes bytes = {NULL, 0};
    if (transfer->source.value != 0 && from.value != 0 && !is_from_now)
        bytes = counter_read(transfer->from, transfer->source, from);
    uint8_t *at = counter_write(transfer->to, transfer->target, to, bytes.len);
    if (at != NULL)
        memcpy(at, bytes.data, bytes.len);
}

static void move_counters(struct transfer *transfer, const bool *is_kept_counter)
{
    const struct shard *shard = transfer->shard;
    for (size_t i = 0; i < ruleset_counter_count(shard->ruleset); i++) {
        const struct counter_def *counter = ruleset_counter(shard->ruleset, i);
        struct name_id to = shard->fold.binding.counters[i];
        struct name_id from = names_find(transfer->from, NAME_COUNTER, counter->name);
        if (!is_kept_counter[i])
            move_bytes(transfer, from, to, counter->is_from_now);
    }
}

static void move_objects(struct transfer *transfer, const bool *is_kept_object)
{
    const struct shard *shard = transfer->shard;
    for (size_t i = 0; i < ruleset_object_count(shard->ruleset); i++) {
        const struct object_def *object = ruleset_object(shard->ruleset, i);
        struct name_id from = names_find(transfer->from, NAME_COUNTER, object->kept_as);
        if (!is_kept_object[i])
            move_bytes(transfer, from, shard->fold.binding.objects[i], object->is_from_now);
    }
}

// What has come and what was implied is of the new rules, too.
static void move_implied(struct transfer *transfer)
{
    const struct shard *shard = transfer->shard;
    for (size_t i = 0; i < ruleset_implied_count(shard->ruleset); i++) {
        struct name_id from =
            names_find(transfer->from, NAME_COUNTER, ruleset_implied(shard->ruleset, i)->name);
        move_bytes(transfer, from, shard->fold.binding.implied[i], false);
    }
}

// Whether silences are to be had from before: they are asked for first, or otherwise than they were.
static bool is_new_idle(const struct workflow_def *workflow, const struct ruleset *before)
{
    if (workflow->trigger != TRIGGER_IDLE || workflow->time.is_from_now)
        return false;
    const struct workflow_def *old =
        before == NULL ? NULL : ruleset_workflow_find(before, workflow->name);
    return old == NULL || old->trigger != TRIGGER_IDLE ||
           old->time.idle_hash != workflow->time.idle_hash;
}

static void move_silences(struct transfer *transfer, const struct ruleset *before)
{
    struct shard *shard = transfer->shard;
    struct buffer name = {0};
    for (size_t i = 0; i < ruleset_workflow_count(shard->ruleset); i++) {
        const struct workflow_def *workflow = ruleset_workflow(shard->ruleset, i);
        if (!is_new_idle(workflow, before))
            continue;
        buffer_clear(&name);
        idle_add_name(&name, workflow->name);
        struct name_id from = names_find(transfer->from, NAME_COUNTER, buffer_bytes(&name));
        struct bytes rows = {NULL, 0};
        if (transfer->source.value != 0 && from.value != 0)
            rows = counter_read(transfer->from, transfer->source, from);
        idle_take_over(&shard->fold, workflow, rows);
    }
    buffer_free(&name);
}

static void move_shown(struct transfer *transfer)
{
    const struct shard *shard = transfer->shard;
    for (uint32_t i = 0; i < ruleset_score_count(shard->ruleset); i++) {
        const struct score_def *score = ruleset_score(shard->ruleset, i);
        struct name_id from = names_find(transfer->from, NAME_SCORE, score->name);
        int64_t shown_milli = 0;
        if (transfer->is_kept_score[i])
            continue;
        if (transfer->source.value != 0 && !score->is_from_now)
            shown_milli = score_shown(transfer->from, transfer->source, from);
        if (shown_milli !=
            score_shown(transfer->to, transfer->target, shard->fold.binding.scores[i]))
            score_set_shown(
                transfer->to, transfer->target, shard->fold.binding.scores[i], shown_milli);
    }
}

// The contact of the shadow that has the first identifier of one of the shard's.
static struct contact_number source_of(
    const struct transfer *transfer, struct contact_number target)
{
    struct bytes kind, value;
    size_t at = 0;
    if (!contact_next_identifier(transfer->to, target, &at, &kind, &value))
        return (struct contact_number){0};
    struct name_id name = names_find(transfer->from, NAME_IDENTIFIER, kind);
    if (name.value == 0)
        return (struct contact_number){0};
    struct identity_key key = identity_key_of(transfer->from, name, value);
    return identity_find(transfer->from, &key);
}

// Which definitions say `from_now` and are the same in the rules before.
static bool *kept_scores(const struct ruleset *after, const struct ruleset *before)
{
    bool *kept = mem_zero(ruleset_score_count(after) + 1, sizeof(*kept));
    for (size_t i = 0; before != NULL && i < ruleset_score_count(after); i++) {
        const struct score_def *score = ruleset_score(after, i);
        const struct score_def *old = ruleset_score_find(before, score->name);
        kept[i] = score->is_from_now && old != NULL && old->hash == score->hash;
    }
    return kept;
}

static bool *kept_counters(const struct ruleset *after, const struct ruleset *before)
{
    bool *kept = mem_zero(ruleset_counter_count(after) + 1, sizeof(*kept));
    for (size_t i = 0; before != NULL && i < ruleset_counter_count(after); i++) {
        const struct counter_def *counter = ruleset_counter(after, i);
        for (size_t j = 0; j < ruleset_counter_count(before); j++) {
            const struct counter_def *old = ruleset_counter(before, j);
            kept[i] = kept[i] || (counter->is_from_now && old->hash == counter->hash &&
                                  bytes_equal(old->name, counter->name));
        }
    }
    return kept;
}

static bool *kept_objects(const struct ruleset *after, const struct ruleset *before)
{
    bool *kept = mem_zero(ruleset_object_count(after) + 1, sizeof(*kept));
    for (size_t i = 0; before != NULL && i < ruleset_object_count(after); i++) {
        const struct object_def *object = ruleset_object(after, i);
        for (size_t j = 0; j < ruleset_object_count(before); j++) {
            const struct object_def *old = ruleset_object(before, j);
            kept[i] = kept[i] || (object->is_from_now && old->hash == object->hash &&
                                  bytes_equal(old->name, object->name));
        }
    }
    return kept;
}

void history_apply(struct history *history, struct shard *shard, const struct ruleset *before)
{
    bool *scores = kept_scores(shard->ruleset, before);
    bool *counters = kept_counters(shard->ruleset, before);
    bool *objects = kept_objects(shard->ruleset, before);
    struct transfer transfer = {
        .from = history->shadow->state,
        .to = shard->state,
        .shard = shard,
        .is_kept_score = scores,
    };
    for (uint64_t i = 1; i <= contacts_count(shard->state); i++) {
        transfer.target = (struct contact_number){i};
        transfer.source = source_of(&transfer, transfer.target);
        shard->fold.contact = transfer.target;
        move_ledger(&transfer);
        move_limits(&transfer);
        move_segments(&transfer);
        move_counters(&transfer, counters);
        move_objects(&transfer, objects);
        move_implied(&transfer);
        move_silences(&transfer, before);
        move_shown(&transfer);
    }
    free(transfer.entries);
    free(scores);
    free(counters);
    free(objects);
}
