// What scores are worth: the ledger added up once more, entry by entry, for each moment that is asked for.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/oracle_internal.h"

#define NO_EVENT_MS \
    INT64_C(-62167219200000) // the first of all milliseconds stands for what is no event

enum { ALL_PERCENT_MILLI = 100000 };

struct text oracle_rule_name(struct oracle *oracle, struct text score, struct text rule)
{
    return text_format(
        &oracle->arena, "%.*s/%.*s", (int)score.len, score.at, (int)rule.len, rule.at);
}

struct text oracle_band(const struct workload_score *score, int64_t shown_milli)
{
    struct text band = text_of("");
    for (uint32_t i = 0; i < score->band_count; i++) {
        if (shown_milli >= score->bands[i].from_milli)
            band = score->bands[i].name;
    }
    return band;
}

// --- forgetting
// What is left of an entry's thousandths.
static long double left_of(
    const struct workload_score *score, const struct entry *entry, int64_t now_ms)
{
    int64_t age_ms = now_ms > entry->time_ms ? now_ms - entry->time_ms : 0;
    switch (score->forget) {
    case WORKLOAD_KEEP:
    case WORKLOAD_IDLE: break;
    case WORKLOAD_HALF_LIFE:
        return (long double)entry->milli *
               exp2l(-(long double)age_ms / (long double)score->span_ms);
    case WORKLOAD_LINEAR: {
        int64_t steps = age_ms / score->span_ms;
        int64_t gone = steps > ALL_PERCENT_MILLI ? ALL_PERCENT_MILLI : steps * score->percent_milli;
        int64_t left = gone > ALL_PERCENT_MILLI ? 0 : ALL_PERCENT_MILLI - gone;
        return roundl((long double)entry->milli * (long double)left / ALL_PERCENT_MILLI);
    }
    case WORKLOAD_EXPIRE: return age_ms < score->span_ms ? (long double)entry->milli : 0;
    }
    return (long double)entry->milli;
}

static int by_time(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
    return (first > second) - (first < second);
}

// `points` at `after` without an event that scores, then again every `every`.
static int64_t idle_takings(
    const struct workload_score *score, const struct contact *contact, int64_t now_ms)
{
    int64_t *times = calloc(contact->entries.count + 1, sizeof(*times));
    size_t count = 0;
    int64_t takings = 0;
    for (size_t i = 0; i < contact->entries.count; i++) {
        const struct entry *entry = &contact->entries.at[i];
        bool is_event = entry->time_ms > NO_EVENT_MS;
        if (text_equal(entry->score, score->name) && is_event && entry->time_ms <= now_ms)
            times[count++] = entry->time_ms;
    }
    qsort(times, count, sizeof(*times), by_time);
    for (size_t i = 0; i < count; i++) {
        int64_t idle_ms = (i + 1 < count ? times[i + 1] : now_ms) - times[i];
        if (idle_ms >= score->after_ms)
            takings += 1 + (idle_ms - score->after_ms) / score->span_ms;
    }
    free(times);
    return takings;
}

// --- the value
static uint32_t group_of(const struct workload_score *score, const struct entry *entry)
{
    for (uint32_t i = 0; score->group_count > 0 && i < score->rule_count; i++) {
        if (text_equal(score->rules[i].name, entry->rule))
            return score->rules[i].group;
    }
    return score->group_count;
}

static int64_t capped(const struct workload_group *group, int64_t milli)
{
    if (group->has_max && milli > group->max_milli)
        return group->max_milli;
    return group->has_min && milli < group->min_milli ? group->min_milli : milli;
}

static struct score_value value_of(const struct workload_score *score, int64_t milli)
{
    struct score_value value = {milli, milli};
    if (score->has_max && milli > score->max_milli)
        value.shown_milli = score->max_milli;
    else if (score->has_min && milli < score->min_milli)
        value.shown_milli = score->min_milli;
    return value;
}

static int64_t state_points(
    struct oracle *oracle, const struct workload_score *score, uint32_t group)
{
    int64_t sum_milli = 0;
    for (uint32_t i = 0; i < score->rule_count; i++) {
        const struct workload_score_rule *rule = &score->rules[i];
        int64_t milli = rule->points_milli;
        if (rule->state == NULL || rule->group != group ||
            !oracle_holds(
                oracle_contact(oracle), oracle_rule_name(oracle, score->name, rule->name)))
            continue;
        if (rule->points == NULL || oracle_points(oracle, rule->points, &milli))
            sum_milli += milli;
    }
    return sum_milli;
}

