// A fold world of one contact, with the clock of its events, moved on by hand. Whatever a test does, the journal folds again
// to the same; and each test may run a second time with a restart behind each event and each move of the clock.
#ifndef TESTS_FAKES_EVENT_CLOCK_H
#define TESTS_FAKES_EVENT_CLOCK_H

#include "tests/fakes/fold_world.h"

extern struct fold_world clock_world;
extern bool clock_restarts;

// For tcase_add_checked_fixture.
void clock_setup(void);
void clock_setup_restarting(void);
void clock_teardown(void);

// An event of contact c at a time of 2026 ("01-03T10:00:00"), or of any year ("2028-01-03T10:00:00").
void clock_feed(const char *time, const char *type, const char *data);
void clock_advance(const char *time);
// Every action so far as "TIME STEP/OCCURRENCE TEXT", each on its line, and nothing else; the text is with.text, the year
// is left out.
void clock_check_actions(const char *wanted);
bool clock_shows(const char *part); // of the contact's JSON
#define clock_ck_shows(part) \
    ck_assert_msg(clock_shows(part), "wanted %s in %s", part, world_contact(&clock_world, "c"))

// The restart that may come behind a step that a test does otherwise.
void clock_maybe_restart(void);

#endif
