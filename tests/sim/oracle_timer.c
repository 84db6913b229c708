// What time starts: dates, schedules and silences, by looking through the calendar day by day.
#include <string.h>

#include "tests/sim/oracle_run.h"
#include "tests/sim/workload_flow.h"

#define NEVER        INT64_MAX
#define DAY_MS       INT64_C(86400000)
#define MINUTE_MS    INT64_C(60000)
#define YEAR_9999_MS INT64_C(253402300799999)

enum { DAY_MINUTES = 24 * 60, HOUR_MINUTES = 60 };

static int64_t day_begins(int64_t local_ms)
{
    int64_t of_day_ms = local_ms % DAY_MS;
    return local_ms - of_day_ms - (of_day_ms < 0 ? DAY_MS : 0);
}

static struct text zone_of(const struct oracle *oracle, const struct workload_time *time)
{
    if (text_is(time->zone, "contact"))
        return oracle_contact_zone(oracle);
    return time->zone.len == 0 ? text_of("account") : time->zone;
}

// --- dates
static bool date_of(struct oracle *oracle, const struct workload_time *time, int64_t *out_ms)
{
    const struct contact *contact = oracle_contact(oracle);
    *out_ms = contact->created_ms;
    if (time->field.len == 0)
        return true;
    enum workload_type type = time->is_day ? WORKLOAD_TYPE_DATE : WORKLOAD_TYPE_TIMESTAMP;
    for (size_t i = 0; i < contact->fields.count; i++) {
        const struct workload_value *value = &contact->fields.at[i].value;
        if (!text_equal(contact->fields.at[i].name, time->field) ||
            !oracle_value_fits(type, value)) // given when other rules declared it otherwise
            continue;
        const struct workload_expr field = {.kind = EXPR_FIELD, .name = time->field, .type = type};
        *out_ms = oracle_say(oracle, &field).integer;
        return true;
    }
    return false;
}

// The first time behind from_ms.
static int64_t next_date(struct oracle *oracle, const struct workload_time *time, int64_t from_ms)
{
    int64_t date_ms = 0;
    struct text zone = time->zone.len == 0 ? oracle_contact_zone(oracle) : zone_of(oracle, time);
    if (!date_of(oracle, time, &date_ms))
        return NEVER;
    int64_t local_ms = time->is_day ? date_ms : oracle_local_ms(oracle, zone, date_ms);
    int64_t of_day_ms = time->has_at ? time->minute * MINUTE_MS : local_ms - day_begins(local_ms);
    int64_t due_ms = date_ms + time->offset_ms;
    if (time->is_day || time->has_at)
        due_ms =
            oracle_instant_ms(oracle, zone, day_begins(local_ms) + time->offset_ms + of_day_ms);
    if (time->is_yearly) {
        struct date date = oracle_date_of(local_ms);
        int64_t year = oracle_date_of(from_ms).year - 3;
        for (date.year = date.year > year ? date.year : year, due_ms = from_ms; due_ms <= from_ms;
             date.year++)
            due_ms =
                oracle_instant_ms(oracle, zone, oracle_date_ms(date) + time->offset_ms + of_day_ms);
    }
    return due_ms > from_ms && due_ms <= YEAR_9999_MS ? due_ms : NEVER;
}

// --- schedules
static bool is_on_day(const struct workload_cron *cron, int64_t local_ms)
{
    struct date date = oracle_date_of(local_ms);
    bool is_day = (cron->days >> date.day & 1) != 0;
    bool is_weekday = (cron->weekdays >> oracle_weekday(local_ms) & 1) != 0;
    return (cron->months >> date.month & 1) != 0 &&
           (cron->is_either_day ? is_day || is_weekday : is_day && is_weekday);
}

