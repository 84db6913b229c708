// Waits of runs that are planned again: what they were planned from has changed.
#ifndef ENGINE_FOLD_RUN_REPLAN_H
#define ENGINE_FOLD_RUN_REPLAN_H

#include "rules/live.h"

struct fold;

enum replan_why {
    REPLAN_MEMBER,       // of the contact, or its being in a segment
    REPLAN_CONTACT_ZONE, // it has another one, or its clocks go otherwise
    REPLAN_ZONES,        // the clocks of some zone go otherwise
};

struct replan {
    enum replan_why why;
    dependency member; // REPLAN_MEMBER
};

// Runs of the contact in hand whose wait ends otherwise for it come to their step anew, by the contact's timer: now, or a
// millisecond later where it has fired. Those that wait before an action do where zones have changed. Inside a frame.
void runs_plan_again(struct fold *fold, const struct replan *replan);

#endif
