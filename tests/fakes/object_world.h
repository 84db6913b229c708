// A fold world of one contact whose events speak of objects: feeding them in any order, and what the contact then has.
#ifndef TESTS_FAKES_OBJECT_WORLD_H
#define TESTS_FAKES_OBJECT_WORLD_H

#include "tests/fakes/fold_fixture.h"

// What one event says: of contact c, at a minute of 2026-01-02; data are the members of its data, without the braces.
struct object_said {
    const char *type;
    int minute;
    const char *data;
};

void object_feed(const char *type, int minute, const char *data);
// All of said, in the permutation of that number (0 to count! - 1).
void object_feed_in_order(const struct object_said *said, int count, int order);
// All of said, as it stands. Behind each a restart, which changes nothing, once from a checkpoint in the middle.
void object_feed_restarting(const struct object_said *said, int count);

// `objects` of the contact as JSON; "" where it has none. Borrowed until the next call.
const char *object_shown(void);

// The rules that tell of each object.changed by an action: for behind the others. The text may not hold a quote.
#define OBJECT_TELLING(text)                                                                \
    "actions: {tell: {with: {what: string}}}\n"                                             \
    "workflows: {w: {on: object.changed, reenter: always, steps: [{do: tell, with: {what: " \
    "\"" text "\"}}]}}\n"
// What was told since the last time, with.what of each action on a line.
void object_check_told(const char *wanted);

#endif
