// Taking a score apart: every ledger entry with the event and the rule it came from.
#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/query.h"
#include "engine/fold/scoring.h"
#include "engine/fold/shard_internal.h"
#include "rules/expression.h"

// One explanation: the frame read last is kept, since entries of one frame follow each other.
struct explain {
    struct shard *shard;
    struct buffer *to;
    struct decoder *decoder;
    struct arena arena;
    struct journal_reader *reader;
    struct frame_reader frame;
    uint64_t sequence; // of the frame kept; 0: none
    struct fault *fault;
};

static enum err read_frame(struct explain *explain, uint64_t sequence)
{
    if (explain->sequence == sequence)
        return ERR_OK;
    struct shard *shard = explain->shard;
    if (explain->reader != NULL)
        journal_reader_close(explain->reader);
    explain->reader = NULL;
    explain->sequence = 0;
    enum err err = journal_reader_open(
        shard->params.disk, shard->journal_directory, sequence, &explain->reader, explain->fault);
    struct bytes bytes;
    if (err == ERR_OK)
        err = journal_reader_next(explain->reader, &bytes, &explain->frame, explain->fault);
    if (err == ERR_OK)
        explain->sequence = sequence;
    return err;
}

static enum err find_input(struct explain *explain, struct event_ref ref, struct frame_input *out)
{
    enum err err = read_frame(explain, event_ref_sequence(ref));
    if (err != ERR_OK)
        return err;
    struct frame_reader frame = explain->frame; // its own place among the inputs
    int64_t positions[64] = {0};
    if (frame.source_count <= 64) {
        memcpy(positions, frame.positions, frame.source_count * sizeof(*positions));
        frame.positions = positions;
    }
    for (uint32_t i = 0; i <= event_ref_index(ref) && err == ERR_OK; i++)
        err = frame_next_input(&frame, out);
    return err;
}

static enum err add_event(struct explain *explain, struct event_ref ref)
{
    struct frame_input input;
    struct event event;
    struct reject reject;
    struct buffer *to = explain->to;
    enum err err = find_input(explain, ref, &input);
    if (err != ERR_OK)
        return err;
    struct raw_event raw = {.value = input.value, .value_bytes = input.value.len};
    arena_clear(&explain->arena);
    if (input.headers.len > 0 && !raw_event_unpack_headers(input.headers, &explain->arena, &raw))
        return ERR_CORRUPT;
    decoder_reset(explain->decoder);
    if (decoder_decode(explain->decoder, DECODE_REPLAY, &raw, &event, &reject) != REJECT_NONE)
        return ERR_CORRUPT;
    buffer_add_text(to, ",\"event\":{\"source\":");
    text_add_json(to, event.source);
    buffer_add_text(to, ",\"id\":");
    text_add_json(to, event.id);
    buffer_add_text(to, ",\"type\":");
    text_add_json(to, event.type_name);
    buffer_add_format(
        to,
        ",\"sequence\":%" PRIu64 ",\"index\":%" PRIu32 "},\"ruleset\":", event_ref_sequence(ref),
        event_ref_index(ref));
    json_add_hex64(to, explain->frame.head.ruleset);
    return ERR_OK;
}

static void add_rule(struct explain *explain, struct name_id rule)
{
    struct bytes name = names_text(explain->shard->state, rule);
    const struct score_rule *found = ruleset_rule_find(explain->shard->ruleset, name);
    const uint8_t *slash = name.len == 0 ? NULL : memchr(name.data, '/', name.len);
    struct bytes shown = name;
    if (slash != NULL)
        shown = bytes_of(slash + 1, name.len - (size_t)(slash - name.data) - 1);
    buffer_add_text(explain->to, ",\"rule\":");
    text_add_json(explain->to, found != NULL ? found->name : shown);
    if (found == NULL)
        return; // no longer in the ruleset in force
    buffer_add_text(explain->to, ",\"file\":");
    text_add_json(explain->to, bytes_text(found->place.file));
    buffer_add_format(explain->to, ",\"line\":%" PRIu32, found->place.line);
}