// The first time of a day behind from_ms.
static int64_t first_of_day(
    struct oracle *oracle, const struct workload_time *time, int64_t day_ms, int64_t from_ms)
{
    const struct workload_cron *cron = &time->cron;
    int64_t first_ms = NEVER;
    if (!is_on_day(cron, day_ms))
        return NEVER;
    for (int minute = 0; minute < DAY_MINUTES; minute++) {
        if ((cron->hours >> minute / HOUR_MINUTES & 1) == 0 ||
            (cron->minutes >> minute % HOUR_MINUTES & 1) == 0)
            continue;
        int64_t at_ms =
            oracle_instant_ms(oracle, zone_of(oracle, time), day_ms + minute * MINUTE_MS);
        first_ms = at_ms > from_ms && at_ms < first_ms ? at_ms : first_ms;
    }
    return first_ms;
}

static int64_t next_scheduled(
    struct oracle *oracle, const struct workload_time *time, int64_t from_ms, int64_t until_ms)
{
    if (time->segment.len > 0 && !oracle_is_member(oracle_contact(oracle), time->segment))
        return NEVER;
    int64_t day_ms = day_begins(from_ms) - DAY_MS;
    for (; day_ms <= until_ms + DAY_MS; day_ms += DAY_MS) {
        int64_t at_ms = first_of_day(oracle, time, day_ms, from_ms);
        int64_t next_ms = first_of_day(oracle, time, day_ms + DAY_MS, from_ms); // may be skipped to
        if (at_ms != NEVER)
            return at_ms < next_ms ? at_ms : next_ms;
    }
    return NEVER;
}

// --- silences
static void forget(struct contact *contact, size_t index)
{
    contact->silences.count--;
    memmove(
        contact->silences.at + index, contact->silences.at + index + 1,
        (contact->silences.count - index) * sizeof(*contact->silences.at));
}

static void note(
    struct oracle *oracle, const struct workload_workflow *flow, const struct workload_value *data)
{
    struct contact *contact = oracle_contact(oracle);
    struct silence silence = {
        .workflow = flow->name,
        .type = text_copy(&oracle->arena, oracle->type),
        .last_ms = oracle->time_ms,
    };
    if (flow->time.per != NULL) {
        silence.key = (struct run_key){true, oracle_say(oracle, flow->time.per)};
        silence.key.value.text = text_copy(&oracle->arena, silence.key.value.text);
    }
    silence.data = oracle_data_to_keep(oracle, data);
    for (size_t i = 0; i < contact->silences.count; i++) {
        const struct silence *old = &contact->silences.at[i];
        if (!text_equal(old->workflow, flow->name) || !oracle_is_same_key(old->key, silence.key))
            continue;
        if (old->last_ms > silence.last_ms) // a later one has come already
            return;
        forget(contact, i);
        break;
    }
    *(struct silence *)list_add(&contact->silences) = silence;
}

void oracle_note_silences(
    struct oracle *oracle, struct text type, const struct workload_value *data)
{
    for (uint32_t i = 0; i < oracle->rules->workflow_count; i++) {
        const struct workload_workflow *flow = oracle->workflows[i];
        if (flow->starter == WORKLOAD_ON_IDLE && on_is(flow->on, type))
            note(oracle, flow, data);
    }
}

static int64_t silence_due(const struct workload_workflow *flow, const struct silence *silence)
{
    bool is_its = text_equal(silence->workflow, flow->name);
    bool is_beyond = silence->last_ms > YEAR_9999_MS - flow->time.for_ms;
    return is_its && !is_beyond ? silence->last_ms + flow->time.for_ms : NEVER;
}

bool oracle_is_new_idle(const struct workload_workflow *flow, const struct workload_rules *before)
{
    if (flow->starter != WORKLOAD_ON_IDLE)
        return false;
    for (uint32_t i = 0; i < before->workflow_count; i++) {
        const struct workload_workflow *old = &before->workflows[i];
        if (old->starter != WORKLOAD_ON_IDLE || !text_equal(old->name, flow->name))
            continue;
        struct sim_text was = {NULL, 0, 0};
        struct sim_text is = {NULL, 0, 0};
        idle_print(old, &was);
        idle_print(flow, &is);
        bool is_new = !text_equal(sim_text_view(&was), sim_text_view(&is));
        sim_text_free(&was);
        sim_text_free(&is);
        return is_new;
    }
    return true;
}

