// New rules: all that came so far is folded once more, as if they had been there from the beginning.
#include <string.h>

#include "tests/sim/oracle_internal.h"
#include "tests/sim/oracle_run.h"

static struct workload_event keep_event(struct sim_arena *arena, const struct workload_event *event)
{
    struct workload_event kept = *event;
    struct workload_identifier *identifiers =
        sim_alloc(arena, event->identifier_count * sizeof(*identifiers));
    for (uint32_t i = 0; i < event->identifier_count; i++)
        identifiers[i] = (struct workload_identifier){
            text_copy(arena, event->identifiers[i].kind),
            text_copy(arena, event->identifiers[i].value)};
    kept.identifiers = identifiers;
    kept.source = text_copy(arena, event->source);
    kept.id = text_copy(arena, event->id);
    kept.type = text_copy(arena, event->type);
    kept.traceparent = text_copy(arena, event->traceparent);
    kept.data = sim_value_copy(arena, &event->data);
    return kept;
}

void oracle_remember(struct oracle *oracle)
{
    if (oracle->is_history)
        return;
    struct past *past = list_add(&oracle->past);
    past->event = keep_event(&oracle->arena, oracle->event);
    past->tick_ms = oracle->tick_ms;
}

#define TAKE(list)                                                                    \
    do {                                                                              \
        to->list.count = 0;                                                           \
        for (size_t n = 0; from != NULL && n < from->list.count; n++)                 \
            memcpy(list_add(&to->list), &from->list.at[n], sizeof(from->list.at[n])); \
    } while (0)

// The values lie in the arena of the oracle that folded the past again.
static void take_object_word(struct oracle *oracle, struct object_word *told)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < oracle->rules->object_count; i++) {
        if (text_equal(oracle->rules->objects[i].name, told->object))
            count = oracle->rules->objects[i].field_count;
    }
    struct said *values = sim_alloc(&oracle->arena, (count + 1) * sizeof(*values));
    for (uint32_t i = 0; i < count; i++) {
        values[i] = told->values[i];
        values[i].text = text_copy(&oracle->arena, values[i].text);
    }
    told->key = text_copy(&oracle->arena, told->key);
    told->values = values;
}

static void take_texts(struct oracle *oracle, struct contact *to)
{
    struct sim_arena *arena = &oracle->arena;
    for (size_t i = 0; i < to->entries.count; i++) {
        struct entry *entry = &to->entries.at[i];
        entry->source = text_copy(arena, entry->source);
        entry->id = text_copy(arena, entry->id);
        entry->limit_key = text_copy(arena, entry->limit_key);
    }
    for (size_t i = 0; i < to->limits.count; i++) {
        to->limits.at[i].rule = text_copy(arena, to->limits.at[i].rule);
        to->limits.at[i].key = text_copy(arena, to->limits.at[i].key);
    }
    for (size_t i = 0; i < to->told.count; i++) {
        struct told *told = &to->told.at[i];
        told->members = text_copy(arena, told->members);
        told->which = text_copy(arena, told->which);
    }
    for (size_t i = 0; i < to->counted.count; i++)
        to->counted.at[i].value.text = text_copy(arena, to->counted.at[i].value.text);
    for (size_t i = 0; i < to->object_words.count; i++)
        take_object_word(oracle, &to->object_words.at[i]);
    for (size_t i = 0; i < to->held.count; i++)
        to->held.at[i].name = text_copy(arena, to->held.at[i].name);
}

// What workflows gave stays, in front of what events gave.
static void keep_given(struct contact *contact)
{
    size_t kept = 0;
    contact->entry_edits++;
    for (size_t i = 0; i < contact->entries.count; i++) {
        if (contact->entries.at[i].is_of_workflow)
            contact->entries.at[kept++] = contact->entries.at[i];
    }
    contact->entries.count = kept;
}

static void take_contact(struct oracle *oracle, struct contact *to, const struct contact *from)
{
    keep_given(to);
    for (size_t n = 0; from != NULL && n < from->entries.count; n++)
        *(struct entry *)list_add(&to->entries) = from->entries.at[n];
    TAKE(limits);
    TAKE(counted);
    TAKE(object_words);
    TAKE(shown);
    TAKE(told);
    for (size_t i = 0; from != NULL && i < from->held.count; i++) {
        size_t at = 0;
        while (at < to->held.count && !text_equal(to->held.at[at].name, from->held.at[i].name))
            at++;
        if (at == to->held.count)
            (void)list_add(&to->held);
        to->held.at[at] = from->held.at[i];
    }
    take_texts(oracle, to);
}

// Silences of workflows that ask for them first, or otherwise than before.
static void take_silences(
    struct oracle *oracle,
    struct contact *to,
    const struct contact *from,
    const struct workload_rules *before)
{
    for (uint32_t i = 0; i < oracle->rules->workflow_count; i++) {
        const struct workload_workflow *flow = oracle->workflows[i];
        size_t kept = 0;
        if (!oracle_is_new_idle(flow, before))
            continue;
        for (size_t k = 0; k < to->silences.count; k++) {
            if (!text_equal(to->silences.at[k].workflow, flow->name))
                to->silences.at[kept++] = to->silences.at[k];
        }
        to->silences.count = kept;
        for (size_t k = 0; from != NULL && k < from->silences.count; k++) {
            struct silence silence = from->silences.at[k];
            if (!text_equal(silence.workflow, flow->name))
                continue;
            silence.key.value.text = text_copy(&oracle->arena, silence.key.value.text);
            silence.type = text_copy(&oracle->arena, silence.type);
            silence.data = oracle_data_to_keep(oracle, &silence.data);
            *(struct silence *)list_add(&to->silences) = silence;
        }
    }
}

void oracle_take_history(struct oracle *oracle, const struct workload_rules *before)
{
    struct oracle *again = oracle_create(oracle->workload, oracle->shard);
    again->is_history = true;
    again->has_new_zones = oracle->has_new_zones;
    again->zone = oracle->zone;
    again->rules = oracle->rules;
    oracle_take_workflows(again);
    for (size_t i = 0; i < oracle->pins.count; i++)
        *(struct pin *)list_add(&again->pins) = oracle->pins.at[i];
    oracle_live_begin(again);
    for (size_t i = 0; i < oracle->past.count; i++)
        oracle_fold_past(again, &oracle->past.at[i]);
    oracle_advance(again, oracle->tick_ms);
    for (size_t i = 0; i < oracle->contacts.count; i++) {
        struct contact *to = &oracle->contacts.at[i];
        uint64_t number =
            oracle_owner_of(again, to->identifiers.at[0].kind, to->identifiers.at[0].value);
        const struct contact *from = number == 0 ? NULL : &again->contacts.at[number - 1];
        take_contact(oracle, to, from);
        take_silences(oracle, to, from, before);
    }
    oracle_destroy(again);
}
