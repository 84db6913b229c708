// Names that live in state, interned to small numbers in fold order.
#ifndef PROJECTIONS_NAMES_H
#define PROJECTIONS_NAMES_H

#include <stdint.h>

#include "engine/base/bytes.h"
#include "projections/state.h"

// Numbers in the store: never renumber.
enum name_kind {
    NAME_IDENTIFIER = 1,
    NAME_FIELD = 2,
    NAME_TAG = 3,
    NAME_LIST = 4,
    NAME_SCORE = 5,
    NAME_RULE = 6, // "score/rule"
    NAME_WORKFLOW = 7,
    NAME_CHANNEL = 8,
    NAME_STAGE = 9,
    NAME_TEAM = 10,
    NAME_PERSON = 11,
    NAME_COUNTER = 12,
    NAME_SEGMENT = 13,
    NAME_ACTION = 14,
};

struct name_id {
    uint32_t value; // 0: none
};

// Finds or gives the next number. Inside a frame.
struct name_id names_intern(struct state *state, enum name_kind kind, struct bytes text);
struct name_id names_find(
    const struct state *state, enum name_kind kind, struct bytes text); // 0 when absent
struct bytes names_text(const struct state *state, struct name_id id); // valid as long as the state

#endif