// Of its entries, by group; those above 0 are taken as of one moment, those below as of another.
static void add_entries(
    const struct workload_score *score,
    const struct contact *contact,
    const struct score_moments *at,
    struct score_sums *sums)
{
    for (size_t i = sums->count; i < contact->entries.count; i++) {
        const struct entry *entry = &contact->entries.at[i];
        if (text_equal(entry->score, score->name))
            sums->groups[group_of(score, entry)] +=
                left_of(score, entry, entry->milli > 0 ? at->above_ms : at->below_ms);
    }
    sums->count = contact->entries.count;
}

// Asked for again and again at one moment, while entries are only added: what was added up for it is kept.
static const struct score_sums *sums_of(
    struct contact *contact, uint32_t index, const struct workload_score *score, int64_t now_ms)
{
    bool is_by_time = score->forget != WORKLOAD_KEEP && score->forget != WORKLOAD_IDLE;
    while (contact->sums.count <= index)
        (void)list_add(&contact->sums);
    struct score_sums *sums = &contact->sums.at[index];
    if (sums->edits != contact->entry_edits || (is_by_time && sums->now_ms != now_ms))
        *sums = (struct score_sums){.edits = contact->entry_edits, .now_ms = now_ms};
    add_entries(score, contact, &(struct score_moments){now_ms, now_ms}, sums);
    return sums;
}

// Entries above 0 are taken as of one moment, those below as of another: for one moment, both are the same.
static struct score_value value_between(
    struct oracle *oracle, uint32_t index, int64_t above_ms, int64_t below_ms)
{
    const struct workload_score *score = &oracle->rules->scores[index];
    struct contact *contact = oracle_contact(oracle);
    struct score_sums between = {0};
    const struct score_sums *sums = &between;
    int64_t total_milli = 0;
    if (score->combine != NULL) {
        int64_t milli = 0;
        return value_of(score, oracle_points(oracle, score->combine, &milli) ? milli : 0);
    }
    if (above_ms == below_ms)
        sums = sums_of(contact, index, score, above_ms);
    else
        add_entries(score, contact, &(struct score_moments){above_ms, below_ms}, &between);
    for (uint32_t g = 0; g <= score->group_count; g++) {
        int64_t milli = (int64_t)roundl(sums->groups[g]) + state_points(oracle, score, g);
        total_milli += g < score->group_count ? capped(&score->groups[g], milli) : milli;
    }
    if (score->forget == WORKLOAD_IDLE) {
        bool is_taken = score->idle_milli < 0;
        total_milli +=
            score->idle_milli * idle_takings(score, contact, is_taken ? above_ms : below_ms);
    }
    return value_of(score, total_milli);
}

struct score_value oracle_score_value(struct oracle *oracle, uint32_t score)
{
    return value_between(oracle, score, oracle->now_ms, oracle->now_ms);
}

struct score_value oracle_score_least(
    struct oracle *oracle, uint32_t score, int64_t from_ms, int64_t to_ms)
{
    return value_between(oracle, score, to_ms, from_ms);
}

struct score_value oracle_score_most(
    struct oracle *oracle, uint32_t score, int64_t from_ms, int64_t to_ms)
{
    return value_between(oracle, score, from_ms, to_ms);
}

bool oracle_has_score(struct oracle *oracle, const struct contact *contact, uint32_t score)
{
    struct text name = oracle->rules->scores[score].name;
    for (size_t i = 0; i < contact->entries.count; i++) {
        if (text_equal(contact->entries.at[i].score, name))
            return true;
    }
    return oracle_score_value(oracle, score).shown_milli != 0;
}

// --- entries
// Too many: the older half of those that are still single are summed up.
static void condense(struct oracle *oracle, struct contact *contact)
{
    size_t single = 0;
    for (size_t i = 0; i < contact->entries.count; i++)
        single += !contact->entries.at[i].is_condensed;
    if (single < oracle->shape->ledger_entries_max)
        return;
    size_t left = (single + 1) / 2;
    for (size_t i = 0; left > 0; i++) {
        left -= !contact->entries.at[i].is_condensed;
        contact->entries.at[i].is_condensed = true;
    }
}

struct shown *oracle_shown(struct contact *contact, struct text score)
{
    for (size_t i = 0; i < contact->shown.count; i++) {
        if (text_equal(contact->shown.at[i].score, score))
            return &contact->shown.at[i];
    }
    struct shown *shown = list_add(&contact->shown);
    shown->score = score;
    return shown;
}

