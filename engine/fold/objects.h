// Objects of the contact in hand: what events say of each, and what is kept of it.
//
// The objects of a kind stand among the contact's counters, under the object_def's kept_as. Layout, all integers little
// endian: version (1), layout of the definition (4), then a row for each object, in order of arrival:
//   bytes  field
//       4  length of the row
//       8  created: the least time of its events
//       8  updated: the greatest
//       2  length of the key
//       …  the key, a text
//       …  of each field, in the order of the definition: time of the event that gave it (8), length (2), packed value
//          (engine/fold/packed_value.h); 0 and no length: it has none
// Of a kind that is removed by events it is version 2. Between head and rows stand how many bytes its removals are (4) and
// these, each the time (8), the length of the key (2) and the key; and behind the fields of a row how many times follow
// (1), and the greatest times of its events (8 each), none twice, the least first.
// Bytes of another version or layout, left by other rules, count as none.
//
// Of a field the value of the event with the greatest time is kept, of equal ones that of the later in the journal. An
// event counts where it is later than the newest removal of its key, by time, of equal ones by the journal; a removal
// takes back what the others said. So the order of arrival does not matter.
#ifndef ENGINE_FOLD_OBJECTS_H
#define ENGINE_FOLD_OBJECTS_H

#include "engine/event/value.h"
#include "projections/counters.h"
#include "rules/cel/value.h"
#include "rules/object.h"

struct fold;

enum {
    OBJECTS_MAX =
        256, // of a kind, of a contact; of more the one that was changed longest ago is dropped
    OBJECT_KEY_BYTES_MAX = 256,
    OBJECT_TEXT_BYTES_MAX = 1024, // of a field
    OBJECT_REMOVALS_MAX = 256,    // of a kind, of a contact; of more the oldest is forgotten
    OBJECT_TIMES_MAX =
        16, // of an object; where a removal comes behind more later events, `created` is the oldest of these
};

struct object_row {
    int64_t created_ms, updated_ms;
    struct bytes key, fields; // and what stands behind them
    size_t at, bytes;         // of the row, among the rows
};

// The rows of the objects of a kind; empty where there are none. Borrowed until the next change or read of any record.
struct bytes object_rows(const struct fold *fold, const struct object_def *object);
// Walks them: *at is 0 to start; false at the end.
bool object_next(struct bytes rows, size_t *at, struct object_row *out);
// A field by its index; false where it has no value. A text in it is allocated in the arena.
bool object_field(
    const struct object_row *row, uint32_t field, struct arena *arena, struct cel_value *out);

// What an event did to an object, for who explains it (trace.h).
enum object_deed {
    OBJECT_MADE,
    OBJECT_CHANGED, // also by a removal, where later events have been there before it
    OBJECT_SAME,    // no field is another
    OBJECT_REMOVED,
    OBJECT_ABSENT, // there is none to be removed
    OBJECT_OLDER,  // than its newest removal
    OBJECT_NO_ROOM,
    OBJECT_NO_KEY, // the event does not say which
};
struct object_told {
    const struct object_def *object;
    enum object_deed deed;
    struct bytes key;
    struct value from, to; // as of object.changed, where it was made, changed or removed
};

// "made", "changed", "same", "removed", "absent", "older", "no_room", "no_key".
const char *object_deed_text(enum object_deed deed);

// What the event in hand, of that type, says of the object, and object.changed, at that depth, where that changes a field,
// makes it or removes it. Inside a frame.
void object_apply(
    struct fold *fold, const struct object_def *object, event_type type, uint32_t depth);

#endif
