#include "engine/fold/expression.h"

#include "engine/fold/contact_json.h"
#include "engine/fold/counter.h"
#include "engine/fold/expression_objects.h"
#include "engine/fold/expression_run.h"
#include "engine/fold/expression_value.h"
#include "engine/fold/fold.h"
#include "engine/fold/fold_zone.h"
#include "engine/fold/scoring.h"
#include "projections/contact_ask.h"
#include "projections/segments.h"
#include "rules/scope.h"

// --- maps by field
size_t host_map_count(const struct cel_map *map, struct cel_eval *eval, uint32_t field_count)
{
    size_t count = 0;
    struct cel_value value;
    for (uint32_t i = 0; i < field_count; i++)
        count += map->find(map, eval, (struct bytes){NULL, 0}, i, &value);
    return count;
}

uint32_t host_map_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    uint32_t field_count,
    size_t index,
    struct cel_value *value_out)
{
    for (uint32_t i = 0; i < field_count; i++) {
        if (map->find(map, eval, (struct bytes){NULL, 0}, i, value_out) && index-- == 0)
            return i;
    }
    return 0;
}

// --- data
// A member that is null counts as one that is not there.
static bool data_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    const struct expressions *expressions = &host_map_fold(map)->expressions;
    struct value value = value_member(expressions->values, name);
    if (value.kind == VALUE_ABSENT || value.kind == VALUE_NULL)
        return false;
    enum data_type type = expression_member_type(expressions->type, name, field);
    *value_out = expression_value_declared(eval, value, type);
    return true;
}

static size_t data_count(const struct cel_map *map, struct cel_eval *eval)
{
    (void)eval;
    return value_iterate(host_map_fold(map)->expressions.values).count;
}

static void data_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    struct bytes name = {NULL, 0};
    (void)cel_spend(eval, index / 8);
    *value_out = expression_value(
        eval, expression_value_at(host_map_fold(map)->expressions.values, index, &name));
    *key_out = cel_string(name);
}

// --- the event, the scores
static bool event_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    const struct fold *fold = host_map_fold(map);
    if (field == SCOPE_EVENT_ID || bytes_equal_text(name, "id"))
        *value_out = cel_string(fold->input->id);
    else if (field == SCOPE_EVENT_TYPE || bytes_equal_text(name, "type"))
        *value_out = cel_string(fold->expressions.type->name);
    else if (field == SCOPE_EVENT_SOURCE || bytes_equal_text(name, "source"))
        *value_out = cel_string(fold->input->source);
    else if (field == SCOPE_EVENT_TIME || bytes_equal_text(name, "time"))
        *value_out = expression_value_time(eval, fold->time_ms);
    else
        return false;
    return true;
}

static size_t event_count(const struct cel_map *map, struct cel_eval *eval)
{
    return host_map_count(map, eval, SCOPE_EVENT_FIELD_COUNT);
}

static void event_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    static const char *const names[] = {"id", "type", "source", "time"};
    uint32_t field = host_map_at(map, eval, SCOPE_EVENT_FIELD_COUNT, index, value_out);
    *key_out = cel_string(bytes_text(names[field]));
}

static bool score_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    struct fold *fold = host_map_fold(map);
    size_t count = ruleset_score_count(fold->ruleset);
    (void)eval;
    for (size_t i = 0; field == CEL_NO_FIELD && i < count; i++) {
        if (bytes_equal(ruleset_score(fold->ruleset, i)->name, name))
            field = (uint32_t)i;
    }
    if (field >= count)
        return false;
    int64_t milli = fold_score_value(fold, field, fold->now_ms).shown_milli;
    *value_out = cel_double((double)milli / 1000.0);
    return true;
}

static size_t score_count(const struct cel_map *map, struct cel_eval *eval)
{
    (void)eval;
    return ruleset_score_count(host_map_fold(map)->ruleset);
}

static void score_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    *key_out = cel_string(ruleset_score(host_map_fold(map)->ruleset, index)->name);
    (void)score_find(map, eval, (struct bytes){NULL, 0}, (uint32_t)index, value_out);
}

