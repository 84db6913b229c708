// A fold world with a zone database in memory, and rules that show the clocks of its zones.
#ifndef TESTS_FAKES_ZONE_FIXTURE_H
#define TESTS_FAKES_ZONE_FIXTURE_H

#include "tests/fakes/fold_fixture.h"
#include "tests/fakes/zone_files.h"

// Points for the hour that the clocks show at the event's time: those of data.zone (score hour) and of the contact's own
// zone (local); and one where a zone of data.zones shows more than 12 (east).
extern const char ZONE_RULES[];

// Near/By is an hour ahead, Far/Away five, in summer six.
extern struct fake_zones zone_fake;

// With fold_fixture_teardown for tcase_add_checked_fixture().
void zone_fixture_setup(void);

// An event of the type noon at 2026-07-01T12:00:00Z, with this data.
void zone_noon(const char *id, const char *contact, const char *data);
void zone_live_in(const char *id, const char *contact, const char *zone);
// 0: it has no such score.
void zone_check_score(const char *contact, const char *score, unsigned points);
// The zones of the journal's commands, "NAME@SEQUENCE …", in order. Borrowed until the next call.
const char *zone_journalled(void);
// Opens again, by a checkpoint or without one, and verifies: the same, and nothing was asked of the database.
void zone_check_again(void);
// Data with a list of names: the first, count that are of no zone, the last. Borrowed until the next call.
const char *zone_list(const char *first, unsigned from, unsigned count, const char *last);
// How many hours the zone that the contact lives by is ahead, as a frame that is being made sees it.
int zone_contact_ahead(const char *contact);

#endif
