// One timer a contact: the earliest moment at which time alone changes anything about it. What is to
// happen then is not stored: the fold finds it out from the contact's state (engine/fold/live.h).
#ifndef PROJECTIONS_TIMERS_H
#define PROJECTIONS_TIMERS_H

#include "projections/contacts.h"

#define TIMER_NONE INT64_MAX

int64_t contact_due_ms(struct state *state, struct contact_number contact); // TIMER_NONE: none
// Inside a frame. Part of the contact's record, and so of the digest. From TIME_MS_MIN on; after
// TIME_MS_MAX it never comes, which is none.
void contact_set_due(struct state *state, struct contact_number contact, int64_t due_ms);

// The earliest timer of all contacts, ties by contact number; false when there is none. The first time after
// a store with timers was opened this reads all of it.
struct timer {
    int64_t due_ms;
    struct contact_number contact;
};
bool timers_next(struct state *state, struct timer *out);
// Brings the records near of those one of whom is next after it, if no other timer is set; gives how many, and who they
// are. Later ones are made ready to be brought near.
enum { TIMERS_SOON = 4 };
uint32_t timers_prefetch(const struct state *state, struct contact_number soon[TIMERS_SOON]);
uint64_t timers_count(const struct state *state); // contacts with a timer

#endif