// --- counters, segments
static bool counter_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    struct fold *fold = host_map_fold(map);
    size_t count = ruleset_counter_count(fold->ruleset);
    for (size_t i = 0; field == CEL_NO_FIELD && i < count; i++) {
        if (bytes_equal(ruleset_counter(fold->ruleset, i)->name, name))
            field = (uint32_t)i;
    }
    if (field >= count)
        return false;
    const struct counter_place place = fold_counter_place(fold, field);
    return counter_value(&place, fold->now_ms, eval, value_out);
}

static size_t counter_count(const struct cel_map *map, struct cel_eval *eval)
{
    return host_map_count(map, eval, (uint32_t)ruleset_counter_count(host_map_fold(map)->ruleset));
}

static void counter_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    const struct ruleset *ruleset = host_map_fold(map)->ruleset;
    uint32_t count = (uint32_t)ruleset_counter_count(ruleset);
    uint32_t field = host_map_at(map, eval, count, index, value_out);
    *key_out = cel_string(ruleset_counter(ruleset, field)->name);
}

static bool segment_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    struct fold *fold = host_map_fold(map);
    size_t count = ruleset_segment_count(fold->ruleset);
    (void)eval;
    for (size_t i = 0; field == CEL_NO_FIELD && i < count; i++) {
        if (bytes_equal(ruleset_segment(fold->ruleset, i)->name, name))
            field = (uint32_t)i;
    }
    if (field >= count)
        return false;
    *value_out =
        cel_bool(segment_read(fold->state, fold->contact, fold->binding.segments[field]).is_member);
    return true;
}

static size_t segment_count(const struct cel_map *map, struct cel_eval *eval)
{
    (void)eval;
    return ruleset_segment_count(host_map_fold(map)->ruleset);
}

static void segment_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    *key_out = cel_string(ruleset_segment(host_map_fold(map)->ruleset, index)->name);
    (void)segment_find(map, eval, (struct bytes){NULL, 0}, (uint32_t)index, value_out);
}

// --- the contact
static struct cel_value contact_id(struct fold *fold, struct cel_eval *eval)
{
    struct bytes kind, value;
    size_t at = 0;
    if (!contact_next_identifier(fold->state, fold->contact, &at, &kind, &value))
        return cel_string((struct bytes){NULL, 0});
    if (bytes_equal_text(kind, "contact_id"))
        return cel_string(value);
    uint8_t *text = arena_alloc(&eval->arena, kind.len + 1 + value.len);
    memcpy(text, kind.data, kind.len);
    text[kind.len] = ':';
    memcpy(text + kind.len + 1, value.data, value.len);
    return cel_string(bytes_of(text, kind.len + 1 + value.len));
}

static struct cel_value contact_name_list(
    struct fold *fold, struct cel_eval *eval, enum contact_names which)
{
    struct bytes name;
    size_t count = 0, i = 0;
    for (size_t at = 0; contact_next_name(fold->state, fold->contact, which, &at, &name);)
        count++;
    struct cel_value *items = arena_alloc(&eval->arena, count * sizeof(*items) + 1);
    for (size_t at = 0; contact_next_name(fold->state, fold->contact, which, &at, &name);)
        items[i++] = cel_string(name);
    return cel_list_of(&eval->arena, items, count);
}

static struct cel_value contact_consents(struct fold *fold, struct cel_eval *eval)
{
    static const char *const words[] = {"unknown", "granted", "denied", "revoked"};
    struct bytes channel;
    enum consent consent;
    size_t count = 0, i = 0, wrong;
    for (size_t at = 0; contact_next_consent(fold->state, fold->contact, &at, &channel, &consent);)
        count += consent != CONSENT_UNKNOWN;
    struct cel_pair *pairs = arena_alloc(&eval->arena, count * sizeof(*pairs) + 1);
    for (size_t at = 0;
         contact_next_consent(fold->state, fold->contact, &at, &channel, &consent);) {
        if (consent != CONSENT_UNKNOWN && consent <= CONSENT_REVOKED)
            pairs[i++] =
                (struct cel_pair){cel_string(channel), cel_string(bytes_text(words[consent]))};
    }
    struct cel_value map = cel_null();
    (void)cel_map_of(&eval->arena, pairs, i, &map, &wrong); // each channel once
    return map;
}

