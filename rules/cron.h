// Times as cron writes them: five fields, of minutes, hours, days of the month, months and days of the week.
//
// As Vixie cron has it (crontab(5)): where both kinds of days are restricted, which is to say that neither begins with *,
// a day of either kind is one.
#ifndef RULES_CRON_H
#define RULES_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"

struct cron {
    uint64_t minutes;  // bits 0 to 59
    uint32_t hours;    // bits 0 to 23
    uint32_t days;     // bits 1 to 31
    uint32_t months;   // bits 1 to 12
    uint32_t weekdays; // bits: 1 is Monday, 64 is Sunday
    bool is_either_day;
};

struct cron_problem {
    uint32_t begin, end; // bytes of the text
    const char *expected;
};

// "*/15 8-18 * * mon-fri": numbers, ranges, lists, steps, names of months and days (jan, mon; 0 and 7 are Sunday). False,
// with what is wrong, for anything else, and for days that there are in none of the months.
bool cron_parse(struct bytes text, struct cron *out, struct cron_problem *problem_out);

#endif
