// Events that others imply: each is counted once, whichever comes first.
#include <stdlib.h>

#include "tests/sim/oracle_internal.h"

// Which event it is; false where a member is not there.
static bool tell(
    struct oracle *oracle,
    const struct workload_implied *implied,
    const struct workload_value *data,
    struct told *out)
{
    struct sim_text members = {NULL, 0, 0}, which = {NULL, 0, 0};
    bool is_there = true;
    for (uint32_t i = 0; i < implied->member_count; i++) {
        const struct workload_value *value = sim_value_member(data, implied->members[i]);
        is_there = is_there && value->kind != WORKLOAD_ABSENT && value->kind != WORKLOAD_NULL;
        sim_add(&members, implied->members[i]);
        sim_add_byte(&members, ' ');
        sim_add_json_value(&which, value);
        sim_add_byte(&which, ' ');
    }
    *out = (struct told){
        .type = implied->type,
        .members = text_copy(&oracle->arena, sim_text_view(&members)),
        .which = text_copy(&oracle->arena, sim_text_view(&which)),
    };
    sim_text_free(&members);
    sim_text_free(&which);
    return is_there;
}

static bool is_alike(const struct told *a, const struct told *b)
{
    return text_equal(a->type, b->type) && text_equal(a->members, b->members);
}

static struct told *find(struct contact *contact, const struct told *told)
{
    for (size_t i = 0; i < contact->told.count; i++) {
        if (is_alike(&contact->told.at[i], told) &&
            text_equal(contact->told.at[i].which, told->which))
            return &contact->told.at[i];
    }
    return NULL;
}

// Of an event that came, all that may imply it. Once for each set of members, however many types imply it by that.
static bool has_counted(struct oracle *oracle, struct text type, const struct workload_value *data)
{
    const struct workload_rules *rules = oracle->rules;
    struct contact *contact = oracle_contact(oracle);
    LIST(struct told) done = {NULL, 0, 0};
    bool has_counted = false;
    for (uint32_t i = 0; i < rules->event_count; i++) {
        for (uint32_t j = 0; j < rules->events[i].implies_count; j++) {
            struct told told;
            if (!text_equal(rules->events[i].implies[j].type, type) ||
                !tell(oracle, &rules->events[i].implies[j], data, &told))
                continue;
            bool is_done = false;
            for (size_t k = 0; k < done.count; k++)
                is_done = is_done || is_alike(&done.at[k], &told);
            if (is_done)
                continue;
            *(struct told *)list_add(&done) = told;
            struct told *known = find(contact, &told);
            has_counted = has_counted || (known != NULL && known->is_only_implied);
            if (known != NULL)
                known->is_only_implied = false;
            else
                *(struct told *)list_add(&contact->told) = told;
        }
    }
    free(done.at);
    return has_counted;
}

void oracle_come(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth)
{
    if (!has_counted(oracle, type, data)) {
        oracle_match(oracle, type, data, depth);
        return;
    }
    oracle_settle(oracle, depth + 1);
    if (!oracle->is_history)
        oracle_check_stops(oracle, depth);
}

static void imply(
    struct oracle *oracle,
    const struct workload_implied *implied,
    const struct workload_value *data,
    uint32_t depth)
{
    enum { MEMBERS_MAX = 8 };
    struct workload_value items[MEMBERS_MAX];
    struct told told;
    if (!tell(oracle, implied, data, &told) || find(oracle_contact(oracle), &told) != NULL)
        return;
    for (uint32_t i = 0; i < implied->member_count; i++)
        items[i] = *sim_value_member(data, implied->members[i]);
    size_t before = oracle->derived.count;
    oracle_emit(oracle, implied->type, depth, items, implied->member_count);
    if (oracle->derived.count == before) // the event itself counts, should it come
        return;
    oracle->derived.at[before].is_implied = true;
    told.is_only_implied = true;
    *(struct told *)list_add(&oracle_contact(oracle)->told) = told;
}

void oracle_imply(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth)
{
    const struct workload_event_type *of = NULL;
    for (uint32_t i = 0; i < oracle->rules->event_count; i++) {
        if (text_equal(oracle->rules->events[i].name, type))
            of = &oracle->rules->events[i];
    }
    for (uint32_t i = 0; of != NULL && i < of->implies_count; i++)
        imply(oracle, &of->implies[i], data, depth);
}
