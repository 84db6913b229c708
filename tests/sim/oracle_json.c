// Contacts, printed.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/oracle_internal.h"

void oracle_add_id(struct sim_text *to, const struct contact *contact)
{
    const struct workload_identifier *first = &contact->identifiers.at[0];
    if (!text_is(first->kind, "contact_id")) {
        sim_add(to, first->kind);
        sim_add_byte(to, ':');
    }
    sim_add(to, first->value);
}

static bool is_first_of_kind(const struct contact *contact, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (text_equal(contact->identifiers.at[i].kind, contact->identifiers.at[index].kind))
            return false;
    }
    return true;
}

void oracle_add_identifiers(struct sim_text *to, const struct contact *contact)
{
    const char *before = "{";
    for (size_t i = 0; i < contact->identifiers.count; i++) {
        struct text kind = contact->identifiers.at[i].kind;
        if (!is_first_of_kind(contact, i))
            continue;
        sim_add_chars(to, before);
        before = ",";
        sim_add_json_text(to, kind);
        sim_add_chars(to, ":[");
        for (size_t j = i; j < contact->identifiers.count; j++) {
            if (!text_equal(contact->identifiers.at[j].kind, kind))
                continue;
            sim_add_chars(to, j > i ? "," : "");
            sim_add_json_text(to, contact->identifiers.at[j].value);
        }
        sim_add_byte(to, ']');
    }
    sim_add_byte(to, '}');
}

