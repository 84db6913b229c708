// Contacts and scores as JSON.
#include "engine/fold/query.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/event/identifier.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/scoring.h"
#include "engine/fold/shard_internal.h"

static struct contact_number find_by_kind(
    struct shard *shard, struct bytes kind, struct bytes value)
{
    struct name_id kind_id = names_find(shard->state, NAME_IDENTIFIER, kind);
    if (kind_id.value == 0 || value.len == 0)
        return (struct contact_number){0};
    struct arena arena = {0};
    struct identity_key key =
        identity_key_of(shard->state, kind_id, identifier_as_kept(&arena, kind, value));
    struct contact_number found = identity_find(shard->state, &key);
    arena_free(&arena);
    return found;
}

struct contact_number query_find(struct shard *shard, struct bytes id)
{
    struct contact_number found = find_by_kind(shard, BYTES_LITERAL("contact_id"), id);
    const uint8_t *colon = id.len == 0 ? NULL : memchr(id.data, ':', id.len);
    if (found.value != 0 || colon == NULL)
        return found;
    size_t at = (size_t)(colon - id.data);
    return find_by_kind(shard, bytes_of(id.data, at), bytes_of(id.data + at + 1, id.len - at - 1));
}

static void add_fields(struct buffer *to, const struct contact_view *view)
{
    if (view->field_count == 0)
        return;
    for (uint32_t i = 0; i < view->field_count; i++) {
        buffer_add_text(to, i == 0 ? ",\"fields\":{" : ",");
        text_add_json(to, view->fields[i].name);
        buffer_add_u8(to, ':');
        value_add_json(to, view->fields[i].value);
    }
    buffer_add_u8(to, '}');
}

static void add_names(struct buffer *to, const char *key, const struct bytes *names, uint32_t count)
{
    if (count == 0)
        return;
    buffer_add_format(to, ",\"%s\":", key);
    for (uint32_t i = 0; i < count; i++) {
        buffer_add_u8(to, i == 0 ? '[' : ',');
        text_add_json(to, names[i]);
    }
    buffer_add_u8(to, ']');
}

static void add_owner(struct buffer *to, const struct contact_view *view)
{
    if (view->owner_team.len == 0 && view->owner_person.len == 0)
        return;
    struct buffer owner = {0};
    buffer_add_bytes(&owner, view->owner_team);
    if (view->owner_team.len > 0 && view->owner_person.len > 0)
        buffer_add_u8(&owner, '/');
    buffer_add_bytes(&owner, view->owner_person);
    buffer_add_text(to, ",\"owner\":");
    text_add_json(to, buffer_bytes(&owner));
    buffer_free(&owner);
}

static const char *consent_name(enum consent consent)
{
    switch (consent) {
    case CONSENT_UNKNOWN: return "unknown";
    case CONSENT_GRANTED: return "granted";
    case CONSENT_DENIED: return "denied";
    case CONSENT_REVOKED: return "revoked";
    }
    return "unknown";
}

static void add_consent(struct buffer *to, const struct contact_view *view)
{
    bool is_first = true;
    for (uint32_t i = 0; i < view->consent_count; i++) {
        if (view->consents[i].consent == CONSENT_UNKNOWN)
            continue;
        buffer_add_text(to, is_first ? ",\"consent\":{" : ",");
        is_first = false;
        text_add_json(to, view->consents[i].channel);
        buffer_add_format(to, ":\"%s\"", consent_name(view->consents[i].consent));
    }
    if (!is_first)
        buffer_add_u8(to, '}');
}

static void add_dnd(struct buffer *to, const struct contact_view *view)
{
    bool is_first = true;
    for (uint32_t i = 0; i < view->consent_count; i++) {
        if (view->consents[i].dnd == DND_OFF)
            continue;
        buffer_add_text(to, is_first ? ",\"dnd\":[" : ",");
        is_first = false;
        text_add_json(to, view->consents[i].channel);
    }
    if (!is_first)
        buffer_add_u8(to, ']');
}

static void add_band(struct buffer *to, const struct score_def *score, int64_t value_milli)
{
    struct bytes band = score_def_band(score, value_milli);
    if (band.len == 0)
        return;
    buffer_add_text(to, ",\"band\":");
    text_add_json(to, band);
}

static void add_scores(struct buffer *to, struct shard *shard)
{
    bool is_first = true;
    struct fold *fold = &shard->fold;
    for (uint32_t i = 0; i < ruleset_score_count(shard->ruleset); i++) {
        const struct score_def *score = ruleset_score(shard->ruleset, i);
        if (!fold_has_score(fold, i))
            continue;
        int64_t value_milli = fold_score_value(fold, i, fold->now_ms).shown_milli;
        buffer_add_text(to, is_first ? ",\"scores\":{" : ",");
        is_first = false;
        text_add_json(to, score->name);
        buffer_add_text(to, ":{\"value\":");
        milli_add(to, value_milli);
        add_band(to, score, value_milli);
        buffer_add_u8(to, '}');
    }
    if (!is_first)
        buffer_add_u8(to, '}');
}

// Those that the rules in force have, by name.
static void add_segments(
    struct buffer *to, const struct shard *shard, const struct contact_view *view)
{
    bool is_first = true;
    for (uint32_t i = 0; i < view->segment_count; i++) {
        const struct contact_segment *segment = &view->segments[i];
        if (!segment->is_member || ruleset_segment_find(shard->ruleset, segment->name) == NULL)
            continue;
        buffer_add_text(to, is_first ? ",\"segments\":[" : ",");
        is_first = false;
        text_add_json(to, segment->name);
    }
    if (!is_first)
        buffer_add_u8(to, ']');
}

