// Reaching the records of contacts, in memory or in the store.
#include "engine/base/invariant.h"
#include "projections/state_internal.h"
#include "projections/store.h"

enum { LOAD_LOOKS = 4096 }; // contacts between two looks at the memory used

void state_fail(struct state *state, const struct fault *fault)
{
    if (state->fault.err != ERR_OK)
        return;
    state->fault = *fault;
    if (state->store != NULL && (fault->err == ERR_CORRUPT || fault->err == ERR_FORMAT))
        store_distrust(state->store);
}

// Reads a record that is not resident from the store and checks it.
static enum err read_stored(
    struct state *state, uint64_t contact, struct store_value *out, struct fault *fault)
{
    if (state->store == NULL)
        return fault_set(fault, ERR_STATE, "a contact without a record");
    enum err err = store_get_contact(state->store, contact, out, fault);
    if (err != ERR_OK)
        return err;
    if (record_check(out->payload) != ERR_OK ||
        record_hash(out->payload, contact, state->params.seed) != out->checksum)
        return fault_set(
            fault, ERR_CORRUPT, "store: contact %llu fails its checksum",
            (unsigned long long)contact);
    return ERR_OK;
}

// Makes a record resident.
static void record_load(struct state *state, uint64_t contact)
{
    static const uint8_t nothing[RECORD_HEADER_BYTES];
    struct store_value value = {0};
    struct fault fault;
    if (read_stored(state, contact, &value, &fault) != ERR_OK) {
        state_fail(state, &fault);
        value = (struct store_value){bytes_of(nothing, sizeof(nothing)), 0};
    }
    slots_load(&state->slots, contact, value.payload, value.checksum);
    if (state->store != NULL && !state->is_in_frame && state->visit.contact == 0)
        store_release(state->store);
}

void state_load_all(struct state *state)
{
    struct state_counts counts;
    INVARIANT(!state->is_in_frame);
    for (uint64_t contact = 1; contact <= state->slots.count; contact++) {
        struct store_value value;
        struct fault fault;
        if (contact % LOAD_LOOKS == 0) {
            state_counts(state, &counts);
            if (counts.overlay_bytes >= state->params.overlay_bytes_max)
                break;
        }
        if (slot_record(slots_at(&state->slots, contact)) != NULL)
            continue;
        if (read_stored(state, contact, &value, &fault) != ERR_OK) {
            state_fail(state, &fault);
            break;
        }
        slots_load(&state->slots, contact, value.payload, value.checksum);
    }
    if (state->store != NULL)
        store_release(state->store);
}

const uint8_t *state_record_absent(struct state *state, uint64_t contact)
{
    if (contact == state->visit.contact)
        return state->visit.record;
    record_load(state, contact);
    return slot_record(slots_at(&state->slots, contact));
}

uint8_t *state_record_touch(struct state *state, uint64_t contact)
{
    INVARIANT(state->is_in_frame);
    const struct slot *slot = slots_at(&state->slots, contact);
    if (slot_record(slot) == NULL)
        record_load(state, contact);
    slots_touch(&state->slots, contact);
    return slot_record(slot);
}

void state_each_record(struct state *state, record_each_fn *each, void *context)
{
    for (uint64_t contact = 1; contact <= state->slots.count; contact++) {
        const uint8_t *record = slot_record(slots_at(&state->slots, contact));
        struct store_value value = {0};
        struct fault fault;
        if (record != NULL)
            value.payload = bytes_of(record, record_len(record));
        else if (read_stored(state, contact, &value, &fault) != ERR_OK) {
            state_fail(state, &fault);
            break;
        }
        each(context, contact, value.payload);
    }
    if (state->store != NULL && !state->is_in_frame)
        store_release(state->store);
}

struct contact_pass {
    struct state *state;
    contact_each_fn *each;
    void *context;
};

static void visit_record(void *context, uint64_t contact, struct bytes record)
{
    const struct contact_pass *pass = context;
    pass->state->visit = (struct visit){contact, record.data};
    pass->each(pass->context, (struct contact_number){contact});
}

void contacts_each(struct state *state, contact_each_fn *each, void *context)
{
    struct contact_pass pass = {state, each, context};
    INVARIANT(state->visit.contact == 0);
    state_each_record(state, visit_record, &pass);
    state->visit = (struct visit){0};
}