// Kinds in order of arrival, each with its values.
static struct cel_value contact_identifiers(struct fold *fold, struct cel_eval *eval)
{
    struct bytes kind, value, other;
    size_t count = 0, wrong;
    for (size_t at = 0; contact_next_identifier(fold->state, fold->contact, &at, &kind, &value);)
        count++;
    struct cel_pair *pairs = arena_alloc(&eval->arena, count * sizeof(*pairs) + 1);
    size_t kinds = 0;
    for (size_t at = 0; contact_next_identifier(fold->state, fold->contact, &at, &kind, &value);) {
        size_t known = 0;
        while (known < kinds && !bytes_equal(pairs[known].key.as.text, kind))
            known++;
        if (known < kinds)
            continue;
        struct cel_value *items = arena_alloc(&eval->arena, count * sizeof(*items));
        size_t of_kind = 0;
        for (size_t i = 0;
             contact_next_identifier(fold->state, fold->contact, &i, &other, &value);) {
            if (bytes_equal(other, kind))
                items[of_kind++] = cel_string(value);
        }
        pairs[kinds++] =
            (struct cel_pair){cel_string(kind), cel_list_of(&eval->arena, items, of_kind)};
    }
    struct cel_value map = cel_null();
    (void)cel_map_of(&eval->arena, pairs, kinds, &map, &wrong);
    return map;
}

static bool contact_owner_text(struct fold *fold, struct cel_eval *eval, struct cel_value *out)
{
    struct bytes team, person;
    contact_owner(fold->state, fold->contact, &team, &person);
    if (team.len == 0 && person.len == 0)
        return false;
    bool has_both = team.len > 0 && person.len > 0;
    uint8_t *text = arena_alloc(&eval->arena, team.len + person.len + 1);
    if (team.len > 0)
        memcpy(text, team.data, team.len);
    text[team.len] = '/';
    if (person.len > 0)
        memcpy(text + team.len + has_both, person.data, person.len);
    *out = cel_string(bytes_of(text, team.len + has_both + person.len));
    return true;
}

static bool text_if_any(struct bytes text, struct cel_value *out)
{
    *out = cel_string(text);
    return text.len > 0;
}

static bool contact_known(
    struct fold *fold,
    struct cel_eval *eval,
    enum scope_contact_field field,
    struct cel_value *value_out)
{
    struct state *state = fold->state;
    switch (field) {
    case SCOPE_CONTACT_ID: *value_out = contact_id(fold, eval); return true;
    case SCOPE_CONTACT_IDENTIFIERS: *value_out = contact_identifiers(fold, eval); return true;
    case SCOPE_CONTACT_TAGS: *value_out = contact_name_list(fold, eval, CONTACT_TAGS); return true;
    case SCOPE_CONTACT_LISTS:
        *value_out = contact_name_list(fold, eval, CONTACT_LISTS);
        return true;
    case SCOPE_CONTACT_CREATED:
        *value_out = expression_value_time(eval, contact_created_ms(state, fold->contact));
        return true;
    case SCOPE_CONTACT_UPDATED:
        *value_out = expression_value_time(eval, contact_updated_ms(state, fold->contact));
        return true;
    case SCOPE_CONTACT_ZONE: return text_if_any(contact_zone(state, fold->contact), value_out);
    case SCOPE_CONTACT_CONSENT: *value_out = contact_consents(fold, eval); return true;
    case SCOPE_CONTACT_OWNER: return contact_owner_text(fold, eval, value_out);
    case SCOPE_CONTACT_STAGE: return text_if_any(contact_stage(state, fold->contact), value_out);
    case SCOPE_CONTACT_FIELD_COUNT: break;
    }
    return false;
}

