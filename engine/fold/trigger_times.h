// When dates and schedules are due, by the clocks of a zone. Pure.
#ifndef ENGINE_FOLD_TRIGGER_TIMES_H
#define ENGINE_FOLD_TRIGGER_TIMES_H

#include "engine/base/local_time.h"
#include "rules/time_trigger.h"

#define TRIGGER_NEVER INT64_MAX

// The first of cron's times behind from_ms; TRIGGER_NEVER when none comes within nine years. A time that the clocks skip is
// as much later as they skip; where they show it twice, only the first counts.
int64_t trigger_next_cron(struct local_zone zone, const struct cron *cron, int64_t from_ms);

// The first time behind from_ms at which a date trigger is due, for a field that says date_ms (of a date its midnight UTC).
// 29 February is 28 February in years that have none. No year before that of the date.
int64_t trigger_next_date(
    struct local_zone zone, const struct time_trigger *trigger, int64_t date_ms, int64_t from_ms);

#endif