static int by_text(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

static void add_fields(struct sim_text *to, struct contact *contact)
{
    if (contact->fields.count == 0)
        return;
    // The name comes first in what is sorted.
    qsort(contact->fields.at, contact->fields.count, sizeof(*contact->fields.at), by_text);
    for (size_t i = 0; i < contact->fields.count; i++) {
        sim_add_chars(to, i == 0 ? ",\"fields\":{" : ",");
        sim_add_json_text(to, contact->fields.at[i].name);
        sim_add_byte(to, ':');
        sim_add_json_value(to, &contact->fields.at[i].value);
    }
    sim_add_byte(to, '}');
}

static void add_names(struct sim_text *to, const char *key, const struct text *at, size_t count)
{
    if (count == 0)
        return;
    struct text *names = calloc(count, sizeof(*names)); // they are kept in order of arrival
    assert(names != NULL);
    memcpy(names, at, count * sizeof(*names));
    qsort(names, count, sizeof(*names), by_text);
    sim_add_format(to, ",\"%s\":[", key);
    for (size_t i = 0; i < count; i++) {
        sim_add_chars(to, i > 0 ? "," : "");
        sim_add_json_text(to, names[i]);
    }
    free(names);
    sim_add_byte(to, ']');
}

static void add_text(struct sim_text *to, const char *key, struct text text)
{
    if (text.len == 0)
        return;
    sim_add_format(to, ",\"%s\":", key);
    sim_add_json_text(to, text);
}

static void add_owner(struct sim_text *to, const struct contact *contact)
{
    struct sim_text owner = {NULL, 0, 0};
    sim_add(&owner, contact->team);
    if (contact->team.len > 0 && contact->person.len > 0)
        sim_add_byte(&owner, '/');
    sim_add(&owner, contact->person);
    add_text(to, "owner", sim_text_view(&owner));
    sim_text_free(&owner);
}

static void add_consents(struct sim_text *to, struct contact *contact)
{
    static const char *const words[] = {"", "granted", "denied", "revoked"};
    const char *before = ",\"consent\":{";
    if (contact->channels.count > 0)
        qsort(
            contact->channels.at, contact->channels.count, sizeof(*contact->channels.at), by_text);
    for (size_t i = 0; i < contact->channels.count; i++) {
        const struct channel *channel = &contact->channels.at[i];
        if (channel->consent == CONSENT_NONE)
            continue;
        sim_add_chars(to, before);
        before = ",";
        sim_add_json_text(to, channel->name);
        sim_add_format(to, ":\"%s\"", words[channel->consent]);
    }
    sim_add_chars(to, before[1] == '"' ? "" : "}");
}

static void add_dnd(struct sim_text *to, const struct contact *contact)
{
    const char *before = ",\"dnd\":[";
    for (size_t i = 0; i < contact->channels.count; i++) {
        if (!contact->channels.at[i].is_dnd)
            continue;
        sim_add_chars(to, before);
        before = ",";
        sim_add_json_text(to, contact->channels.at[i].name);
    }
    sim_add_chars(to, before[1] == '"' ? "" : "]");
}

// Those of the rules in force, in the order written, that ever got points or are not 0.
static void add_scores(struct sim_text *to, struct oracle *oracle, const struct contact *contact)
{
    const struct workload_rules *rules = oracle->rules;
    const char *before = ",\"scores\":{";
    for (uint32_t i = 0; i < rules->score_count; i++) {
        const struct workload_score *score = &rules->scores[i];
        if (!oracle_has_score(oracle, contact, i))
            continue;
        int64_t shown_milli = oracle_score_value(oracle, i).shown_milli;
        sim_add_chars(to, before);
        before = ",";
        sim_add_json_text(to, score->name);
        sim_add_chars(to, ":{\"value\":");
        sim_add_milli(to, shown_milli);
        add_text(to, "band", oracle_band(score, shown_milli));
        sim_add_byte(to, '}');
    }
    sim_add_chars(to, before[1] == '"' ? "" : "}");
}

static void add_segments(
    struct sim_text *to, const struct workload_rules *rules, const struct contact *contact)
{
    struct text *names = calloc(rules->segment_count + 1, sizeof(*names));
    size_t count = 0;
    for (uint32_t i = 0; i < rules->segment_count; i++) {
        if (oracle_is_member(contact, rules->segments[i].name))
            names[count++] = rules->segments[i].name;
    }
    add_names(to, "segments", names, count);
    free(names);
}

static void add_time(struct sim_text *to, const char *key, int64_t time_ms)
{
    sim_add_format(to, ",\"%s\":\"", key);
    sim_add_time(to, time_ms);
    sim_add_byte(to, '"');
}

const char *oracle_contact_json(struct oracle *oracle, uint64_t number, size_t *len_out)
{
    struct contact *contact = &oracle->contacts.at[number - 1];
    struct sim_text *to = &oracle->text;
    (void)oracle_contact_id(oracle, number);
    sim_text_clear(to);
    sim_add_chars(to, "{\"id\":");
    sim_add_json_text(to, sim_text_view(&oracle->id_text));
    sim_add_chars(to, ",\"identifiers\":");
    oracle_add_identifiers(to, contact);
    add_fields(to, contact);
    add_names(to, "tags", contact->tags.at, contact->tags.count);
    add_names(to, "lists", contact->lists.at, contact->lists.count);
    add_text(to, "stage", contact->stage);
    add_owner(to, contact);
    add_consents(to, contact);
    add_time(to, "created", contact->created_ms);
    add_time(to, "updated", contact->updated_ms);
    oracle->contact = number - 1;
    oracle->now_ms = oracle->tick_ms;
    add_scores(to, oracle, contact);
    add_segments(to, oracle->rules, contact);
    oracle_add_runs(oracle, to);
    oracle_add_objects(oracle, to);
    add_dnd(to, contact);
    add_text(to, "zone", contact->zone);
    if (contact->notes > 0)
        sim_add_format(to, ",\"notes\":%u", contact->notes);
    sim_add_format(to, ",\"events\":%u}", contact->events);
    *len_out = to->len;
    return to->at;
}

void oracle_add_said(struct sim_text *to, struct said said)
{
    struct workload_value value = {.kind = WORKLOAD_NULL};
    if (said.kind == SAID_TIME) {
        sim_add_byte(to, '"');
        sim_add_time(to, said.integer);
        sim_add_byte(to, '"');
        return;
    }
    if (said.kind == SAID_BOOL)
        value = (struct workload_value){.kind = WORKLOAD_BOOL, .boolean = said.boolean};
    else if (said.kind == SAID_INT)
        value = sim_value_of_int("", said.integer);
    else if (said.kind == SAID_DOUBLE)
        value = (struct workload_value){.kind = WORKLOAD_DOUBLE, .real = said.real};
    else if (said.kind == SAID_TEXT)
        value = sim_value_of_text("", said.text);
    sim_add_json_value(to, &value);
}

const char *oracle_counters_json(struct oracle *oracle, uint64_t number, size_t *len_out)
{
    struct sim_text *to = &oracle->text;
    const char *before = "{";
    sim_text_clear(to);
    oracle->contact = number - 1;
    oracle->now_ms = oracle->tick_ms;
    for (uint32_t i = 0; i < oracle->rules->counter_count; i++) {
        struct text name = oracle->rules->counters[i].name;
        struct said said = oracle_counter(oracle, name);
        if (said.kind == SAID_ERROR)
            continue;
        sim_add_chars(to, before);
        before = ",";
        sim_add_json_text(to, name);
        sim_add_byte(to, ':');
        oracle_add_said(to, said);
    }
    sim_add_chars(to, before[0] == '{' ? "{}" : "}");
    *len_out = to->len;
    return to->at;
}

const char *oracle_contact_id(struct oracle *oracle, uint64_t number)
{
    sim_text_clear(&oracle->id_text);
    oracle_add_id(&oracle->id_text, &oracle->contacts.at[number - 1]);
    return oracle->id_text.at;
}