void oracle_forget_silences(struct oracle *oracle, const struct workload_rules *before)
{
    for (size_t i = 0; i < oracle->contacts.count; i++) {
        struct contact *contact = &oracle->contacts.at[i];
        for (uint32_t f = 0; f < oracle->rules->workflow_count; f++) {
            const struct workload_workflow *flow = oracle->workflows[f];
            if (!oracle_is_new_idle(flow, before))
                continue;
            for (size_t k = contact->silences.count; k-- > 0;) {
                if (silence_due(flow, &contact->silences.at[k]) <= oracle->tick_ms)
                    forget(contact, k);
            }
        }
    }
}

// --- starts
static void start(
    struct oracle *oracle, const struct workload_workflow *flow, const struct silence *silence)
{
    const struct run_start run = {.flow = flow, .key = silence->key, .data = &silence->data};
    oracle->data = &silence->data;
    oracle->type = silence->type;
    if (flow->condition == NULL || oracle_is_true(oracle, flow->condition))
        oracle_start_run(oracle, &run);
    oracle_settle(oracle, 1);
}

static void start_silences(struct oracle *oracle, const struct workload_workflow *flow)
{
    struct contact *contact = oracle_contact(oracle);
    for (size_t i = 0; i < contact->silences.count;) {
        struct silence silence = contact->silences.at[i];
        if (silence_due(flow, &silence) > oracle->now_ms) {
            i++;
            continue;
        }
        forget(contact, i);
        if (on_is(flow->on, silence.type)) // else it was one of other rules
            start(oracle, flow, &silence);
        i = 0;
    }
}

void oracle_start_timed(struct oracle *oracle)
{
    const struct silence none = {
        .type = text_of("timer.due"), .data = {.kind = WORKLOAD_MAP}}; // dates and schedules
    const struct workload_value *data = oracle->data;
    for (uint32_t i = 0; i < oracle->rules->workflow_count; i++) {
        const struct workload_workflow *flow = oracle->workflows[i];
        int64_t before_ms = oracle->now_ms - 1;
        if (flow->starter == WORKLOAD_ON_IDLE)
            start_silences(oracle, flow);
        else if (
            flow->starter == WORKLOAD_ON_DATE &&
            next_date(oracle, &flow->time, before_ms) == oracle->now_ms)
            start(oracle, flow, &none);
        else if (
            flow->starter == WORKLOAD_ON_SCHEDULE &&
            next_scheduled(oracle, &flow->time, before_ms, oracle->now_ms) == oracle->now_ms)
            start(oracle, flow, &none);
    }
    oracle->data = data;
}

int64_t oracle_timed_due_ms(struct oracle *oracle, int64_t until_ms)
{
    const struct contact *contact = oracle_contact(oracle);
    int64_t due_ms = NEVER;
    for (uint32_t i = 0; i < oracle->rules->workflow_count && !oracle->is_history; i++) {
        const struct workload_workflow *flow = &oracle->rules->workflows[i];
        int64_t next_ms = NEVER;
        if (flow->starter == WORKLOAD_ON_DATE)
            next_ms = next_date(oracle, &flow->time, oracle->now_ms);
        if (flow->starter == WORKLOAD_ON_SCHEDULE)
            next_ms = next_scheduled(oracle, &flow->time, oracle->now_ms, until_ms);
        due_ms = next_ms < due_ms ? next_ms : due_ms;
        for (size_t j = 0; flow->starter == WORKLOAD_ON_IDLE && j < contact->silences.count; j++) {
            next_ms = silence_due(flow, &contact->silences.at[j]);
            due_ms = next_ms < due_ms ? next_ms : due_ms;
        }
    }
    return due_ms;
}
