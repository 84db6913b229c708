// Segments of a contact: of which its condition is true, since when, and whether it is a member.
#ifndef PROJECTIONS_SEGMENTS_H
#define PROJECTIONS_SEGMENTS_H

#include "projections/contacts.h"
#include "projections/record.h"

struct segment_state {
    bool is_true; // its condition held when it was last looked at; false: nothing is stored
    bool is_member;
    int64_t since_ms; // the condition holds without a break since then
};

struct segment_state segment_read(
    struct state *state, struct contact_number contact, struct name_id segment);
// Inside a frame. Not true removes it. The time is kept within the years 0 to 9999. Without a name, or beyond 65,535
// of a contact, it is counted as a refused change.
void segment_write(
    struct state *state,
    struct contact_number contact,
    struct name_id segment,
    const struct segment_state *to);

// Another number after each change of which are true of the contact: for who keeps what it made of that, in memory and
// for this state only.
uint64_t segment_edits(struct state *state, struct contact_number contact);

// Walks what is stored, in order of arrival: *at is 0 to start; false at the end.
bool segment_next(
    struct state *state,
    struct contact_number contact,
    size_t *at,
    struct name_id *segment_out,
    struct segment_state *out);

// The names alone, without asking for the record each time. Valid until the next change of the contact, or call for
// another one.
struct segment_walk {
    const uint8_t *at;
    const uint8_t *end;
};
struct segment_walk segment_walk_all(struct state *state, struct contact_number contact);
static inline bool segment_walk_next(struct segment_walk *walk, struct name_id *segment_out)
{
    if (walk->at == walk->end)
        return false;
    segment_out->value = get_u32(walk->at);
    walk->at += RECORD_SEGMENT_BYTES;
    return true;
}

// Calls each for the members of a segment, in the order of their numbers. One pass over all contacts.
typedef void segment_each_fn(void *context, struct contact_number contact, int64_t since_ms);
void segment_members(
    struct state *state, struct name_id segment, segment_each_fn *each, void *context);

#endif
