// Reaching the records of contacts, in memory or in the store.
#include "engine/base/invariant.h"
#include "projections/state_internal.h"

void state_fail(struct state *state, const struct fault *fault)
{
    if (state->fault.err == ERR_OK)
        state->fault = *fault;
}

// Brings a record near that is not resident.
static void record_load(struct state *state, uint64_t contact)
{
    static const uint8_t nothing[RECORD_HEADER_BYTES];
    struct fault fault;
    (void)fault_set(&fault, ERR_CORRUPT, "contact %llu has no record", (unsigned long long)contact);
    state_fail(state, &fault);
    slots_load(&state->slots, contact, bytes_of(nothing, sizeof(nothing)), 0);
}

const uint8_t *state_record(struct state *state, uint64_t contact)
{
    INVARIANT(contact != 0);
    INVARIANT(contact <= state->slots.count);
    const struct slot *slot = slots_at(&state->slots, contact);
    if (slot_record(slot) == NULL)
        record_load(state, contact);
    return slot_record(slot);
}

uint8_t *state_record_write(struct state *state, uint64_t contact)
{
    INVARIANT(state->is_in_frame);
    (void)state_record(state, contact);
    const struct slot *slot = slots_at(&state->slots, contact);
    if ((slot->tagged & SLOT_TOUCHED) == 0)
        slots_touch(&state->slots, contact);
    return slot_record(slot);
}

void state_each_record(struct state *state, record_each_fn *each, void *context)
{
    for (uint64_t contact = 1; contact <= state->slots.count; contact++) {
        const uint8_t *record = slot_record(slots_at(&state->slots, contact));
        if (record != NULL)
            each(context, contact, bytes_of(record, record_len(record)));
    }
}
