// The next times of a schedule, kept until they have passed: all contacts of a zone have the same. It answers what
// trigger_next_cron does, and is no part of the state.
#ifndef ENGINE_FOLD_CRON_MEMO_H
#define ENGINE_FOLD_CRON_MEMO_H

#include "engine/base/local_time.h"
#include "rules/cron.h"

enum { CRON_MEMO_ZONES = 8, CRON_MEMO_SPANS = 2 };

// Behind each instant of [from, until) the next time is next.
struct cron_span {
    int64_t from_ms, until_ms, next_ms;
};

// Of one schedule; zero-initialised it knows nothing. When a timer fires, the times before and behind it are asked for in
// turns: so two spans of a zone are kept.
struct cron_memo {
    struct {
        struct local_zone zone; // one that the database has changed is another
        struct cron_span spans[CRON_MEMO_SPANS];
        uint32_t next_out; // which span makes room
    } zones[CRON_MEMO_ZONES];
};

int64_t cron_memo_next(
    struct cron_memo *memo, struct local_zone zone, const struct cron *cron, int64_t from_ms);

#endif
