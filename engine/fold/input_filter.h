// Which inputs of a journal are one contact's, told without decoding most of the others.
#ifndef ENGINE_FOLD_INPUT_FILTER_H
#define ENGINE_FOLD_INPUT_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/event/catalog.h"
#include "engine/event/event.h"
#include "engine/journal/frame.h"
#include "projections/contacts.h"

// The identifiers that the contact has by now; borrowed.
struct input_filter {
    const struct contact_identifier *items;
    uint32_t count;
};

// False: the event is of another contact. True says little: its bytes have to be decoded.
bool input_filter_may_take(const struct input_filter *filter, const struct frame_input *input);
// An event belongs to the contact that has its strongest identifier.
bool input_filter_takes(
    const struct input_filter *filter, const struct catalog *catalog, const struct event *event);

#endif
