// Limits of rules: how often and how much they gave for a value of `per` and a span.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/oracle_run.h"

#define DAY_MS  INT64_C(86400000)
#define KEPT_MS (35 * DAY_MS) // what a span remembers is forgotten then, or after two spans

// Maps are equal in whatever order their members stand: by name, in all of a value.
static void add_sorted(struct sim_text *to, const struct workload_value *value)
{
    bool is_map = value->kind == WORKLOAD_MAP;
    if (!is_map && value->kind != WORKLOAD_LIST) {
        sim_add_json_value(to, value);
        return;
    }
    const struct workload_value **items = calloc(value->count + 1, sizeof(*items));
    assert(items != NULL);
    for (uint32_t i = 0; i < value->count; i++) {
        uint32_t at = i;
        for (; is_map && at > 0 && text_compare(items[at - 1]->name, value->items[i].name) > 0;
             at--)
            items[at] = items[at - 1];
        items[at] = &value->items[i];
    }
    sim_add_byte(to, is_map ? '{' : '[');
    for (uint32_t i = 0; i < value->count; i++) {
        if (is_map)
            sim_add_json_text(to, items[i]->name);
        add_sorted(to, items[i]);
        sim_add_byte(to, ',');
    }
    sim_add_byte(to, is_map ? '}' : ']');
    free(items);
}

// The value at "a.b" inside data as JSON; "null" where there is none.
static void add_key(struct sim_text *to, const struct workload_value *data, struct text path)
{
    while (path.len > 0) {
        const char *dot = memchr(path.at, '.', path.len);
        struct text part = {path.at, dot == NULL ? path.len : (size_t)(dot - path.at)};
        data = sim_value_member(data, part);
        size_t used = part.len + (dot != NULL);
        path = (struct text){path.at + used, path.len - used};
    }
    add_sorted(to, data);
}

// --- spans
// The instant at which the span begins: another zone, another span.
static void add_span(
    const struct oracle *oracle, struct sim_text *to, enum workload_span span, int64_t time_ms)
{
    struct text zone = oracle_contact_zone(oracle);
    int64_t local_ms = oracle_span_begins(span, oracle_local_ms(oracle, zone, time_ms));
    sim_add_format(to, "from %lld", (long long)oracle_reached_ms(oracle, zone, local_ms));
}

void oracle_limit_key(
    struct oracle *oracle, const struct workload_value *data, struct limit_try *limit_try)
{
    const struct workload_limit *limit = &limit_try->rule->limit;
    struct sim_text key = {NULL, 0, 0};
    if (limit->per.len > 0)
        add_key(&key, data, limit->per);
    if (limit->span > WORKLOAD_ROLLING) {
        sim_add_byte(&key, ' ');
        add_span(oracle, &key, limit->span, limit_try->time_ms);
    }
    limit_try->key = text_copy(&oracle->arena, sim_text_view(&key));
    sim_text_free(&key);
}

static bool is_same(const struct limit *row, const struct limit_try *limit_try)
{
    return text_equal(row->rule, limit_try->name) && text_equal(row->key, limit_try->key);
}

static int64_t size_of(int64_t milli)
{
    return milli < 0 ? -milli : milli;
}

bool oracle_limit_leaves(struct oracle *oracle, const struct limit_try *limit_try, int64_t *milli)
{
    const struct contact *contact = oracle_contact(oracle);
    const struct workload_limit *limit = &limit_try->rule->limit;
    uint64_t times = 0;
    int64_t used_milli = 0;
    for (size_t i = 0; i < contact->limits.count; i++) {
        const struct limit *row = &contact->limits.at[i];
        int64_t age_ms = limit_try->time_ms - row->time_ms;
        if (!is_same(row, limit_try) ||
            (limit->span == WORKLOAD_ROLLING && (age_ms < 0 || age_ms >= limit->span_ms)))
            continue;
        times += row->count;
        used_milli += row->milli;
    }
    if (limit->times > 0 && times >= limit->times)
        return false;
    if (limit->points_milli == 0)
        return true;
    int64_t left_milli = limit->points_milli - used_milli;
    if (size_of(*milli) > left_milli)
        *milli = *milli < 0 ? -left_milli : left_milli;
    return left_milli > 0;
}

static void remove_row(struct contact *contact, size_t index)
{
    contact->limits.count--;
    memmove(
        contact->limits.at + index, contact->limits.at + index + 1,
        (contact->limits.count - index) * sizeof(*contact->limits.at));
}

static int64_t kept_ms_of(const struct workload_limit *limit)
{
    static const int64_t days[] = {0, 0, 1, 7, 31, 366};
    int64_t span_ms = limit->span == WORKLOAD_ROLLING ? limit->span_ms : days[limit->span] * DAY_MS;
    return 2 * span_ms > KEPT_MS ? 2 * span_ms : KEPT_MS;
}

void oracle_limit_note(struct oracle *oracle, const struct limit_try *limit_try, int64_t milli)
{
    struct contact *contact = oracle_contact(oracle);
    const struct workload_limit *limit = &limit_try->rule->limit;
    int64_t before_ms = oracle->now_ms - kept_ms_of(limit);
    for (size_t i = contact->limits.count; i > 0 && limit->span != WORKLOAD_EVER; i--) {
        struct limit *row = &contact->limits.at[i - 1];
        if (text_equal(row->rule, limit_try->name) && row->time_ms < before_ms)
            remove_row(contact, i - 1);
    }
    for (size_t i = 0; i < contact->limits.count && limit->span != WORKLOAD_ROLLING; i++) {
        struct limit *row = &contact->limits.at[i];
        if (!is_same(row, limit_try))
            continue;
        row->count++;
        row->milli += size_of(milli);
        row->time_ms = limit_try->time_ms > row->time_ms ? limit_try->time_ms : row->time_ms;
        return;
    }
    if (contact->limits.count >= oracle->shape->limit_keys_max)
        remove_row(contact, 0); // the oldest is forgotten
    struct limit *row = list_add(&contact->limits);
    *row = (struct limit){limit_try->name, limit_try->key, 1, limit_try->time_ms, size_of(milli)};
}

void oracle_limit_give_back(struct oracle *oracle, const struct entry *entry)
{
    struct contact *contact = oracle_contact(oracle);
    struct text rule = oracle_rule_name(oracle, entry->score, entry->rule);
    for (size_t i = 0; i < contact->limits.count; i++) {
        struct limit *row = &contact->limits.at[i];
        if (!text_equal(row->rule, rule) || !text_equal(row->key, entry->limit_key) ||
            (entry->is_rolling &&
             (row->time_ms != entry->time_ms || row->milli != size_of(entry->milli))))
            continue;
        row->milli -= size_of(entry->milli);
        if (--row->count == 0)
            remove_row(contact, i);
        return;
    }
}
