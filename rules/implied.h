// Events that others imply: whoever clicks a link has opened the mail. Counted once, whichever comes first.
#ifndef RULES_IMPLIED_H
#define RULES_IMPLIED_H

#include "engine/event/catalog.h"

struct implied_def {
    struct bytes name; // of it among counters: "email.opened by message"
    event_type type;   // what is implied
    // Members of the data of both, by the values of which it is the same event.
    const struct bytes *members;
    uint32_t member_count;
    uint32_t index; // in the ruleset
};

enum { IMPLIED_MEMBERS_MAX = 8 };

struct implied_list {
    const uint32_t *items; // indexes in the ruleset, ascending
    uint32_t count;
};

#endif
