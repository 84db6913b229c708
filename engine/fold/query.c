// Contacts and scores as JSON.
#include "engine/fold/query.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/shard_internal.h"

static struct contact_number find_by_kind(
    struct shard *shard, struct bytes kind, struct bytes value)
{
    struct name_id kind_id = names_find(shard->state, NAME_IDENTIFIER, kind);
    if (kind_id.value == 0 || value.len == 0)
        return (struct contact_number){0};
    struct identity_key key = identity_key_of(shard->state, kind_id, value);
    return identity_find(shard->state, &key);
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

static const struct contact_score *score_of(const struct contact_view *view, struct name_id score)
{
    for (uint32_t i = 0; i < view->score_count; i++) {
        if (view->scores[i].score.value == score.value)
            return &view->scores[i];
    }
    return NULL;
}

static void add_band(struct buffer *to, const struct score_def *score, int64_t value_milli)
{
    struct bytes band = score_def_band(score, value_milli);
    if (band.len == 0)
        return;
    buffer_add_text(to, ",\"band\":");
    text_add_json(to, band);
}

static void add_scores(
    struct buffer *to, const struct shard *shard, const struct contact_view *view)
{
    bool is_first = true;
    for (size_t i = 0; i < ruleset_score_count(shard->ruleset); i++) {
        const struct score_def *score = ruleset_score(shard->ruleset, i);
        const struct contact_score *found = score_of(view, shard->fold.binding.scores[i]);
        if (found == NULL)
            continue;
        int64_t value_milli = score_def_clamp(score, found->sum_milli);
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
    if (shard->ruleset != NULL)
        add_scores(to, shard, &view);
    add_dnd(to, &view);
    add_text(to, "zone", view.zone);
    if (view.notes > 0)
        buffer_add_format(to, ",\"notes\":%" PRIu32, view.notes);
    buffer_add_format(to, ",\"events\":%" PRIu32 "}", view.events);
    arena_free(&arena);
    return ERR_OK;
}

static struct score_clamp clamp_of(const struct score_def *score)
{
    return (struct score_clamp){
        .min_milli = score->has_min ? score->min_milli : INT64_MIN,
        .max_milli = score->has_max ? score->max_milli : INT64_MAX,
    };
}

static const struct score_def *find_score(const struct shard *shard, struct bytes name)
{
    return shard->ruleset == NULL ? NULL : ruleset_score_find(shard->ruleset, name);
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
    struct name_id id = names_find(shard->state, NAME_SCORE, name);
    size_t count = score_top(shard->state, id, clamp_of(score), ranks, max);
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
    const struct score_def *score;
    uint64_t below; // below the lowest band
    uint64_t *counts;
};

static void count_band(void *context, struct contact_number contact, int64_t sum_milli)
{
    struct band_counts *bands = context;
    (void)contact;
    int64_t value_milli = score_def_clamp(bands->score, sum_milli);
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
        .score = score, .counts = mem_zero(score->band_count + 1, sizeof(uint64_t))};
    score_each(shard->state, names_find(shard->state, NAME_SCORE, name), count_band, &bands);
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
