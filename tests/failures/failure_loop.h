// One life of something on a fake disk, repeated with its n-th call failing, for every n.
#ifndef TESTS_FAILURES_FAILURE_LOOP_H
#define TESTS_FAILURES_FAILURE_LOOP_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "tests/fakes/fake_disk.h"

// A case begins on a disk of its own, lives, and is looked at when it is over.
struct failure_case {
    const char *name;
    // Makes what the life begins with. Calls are not failed yet.
    struct fake_disk *(*begin)(void *context);
    // What may fail. The fault is that of the error it gives.
    enum err (*live)(void *context, struct fake_disk *fake, struct fault *fault);
    // After the error or the end, the disk whole again: looks at what is there, and fails the test unless
    // all that must hold does. err: what live gave.
    void (*settle)(void *context, struct fake_disk *fake, enum err err);
    void *context;
    const char *fault_names; // a part of every fault's text; NULL: any text
};

static const enum err failure_errors[] = {ERR_IO, ERR_SYNC, ERR_NOSPACE};
enum { FAILURE_CALLS_MAX = 5000 };

static inline void failure_check_fault(
    const struct failure_case *c, uint64_t n, enum err err, const struct fault *fault)
{
    bool is_named = fault->text[0] != 0 &&
                    (c->fault_names == NULL || strstr(fault->text, c->fault_names) != NULL);
    if (!is_named)
        ck_abort_msg(
            "%s, call %" PRIu64 ": %s: the fault is \"%s\"", c->name, n, err_name(err),
            fault->text);
}

// One round with the call after n more failing; false when the life is over before.
static inline bool failure_round(
    const struct failure_case *c, uint64_t n, enum err failure, enum fake_disk_repeat repeat)
{
    struct fake_disk *fake = c->begin(c->context);
    uint64_t before = fake_disk_failures(fake);
    struct fault fault = {ERR_OK, ""};
    fake_disk_fail_after(fake, n, failure, repeat);
    enum err err = c->live(c->context, fake, &fault);
    bool is_reached = fake_disk_failures(fake) > before;
    fake_disk_heal(fake);
    if (!is_reached && err != ERR_OK)
        ck_abort_msg("%s: %s without a failure: %s", c->name, err_name(err), fault.text);
    if (err != ERR_OK)
        failure_check_fault(c, n, err, &fault);
    if (fake_disk_files_open(fake) != 0)
        ck_abort_msg("%s, call %" PRIu64 ": a file was left open", c->name, n);
    c->settle(c->context, fake, err);
    fake_disk_destroy(fake);
    return is_reached;
}

// For each error: the n-th call fails once, then from the n-th on; for every n.
static inline void failure_walk(const struct failure_case *c)
{
    uint64_t rounds = 0, longest = 0;
    for (unsigned e = 0; e < sizeof(failure_errors) / sizeof(failure_errors[0]); e++) {
        for (unsigned repeat = FAKE_DISK_ONCE; repeat <= FAKE_DISK_FOR_EVER; repeat++) {
            uint64_t n = 0;
            while (failure_round(c, n, failure_errors[e], (enum fake_disk_repeat)repeat)) {
                n++;
                ck_assert_uint_lt(n, FAILURE_CALLS_MAX);
            }
            rounds += n;
            longest = n > longest ? n : longest;
        }
    }
    (void)printf(
        "  %-22s %9" PRIu64 " rounds, %" PRIu64 " calls in the longest life\n", c->name, rounds,
        longest);
    ck_assert_uint_gt(longest, 0);
}

#endif
