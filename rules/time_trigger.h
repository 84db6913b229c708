// What starts workflows by time: a date of the contact, a schedule, or that nothing has happened for so long.
#ifndef RULES_TIME_TRIGGER_H
#define RULES_TIME_TRIGGER_H

#include "rules/cron.h"
#include "rules/zone_choice.h"

struct rule_expression;

enum workflow_trigger { TRIGGER_EVENT, TRIGGER_DATE, TRIGGER_SCHEDULE, TRIGGER_IDLE };

#define TRIGGER_FIELD_CREATED UINT32_MAX  // when the contact was created
#define TRIGGER_EVERY_CONTACT UINT32_MAX  // no segment
#define TRIGGER_TYPE          "timer.due" // of the event that a date or a schedule is taken for

struct time_trigger {
    struct zone_choice zone;
    // TRIGGER_DATE
    uint32_t field; // index of a declared field of a date or timestamp, or TRIGGER_FIELD_CREATED
    bool is_yearly; // else once
    bool is_day;    // it has no time of day: 00:00, unless `at` says another
    bool has_at;
    uint32_t at_minute; // 0 to 1,439
    int64_t offset_ms;  // `after`, or below 0 `before`
    // TRIGGER_SCHEDULE
    struct cron cron;
    uint32_t segment; // index, or TRIGGER_EVERY_CONTACT
    // TRIGGER_IDLE
    const struct rule_expression *per; // NULL: of the contact
    int64_t for_ms;
    bool is_from_now;   // silences that run when the rules come into force are not seen
    uint64_t idle_hash; // of `of` and `per` as they are written
};

#endif