// One of the numbers that a score is the sum of; 0 is left out.
static void add_milli(struct buffer *to, const char *key, int64_t milli)
{
    if (milli == 0)
        return;
    buffer_add_format(to, ",\"%s\":", key);
    milli_add(to, milli);
}

static void add_group(struct explain *explain, const struct score_parts *parts, uint32_t group)
{
    if (group >= parts->score->group_count)
        return;
    buffer_add_text(explain->to, ",\"group\":");
    text_add_json(explain->to, parts->score->groups[group].name);
}

// points: what the rule gave; forgotten: what time has taken of it since; cut: what a limit kept back from the start.
static enum err add_entry(
    struct explain *explain,
    const struct score_parts *parts,
    const struct ledger_entry *entry,
    uint32_t index,
    int64_t value_milli)
{
    struct buffer *to = explain->to;
    buffer_add_text(to, "{\"points\":");
    milli_add(to, entry->points_milli);
    add_milli(to, "forgotten", value_milli - entry->points_milli);
    add_milli(to, "limited", -entry->cut_milli);
    if (entry->time_ms != SCORED_NO_EVENT) {
        buffer_add_text(to, ",\"time\":");
        json_add_time(to, entry->time_ms);
    }
    add_rule(explain, entry->rule);
    add_group(explain, parts, parts->entries[index].group);
    enum err err = ERR_OK;
    if (entry->ref.packed == 0)
        buffer_add_format(to, ",\"condensed\":%" PRIu32, entry->count);
    else if (event_ref_index(entry->ref) == FRAME_INPUTS_MAX)
        buffer_add_text(to, ",\"timer\":true");
    else
        err = add_event(explain, entry->ref);
    buffer_add_u8(to, '}');
    return err;
}

// State rules that are true now.
static void add_state_rules(
    struct explain *explain, const struct score_parts *parts, const char *separator)
{
    struct fold *fold = &explain->shard->fold;
    const struct score_def *score = parts->score;
    for (uint32_t i = 0; i < score->state_rule_count; i++) {
        const struct score_rule *rule = ruleset_rule(fold->ruleset, score->state_rules[i]);
        int64_t milli = 0;
        if (!fold_state_rule(fold, rule, &milli))
            continue;
        buffer_add_format(explain->to, "%s{\"points\":", separator);
        separator = ",";
        milli_add(explain->to, milli);
        buffer_add_text(explain->to, ",\"while\":true");
        add_rule(explain, fold->binding.rules[rule->index]);
        add_group(explain, parts, rule->group);
        buffer_add_u8(explain->to, '}');
    }
}

// What each group comes to, and what its cap takes or gives.
static void add_groups(
    struct explain *explain, const struct score_parts *parts, const int64_t *values_milli)
{
    const struct score_def *score = parts->score;
    for (uint32_t g = 0; g < score->group_count; g++) {
        const struct score_group *group = &score->groups[g];
        int64_t sum_milli = parts->state_milli[g];
        for (uint32_t i = 0; i < parts->count; i++)
            sum_milli += parts->entries[i].group == g ? values_milli[i] : 0;
        buffer_add_text(explain->to, g == 0 ? ",\"groups\":[{\"group\":" : ",{\"group\":");
        text_add_json(explain->to, group->name);
        buffer_add_text(explain->to, ",\"sum\":");
        milli_add(explain->to, sum_milli);
        add_milli(explain->to, "cut", score_group_capped(group, sum_milli) - sum_milli);
        buffer_add_u8(explain->to, '}');
    }
    if (score->group_count > 0)
        buffer_add_u8(explain->to, ']');
}

