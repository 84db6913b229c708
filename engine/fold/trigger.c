#include "engine/fold/trigger.h"

#include "engine/base/time.h"
#include "engine/fold/cron_memo.h"
#include "engine/fold/fold.h"
#include "engine/fold/fold_zone.h"
#include "engine/fold/idle.h"
#include "engine/fold/run_flow.h"
#include "engine/fold/trigger_times.h"
#include "projections/contact_ask.h"
#include "projections/segments.h"
#include "projections/timers.h"
#include "rules/event_set.h"

// The date that the trigger is about; false where the contact has none, or something else.
static bool date_of(struct fold *fold, const struct time_trigger *trigger, int64_t *out_ms)
{
    struct value value;
    if (trigger->field == TRIGGER_FIELD_CREATED) {
        *out_ms = contact_created_ms(fold->state, fold->contact);
        return true;
    }
    if (!contact_field(fold->state, fold->contact, fold->binding.fields[trigger->field], &value))
        return false;
    if (value.kind == VALUE_INT && !trigger->is_day) {
        *out_ms = value.as.integer;
        return *out_ms >= TIME_MS_MIN && *out_ms <= TIME_MS_MAX;
    }
    return value.kind == VALUE_TEXT && (trigger->is_day ? time_parse_date(value.as.text, out_ms)
                                                        : time_parse(value.as.text, out_ms));
}

static bool is_of(struct fold *fold, const struct time_trigger *trigger)
{
    return trigger->segment == TRIGGER_EVERY_CONTACT ||
           segment_read(fold->state, fold->contact, fold->binding.segments[trigger->segment])
               .is_member;
}

// The first time behind from_ms of a date or a schedule.
static int64_t next_ms(struct fold *fold, const struct workflow_def *workflow, int64_t from_ms)
{
    const struct time_trigger *trigger = &workflow->time;
    int64_t date_ms = 0;
    if (workflow->trigger == TRIGGER_SCHEDULE)
        return is_of(fold, trigger) ? cron_memo_next(
                                          &fold->live.crons[workflow->index],
                                          fold_zone(fold, &trigger->zone), &trigger->cron, from_ms)
                                    : TIMER_NONE;
    if (!date_of(fold, trigger, &date_ms))
        return TIMER_NONE;
    return trigger_next_date(fold_zone(fold, &trigger->zone), trigger, date_ms, from_ms);
}

// The frame that puts rules in force takes no zone beside those that their history needs, and only so many otherwise. What
// is planned by such a zone there is planned again when it can be had, a millisecond later.
static bool is_stand_in(const struct fold *fold, const struct workflow_def *workflow, int64_t next)
{
    return fold->is_silent && workflow->trigger != TRIGGER_IDLE && next != TIMER_NONE &&
           !fold_knows_zone(fold, &workflow->time.zone);
}

int64_t triggers_due_ms(struct fold *fold)
{
    const struct timed_workflows timed = ruleset_timed(fold->ruleset);
    int64_t due_ms = TIMER_NONE;
    for (uint32_t i = 0; i < timed.count; i++) {
        const struct workflow_def *workflow = ruleset_workflow(fold->ruleset, timed.items[i]);
        int64_t next = workflow->trigger == TRIGGER_IDLE ? idle_due_ms(fold, workflow)
                                                         : next_ms(fold, workflow, fold->now_ms);
        if (is_stand_in(fold, workflow, next))
            next = fold->now_ms + 1;
        due_ms = next < due_ms ? next : due_ms;
    }
    return due_ms;
}

static void start(
    struct fold *fold,
    const struct workflow_def *workflow,
    const struct event_type_def *type,
    const struct idle_row *idle, // NULL: none
    struct value data)
{
    expressions_set_event(&fold->expressions, type, data);
    if (workflow->condition != NULL && !fold_condition(fold, workflow->condition))
        return;
    struct run_start start = {.workflow = workflow, .data = data, .type = type};
    if (idle != NULL) {
        start.key = idle->key;
        start.key_value = idle->key_value;
    } else if (workflow->key != NULL) {
        run_start_key(fold, &start);
    }
    run_start(fold, &start);
}

// What the last event of a time without any said. Nothing where its data was too much to be kept.
static struct value data_of(struct fold *fold, struct bytes packed)
{
    struct value data = run_unpack_data(packed, &fold->arena);
    return data.kind == VALUE_ABSENT ? value_map_of(NULL, 0) : data;
}

static void fire_idle(struct fold *fold, const struct workflow_def *workflow)
{
    const struct catalog *catalog = ruleset_catalog(fold->ruleset);
    struct idle_row row;
    while (idle_take(fold, workflow, &row)) {
        event_type type = catalog_find(catalog, row.type_name);
        if (type != EVENT_TYPE_UNKNOWN && ruleset_is_on(fold->ruleset, workflow->on, type))
            start(fold, workflow, catalog_type(catalog, type), &row, data_of(fold, row.data));
        live_settle(fold, 1);
    }
}

void triggers_fire(struct fold *fold)
{
    const struct timed_workflows timed = ruleset_timed(fold->ruleset);
    const struct catalog *catalog = ruleset_catalog(fold->ruleset);
    for (uint32_t i = 0; i < timed.count; i++) {
        const struct workflow_def *workflow = ruleset_workflow(fold->ruleset, timed.items[i]);
        if (workflow->trigger == TRIGGER_IDLE) {
            fire_idle(fold, workflow);
        } else if (next_ms(fold, workflow, fold->now_ms - 1) == fold->now_ms) {
            start(fold, workflow, catalog_type(catalog, workflow->on), NULL, value_map_of(NULL, 0));
            live_settle(fold, 1);
        }
    }
}