void oracle_add_entry(struct oracle *oracle, const struct entry *entry)
{
    struct contact *contact = oracle_contact(oracle);
    condense(oracle, contact);
    struct entry *kept = list_add(&contact->entries);
    *kept = *entry;
    kept->source = text_copy(&oracle->arena, oracle->event->source);
    kept->id = text_copy(&oracle->arena, oracle->event->id);
}

static void apply_rule(
    struct oracle *oracle,
    const struct workload_score *score,
    const struct workload_score_rule *rule,
    const struct workload_value *data)
{
    struct entry entry = {
        .score = score->name,
        .rule = rule->name,
        .time_ms = oracle->time_ms,
        .milli = rule->points_milli,
        .is_limited = rule->limit.times > 0 || rule->limit.points_milli > 0,
        .is_rolling = rule->limit.span == WORKLOAD_ROLLING,
    };
    struct limit_try limit_try = {.rule = rule, .time_ms = oracle->time_ms};
    if (rule->condition != NULL && !oracle_is_true(oracle, rule->condition))
        return;
    if (rule->points != NULL && !oracle_points(oracle, rule->points, &entry.milli))
        return;
    if (entry.is_limited) {
        limit_try.name = oracle_rule_name(oracle, score->name, rule->name);
        oracle_limit_key(oracle, data, &limit_try);
        if (!oracle_limit_leaves(oracle, &limit_try, &entry.milli)) {
            oracle->counts.rules_limited++;
            return;
        }
        entry.limit_key = limit_try.key;
    }
    oracle_add_entry(oracle, &entry);
    if (entry.is_limited)
        oracle_limit_note(oracle, &limit_try, entry.milli);
    oracle->counts.rules_matched++;
}

void oracle_match_rules(struct oracle *oracle, struct text type, const struct workload_value *data)
{
    const struct workload_rules *rules = oracle->rules;
    for (uint32_t i = 0; i < rules->score_count; i++) {
        for (uint32_t j = 0; j < rules->scores[i].rule_count; j++) {
            const struct workload_score_rule *rule = &rules->scores[i].rules[j];
            if (rule->state == NULL && on_is(rule->on, type))
                apply_rule(oracle, &rules->scores[i], rule, data);
        }
    }
}

// --- by hand
void oracle_adjust(struct oracle *oracle)
{
    const struct workload_value *data = &oracle->event->data;
    const struct workload_value *name = sim_value_member(data, text_of("score"));
    const struct workload_value *set = sim_value_member(data, text_of("set"));
    bool is_set = set->kind != WORKLOAD_ABSENT && set->kind != WORKLOAD_NULL;
    const struct workload_value *number = is_set ? set : sim_value_member(data, text_of("add"));
    double real = number->kind == WORKLOAD_INT ? (double)number->integer : number->real;
    bool is_number = number->kind == WORKLOAD_INT || number->kind == WORKLOAD_DOUBLE;
    uint32_t i = 0;
    while (i < oracle->rules->score_count && !text_equal(oracle->rules->scores[i].name, name->text))
        i++;
    if (name->kind != WORKLOAD_TEXT || i == oracle->rules->score_count ||
        oracle->rules->scores[i].combine != NULL || !is_number || !(fabs(real) <= 1e12))
        return;
    struct entry entry = {
        .score = oracle->rules->scores[i].name,
        .rule = text_of("contact.points_adjusted"),
        .time_ms = is_set ? oracle->now_ms : oracle->time_ms,
        .milli = llround(real * 1000),
    };
    if (is_set)
        entry.milli -= oracle_score_value(oracle, i).beneath_milli;
    oracle_add_entry(oracle, &entry);
}

void oracle_retract(struct oracle *oracle)
{
    struct contact *contact = oracle_contact(oracle);
    const struct workload_value *data = &oracle->event->data;
    const struct workload_value *id = sim_value_member(data, text_of("event"));
    const struct workload_value *source = sim_value_member(data, text_of("source"));
    struct text of = source->kind == WORKLOAD_TEXT ? source->text : oracle->event->source;
    if (id->kind != WORKLOAD_TEXT || id->text.len == 0)
        return;
    contact->entry_edits++;
    size_t kept = 0;
    for (size_t i = 0; i < contact->entries.count; i++) {
        struct entry entry = contact->entries.at[i];
        bool is_withdrawn = !entry.is_condensed && entry.id.len > 0 &&
                            text_equal(entry.id, id->text) && text_equal(entry.source, of);
        if (is_withdrawn && entry.is_limited)
            oracle_limit_give_back(oracle, &entry);
        if (!is_withdrawn)
            contact->entries.at[kept++] = entry;
    }
    contact->entries.count = kept;
}
