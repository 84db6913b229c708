// What holds actions back beside consent: limits, and quiet hours of channels.
#ifndef RULES_CHANNEL_H
#define RULES_CHANNEL_H

#include "rules/score.h"
#include "rules/workflow_step.h"

// What becomes of an action that is held back.
enum action_over {
    OVER_SKIP,  // it is not emitted, and the run goes on
    OVER_DELAY, // the run waits before it
};

#define LIMIT_PER_NONE    UINT32_MAX
#define ACTION_NO_CHANNEL UINT32_MAX

enum { ACTION_LIMIT_TIMES_MAX = 1000 };

// How often one contact is sent something. Of a channel it counts all of its actions together.
struct action_limit {
    uint32_t times; // at most ACTION_LIMIT_TIMES_MAX; 0: there is no limit
    enum limit_span span;
    int64_t span_ms; // LIMIT_ROLLING
    uint32_t per;    // index of the action's parameter, for each value of it; LIMIT_PER_NONE
    enum action_over over;
};

// A channel that says more than its name.
struct channel_def {
    struct bytes name, label;
    struct action_limit limit;
    bool has_quiet;
    struct workflow_window quiet; // nothing is sent while it is open
    enum action_over quiet_over;
    struct rule_place place;
};

#endif