static bool contact_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    struct fold *fold = host_map_fold(map);
    uint32_t kinds = (uint32_t)catalog_identifier_count(ruleset_catalog(fold->ruleset));
    uint32_t count = scope_contact_count(fold->ruleset);
    for (uint32_t i = 0; field == CEL_NO_FIELD && i < count; i++) {
        if (bytes_equal(scope_contact_name(fold->ruleset, i), name))
            field = i;
    }
    if (field >= count)
        return false;
    if (field < SCOPE_CONTACT_FIELD_COUNT)
        return contact_known(fold, eval, (enum scope_contact_field)field, value_out);
    field -= SCOPE_CONTACT_FIELD_COUNT;
    if (field < kinds) {
        struct name_id kind;
        struct bytes text;
        if (!contact_identifier_of(
                fold->state, fold->contact, fold->binding.identifiers[field], &kind, &text))
            return false;
        *value_out = cel_string(text);
        return true;
    }
    const struct field_def *def = ruleset_field(fold->ruleset, field - kinds);
    struct value value;
    if (!contact_field(fold->state, fold->contact, fold->binding.fields[field - kinds], &value))
        return false;
    *value_out = expression_value_declared(eval, value, def->type);
    return true;
}

static size_t contact_count(const struct cel_map *map, struct cel_eval *eval)
{
    return host_map_count(map, eval, scope_contact_count(host_map_fold(map)->ruleset));
}

static void contact_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    const struct ruleset *ruleset = host_map_fold(map)->ruleset;
    uint32_t field = host_map_at(map, eval, scope_contact_count(ruleset), index, value_out);
    *key_out = cel_string(scope_contact_name(ruleset, field));
}

// --- evaluating
static bool find_variable(
    void *self, struct cel_eval *eval, uint32_t index, struct cel_value *value_out)
{
    struct fold *fold = self;
    struct expressions *expressions = &fold->expressions;
    const struct cel_map *maps[] = {
        [SCOPE_CONTACT] = &expressions->contact.map, [SCOPE_SCORE] = &expressions->score.map,
        [SCOPE_COUNTER] = &expressions->counter.map, [SCOPE_SEGMENT] = &expressions->segment.map,
        [SCOPE_OBJECTS] = &expressions->objects.map, [SCOPE_RUN] = &expressions->run_map.map,
        [SCOPE_EVENT] = &expressions->event.map,     [SCOPE_DATA] = &expressions->data.map,
    };
    if (index == SCOPE_NOW) {
        *value_out = expression_value_time(eval, fold_clock_ms(fold));
        return true;
    }
    *value_out = (struct cel_value){.kind = CEL_MAP, .as.map = maps[index]};
    return true;
}

static bool find_zone_offset(void *self, struct bytes name, int64_t unix_s, int32_t *offset_s_out)
{
    return fold_zone_offset(self, name, unix_s, offset_s_out);
}

void expressions_init(struct expressions *expressions, struct fold *fold)
{
    *expressions = (struct expressions){
        .host = {.variable = find_variable, .zone_offset = find_zone_offset, .self = fold},
        .contact = {{.find = contact_find, .count_of = contact_count, .at = contact_at}, fold},
        .score = {{.find = score_find, .count_of = score_count, .at = score_at}, fold},
        .counter = {{.find = counter_find, .count_of = counter_count, .at = counter_at}, fold},
        .segment = {{.find = segment_find, .count_of = segment_count, .at = segment_at}, fold},
        .event = {{.find = event_find, .count_of = event_count, .at = event_at}, fold},
        .data = {{.find = data_find, .count_of = data_count, .at = data_at}, fold},
    };
    expression_objects_init(expressions, fold);
    expression_run_init(expressions, fold);
}

void expressions_free(struct expressions *expressions)
{
    for (uint32_t i = 0; i < EXPRESSION_DEPTH_MAX; i++)
        cel_eval_free(&expressions->evals[i]);
}

void expressions_set_event(
    struct expressions *expressions, const struct event_type_def *type, struct value data)
{
    expressions->type = type;
    expressions->values = data;
}
