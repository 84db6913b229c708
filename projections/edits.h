// How often what others make of a contact's record was changed, in memory only: ledger_edits and segment_edits. Contacts
// share a line; one that is told changed without being so costs its keeper a little.
#ifndef PROJECTIONS_EDITS_H
#define PROJECTIONS_EDITS_H

#include <stdint.h>

enum { EDIT_LINES = 1 << 14 };
struct edit_line {
    uint64_t ledger, segments;
};
struct edits {
    struct edit_line lines[EDIT_LINES];
};

static inline struct edit_line *edits_of(struct edits *edits, uint64_t contact)
{
    return &edits->lines[contact % EDIT_LINES];
}

#endif
