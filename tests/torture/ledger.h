// What was given to the daemon, what must come of it, and what was seen: by arithmetic, without a fold.
//
// Events have numbers from 1. Each hundredth is of a type nobody knows and is refused; each fifth submits a
// form and causes three actions of two workflows at once, and one of a third that waits before; the rest are pages viewed.
#ifndef TESTS_TORTURE_LEDGER_H
#define TESTS_TORTURE_LEDGER_H

#include "tests/torture/journal_view.h"

enum { CONTACTS = 300, SLOTS = 4, SLOT_LATER = 3, FORM_POINTS = 20 };

enum event_kind { EVENT_PAGE, EVENT_FORM, EVENT_REFUSED };

struct note {
    uint32_t order;     // place among the events of the journal, from 1; 0: not there
    uint8_t journalled; // times it is there
    uint8_t out[SLOTS];
    uint8_t dead; // times among the dead letters
    bool is_acknowledged;
    bool is_seen;       // an action of it was seen before a crash
    uint64_t id[SLOTS]; // half of the action's id, once seen: the same for ever
};

struct ledger {
    struct note *notes; // by number
    uint64_t *line_at;  // by number: where its line stands in the file of events
    size_t given, cap;
    uint64_t file_bytes;
    uint64_t inputs; // of the journal, as it is read
    uint32_t order;
    uint32_t page_points; // by the newest rules, which count for all that came before them, too
};

// What was found wrong; the first is kept in words.
struct findings {
    uint64_t lost, doubled, misordered, other;
    char first[TEXT_BYTES];
};

enum event_kind event_kind_of(uint64_t number);
uint64_t event_contact_of(uint64_t number);
void event_write(uint64_t number, struct text *out); // one JSON object

void ledger_begin(struct ledger *ledger);
void ledger_free(struct ledger *ledger);
// Gives count more events; *lines gets one a line, for a file of events.
void ledger_give(struct ledger *ledger, size_t count, struct text *lines);

enum ledger_feed { FEED_FILE, FEED_HTTP };

// Reads the journal into the notes. From a file each line is there once, in order, at its position.
void ledger_take_journal(
    struct ledger *ledger,
    enum ledger_feed feed,
    const char *directory,
    struct journal_view *view,
    struct findings *found);
// Compares the actions' file with the notes: no action twice, none that the journal does not cause, each
// contact's in the order of their causes. Gives how many whole lines there are.
size_t ledger_take_actions(struct ledger *ledger, const struct text *lines, struct findings *found);
void ledger_take_dead_letters(
    struct ledger *ledger, enum ledger_feed feed, const struct text *lines, struct findings *found);
// Marks the causes of the actions that are there: their frames are durable, or the daemon is wrong.
void ledger_see_actions(struct ledger *ledger, const struct text *lines);
// What was acknowledged or seen is in the journal.
void ledger_check_promises(const struct ledger *ledger, struct findings *found);
// Everything that was given came through.
void ledger_check_complete(
    const struct ledger *ledger, enum ledger_feed feed, struct findings *found);
// The lines of `contact export`; gives how many events they count.
uint64_t ledger_check_contacts(
    const struct ledger *ledger, const struct text *lines, struct findings *found);
// Whether as many actions are among the lines as are wanted of all that was given.
bool ledger_is_all_out(const struct ledger *ledger, const struct text *lines);
size_t ledger_expected(const struct ledger *ledger); // actions, of all that was given

enum finding { FOUND_LOST, FOUND_DOUBLED, FOUND_MISORDERED, FOUND_OTHER };
void findings_add(struct findings *found, enum finding kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
uint64_t findings_count(const struct findings *found);

#endif