static enum err add_parts(struct explain *explain, const struct contact_view *view, uint32_t index)
{
    struct fold *fold = &explain->shard->fold;
    struct buffer *to = explain->to;
    struct score_parts parts;
    struct arena arena = {0};
    fold_score_parts(fold, index, &parts);
    struct scored *entries = arena_alloc(&arena, (parts.count + 1) * sizeof(*entries));
    int64_t *values = arena_alloc(&arena, (parts.count + 1) * sizeof(*values));
    if (parts.count > 0)
        memcpy(entries, parts.entries, parts.count * sizeof(*entries));
    parts.entries = entries; // the fold's own are used again for state rules
    score_entry_values(&parts, fold->now_ms, values);
    add_groups(explain, &parts, values);
    add_milli(to, "idle", score_idle_taken(&parts, fold->now_ms));
    buffer_add_text(to, ",\"entries\":[");
    enum err err = ERR_OK;
    uint32_t at = 0;
    for (uint32_t i = 0; i < view->ledger_count && err == ERR_OK; i++) {
        if (view->ledger[i].score.value != fold->binding.scores[index].value)
            continue;
        if (at > 0)
            buffer_add_u8(to, ',');
        err = add_entry(explain, &parts, &view->ledger[i], at, values[at]);
        at++;
    }
    add_state_rules(explain, &parts, at > 0 ? "," : "");
    buffer_add_u8(to, ']');
    arena_free(&arena);
    return err;
}

static enum err add_score(struct explain *explain, const struct contact_view *view, uint32_t index)
{
    struct buffer *to = explain->to;
    struct fold *fold = &explain->shard->fold;
    const struct score_def *score = ruleset_score(fold->ruleset, index);
    struct score_value value = fold_score_value(fold, index, fold->now_ms);
    struct bytes band = score_def_band(score, value.shown_milli);
    enum err err = ERR_OK;
    buffer_add_text(to, "{\"score\":");
    text_add_json(to, score->name);
    buffer_add_text(to, ",\"value\":");
    milli_add(to, value.shown_milli);
    if (band.len > 0) {
        buffer_add_text(to, ",\"band\":");
        text_add_json(to, band);
    }
    buffer_add_text(to, ",\"sum\":");
    milli_add(to, value.beneath_milli);
    buffer_add_text(to, ",\"cut\":"); // what min and max took or gave
    milli_add(to, value.shown_milli - value.beneath_milli);
    if (score->combine != NULL) {
        buffer_add_text(to, ",\"combine\":");
        text_add_json(to, score->combine->text);
    } else {
        err = add_parts(explain, view, index);
    }
    buffer_add_u8(to, '}');
    return err;
}

static enum err add_all(
    struct explain *explain, const struct contact_view *view, struct bytes wanted)
{
    const struct shard *shard = explain->shard;
    enum err err = ERR_OK;
    bool is_first = true;
    for (size_t i = 0; i < ruleset_score_count(shard->ruleset) && err == ERR_OK; i++) {
        const struct score_def *score = ruleset_score(shard->ruleset, i);
        if (wanted.len > 0 && !bytes_equal(wanted, score->name))
            continue;
        if (!fold_has_score(&explain->shard->fold, (uint32_t)i))
            continue;
        if (!is_first)
            buffer_add_u8(explain->to, ',');
        is_first = false;
        err = add_score(explain, view, (uint32_t)i);
    }
    return err;
}

enum err query_explain(
    struct shard *shard,
    struct contact_number contact,
    struct bytes score,
    struct buffer *to,
    struct fault *fault)
{
    struct arena arena = {0};
    struct contact_view view;
    if (shard->ruleset == NULL ||
        (score.len > 0 && ruleset_score_find(shard->ruleset, score) == NULL))
        return fault_set(fault, ERR_MISSING, "no such score in the rules in force");
    enum err err = contact_read(shard->state, contact, &arena, &view);
    if (err != ERR_OK) {
        arena_free(&arena);
        return fault_set(fault, err, "the contact cannot be read: %s", err_text(err));
    }
    fold_look_at(&shard->fold, contact);
    struct explain explain = {
        .shard = shard,
        .to = to,
        .decoder = decoder_create(&shard->params.decode, ruleset_catalog(shard->ruleset)),
        .fault = fault,
    };
    buffer_add_text(to, "{\"id\":");
    struct buffer id = {0};
    contact_add_id(&id, &view);
    text_add_json(to, buffer_bytes(&id));
    buffer_free(&id);
    buffer_add_text(to, ",\"scores\":[");
    err = add_all(&explain, &view, score);
    buffer_add_text(to, "]}");
    if (explain.reader != NULL)
        journal_reader_close(explain.reader);
    decoder_destroy(explain.decoder);
    arena_free(&explain.arena);
    arena_free(&arena);
    return err;
}