static void add_text(struct buffer *to, const char *key, struct bytes text)
{
    if (text.len == 0)
        return;
    buffer_add_format(to, ",\"%s\":", key);
    text_add_json(to, text);
}

static void add_quoted_id(struct buffer *to, const struct contact_view *view)
{
    struct buffer id = {0};
    contact_add_id(&id, view);
    text_add_json(to, buffer_bytes(&id));
    buffer_free(&id);
}

enum err query_contact(struct shard *shard, struct contact_number contact, struct buffer *to)
{
    struct arena arena = {0};
    struct contact_view view;
    enum err err = contact_read(shard->state, contact, &arena, &view);
    if (err != ERR_OK) {
        arena_free(&arena);
        return err;
    }
    buffer_add_text(to, "{\"id\":");
    add_quoted_id(to, &view);
    buffer_add_text(to, ",\"identifiers\":");
    contact_add_identifiers(to, &view);
    add_fields(to, &view);
    add_names(to, "tags", view.tags, view.tag_count);
    add_names(to, "lists", view.lists, view.list_count);
    add_text(to, "stage", view.stage);
    add_owner(to, &view);
    add_consent(to, &view);
    buffer_add_text(to, ",\"created\":");
    json_add_time(to, view.created_ms);
    buffer_add_text(to, ",\"updated\":");
    json_add_time(to, view.updated_ms);
    if (shard->ruleset != NULL) {
        fold_look_at(&shard->fold, contact);
        add_scores(to, shard);
        add_segments(to, shard, &view);
        query_runs(shard, contact, to);
        query_objects(shard, contact, to);
    }
    add_dnd(to, &view);
    add_text(to, "zone", view.zone);
    if (view.notes > 0)
        buffer_add_format(to, ",\"notes\":%" PRIu32, view.notes);
    buffer_add_format(to, ",\"events\":%" PRIu32 "}", view.events);
    arena_free(&arena);
    return ERR_OK;
}

static const struct score_def *find_score(const struct shard *shard, struct bytes name)
{
    return shard->ruleset == NULL ? NULL : ruleset_score_find(shard->ruleset, name);
}

// A score of one contact after the other.
struct score_question {
    struct fold *fold;
    uint32_t score;
};

static struct score_question question_of(struct shard *shard, const struct score_def *score)
{
    return (struct score_question){
        &shard->fold, (uint32_t)(score - ruleset_score(shard->ruleset, 0))};
}

static int64_t score_of_contact(void *context, struct contact_number contact)
{
    const struct score_question *question = context;
    fold_look_at(question->fold, contact);
    return fold_score_value(question->fold, question->score, question->fold->now_ms).shown_milli;
}

static enum err add_rank(
    struct shard *shard,
    const struct score_def *score,
    const struct score_rank *rank,
    struct buffer *to)
{
    struct arena arena = {0};
    struct contact_view view;
    enum err err = contact_read(shard->state, rank->contact, &arena, &view);
    if (err == ERR_OK) {
        buffer_add_text(to, "{\"id\":");
        add_quoted_id(to, &view);
        buffer_add_text(to, ",\"value\":");
        milli_add(to, rank->value_milli);
        add_band(to, score, rank->value_milli);
        buffer_add_u8(to, '}');
    }
    arena_free(&arena);
    return err;
}

enum err query_top(struct shard *shard, struct bytes name, size_t max, struct buffer *to)
{
    const struct score_def *score = find_score(shard, name);
    if (score == NULL)
        return ERR_MISSING;
    struct score_rank *ranks = mem_zero(max + 1, sizeof(*ranks));
    struct score_question question = question_of(shard, score);
    size_t count = score_top(shard->state, score_of_contact, &question, ranks, max);
    buffer_add_text(to, "{\"score\":");
    text_add_json(to, name);
    buffer_add_text(to, ",\"contacts\":[");
    enum err err = ERR_OK;
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        if (i > 0)
            buffer_add_u8(to, ',');
        err = add_rank(shard, score, &ranks[i], to);
    }
    buffer_add_text(to, "]}");
    free(ranks);
    return err;
}

struct band_counts {
    struct score_question question;
    const struct score_def *score;
    uint64_t below; // below the lowest band
    uint64_t *counts;
};

static void count_band(void *context, struct contact_number contact)
{
    struct band_counts *bands = context;
    int64_t value_milli = score_of_contact(&bands->question, contact);
    uint32_t band = bands->score->band_count;
    while (band > 0 && bands->score->bands[band - 1].from_milli > value_milli)
        band--;
    if (band == 0)
        bands->below++;
    else
        bands->counts[band - 1]++;
}

enum err query_bands(struct shard *shard, struct bytes name, struct buffer *to)
{
    const struct score_def *score = find_score(shard, name);
    if (score == NULL)
        return ERR_MISSING;
    struct band_counts bands = {
        .question = question_of(shard, score),
        .score = score,
        .counts = mem_zero(score->band_count + 1, sizeof(uint64_t)),
    };
    contacts_each(shard->state, count_band, &bands);
    buffer_add_text(to, "{\"score\":");
    text_add_json(to, name);
    buffer_add_format(to, ",\"below\":%" PRIu64 ",\"bands\":[", bands.below);
    for (uint32_t i = 0; i < score->band_count; i++) {
        buffer_add_text(to, i == 0 ? "{\"band\":" : ",{\"band\":");
        text_add_json(to, score->bands[i].name);
        buffer_add_text(to, ",\"from\":");
        milli_add(to, score->bands[i].from_milli);
        buffer_add_format(to, ",\"contacts\":%" PRIu64 "}", bands.counts[i]);
    }
    buffer_add_text(to, "]}");
    free(bands.counts);
    return ERR_OK;
}
