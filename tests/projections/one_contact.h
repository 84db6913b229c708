// A state in the middle of a frame, with one contact that has something else beside what a test is about.
#ifndef TESTS_PROJECTIONS_ONE_CONTACT_H
#define TESTS_PROJECTIONS_ONE_CONTACT_H

#include "tests/projections/support.h"

static const struct contact_number one = {1};

static inline struct state *one_contact_open(void)
{
    struct state_params params = test_params(NULL);
    struct state *state = test_open(&params);
    state_frame_begin(state, 0);
    ck_assert_uint_eq(test_contact(state, "one").value, one.value);
    (void)contact_add_tag(state, one, test_name(state, NAME_TAG, "before"));
    struct ledger_entry behind = {
        .score = {1}, .rule = {9}, .ref = event_ref_of(1, 1), .count = 1, .points_milli = 77};
    ledger_add(state, one, &behind);
    return state;
}

// Ends the frame and closes the state: what stands behind is as it was, and the digest is that of what is there.
static inline void one_contact_close(struct state *state)
{
    struct ledger_entry behind;
    size_t at = 0;
    ck_assert(ledger_next(state, one, &at, &behind)); // nothing else was touched
    ck_assert_int_eq(behind.points_milli, 77);
    (void)state_frame_end(state);
    ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
    state_close(state);
}

#endif
