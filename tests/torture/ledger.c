// What was given to the daemon, what must come of it, and what was seen: by arithmetic, without a fold.
#define _GNU_SOURCE // memmem
#include "tests/torture/ledger.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 180 };

void findings_add(struct findings *found, enum finding kind, const char *format, ...)
{
    uint64_t *const counts[] = {
        [FOUND_LOST] = &found->lost,
        [FOUND_DOUBLED] = &found->doubled,
        [FOUND_MISORDERED] = &found->misordered,
        [FOUND_OTHER] = &found->other,
    };
    ++*counts[kind];
    if (found->first[0] != '\0')
        return;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(found->first, sizeof(found->first), format, args);
    va_end(args);
}

uint64_t findings_count(const struct findings *found)
{
    return found->lost + found->doubled + found->misordered + found->other;
}

// ---- events

enum event_kind event_kind_of(uint64_t number)
{
    if (number % 100 == 99)
        return EVENT_REFUSED;
    return number % 5 == 0 ? EVENT_FORM : EVENT_PAGE;
}

uint64_t event_contact_of(uint64_t number)
{
    return number * 7919 % CONTACTS;
}

void event_write(uint64_t number, struct text *out)
{
    static const char *const types[] = {"page.viewed", "form.submitted", "nobody.knows"};
    enum event_kind kind = event_kind_of(number);
    text_add(
        out,
        "{\"id\":\"e-%" PRIu64 "\",\"source\":\"test\",\"type\":\"%s\",\"time\":%" PRIu64
        ",\"contact\":\"c-%" PRIu64 "\",\"data\":",
        number, types[kind], 1767225600000 + number * 100, event_contact_of(number));
    if (kind == EVENT_FORM)
        text_add(out, "{\"form\":\"f\",\"number\":%" PRIu64 "}}", number);
    else
        text_add(
            out, "{\"url\":\"https://example.com/%0*" PRIu64 "\"}}", PAGE_BYTES, number % 1000);
}

void ledger_begin(struct ledger *ledger)
{
    ledger_free(ledger);
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->notes);
    free(ledger->line_at);
    *ledger = (struct ledger){.page_points = ledger->page_points};
}

void ledger_give(struct ledger *ledger, size_t count, struct text *lines)
{
    if (ledger->given + count + 1 > ledger->cap) {
        ledger->cap = (ledger->given + count + 1) * 2;
        ledger->notes = realloc(ledger->notes, ledger->cap * sizeof(*ledger->notes));
        ledger->line_at = realloc(ledger->line_at, ledger->cap * sizeof(*ledger->line_at));
        if (ledger->notes == NULL || ledger->line_at == NULL)
            give_up("out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t number = ++ledger->given;
        size_t before = lines->len;
        ledger->notes[number] = (struct note){.order = 0};
        ledger->line_at[number] = ledger->file_bytes;
        event_write(number, lines);
        text_add_bytes(lines, "\n", 1);
        ledger->file_bytes += lines->len - before;
    }
}

size_t ledger_expected(const struct ledger *ledger)
{
    size_t forms = 0;
    for (uint64_t number = 1; number <= ledger->given; number++)
        forms += event_kind_of(number) == EVENT_FORM;
    return forms * SLOTS;
}

// ---- the journal

struct taking {
    struct ledger *ledger;
    enum ledger_feed feed;
    struct findings *found;
};

// The number in `"id":"e-123"` at or behind a place; 0: none.
static uint64_t number_in(const char *text, size_t len)
{
    static const char mark[] = "\"id\":\"e-";
    const char *at = memmem(text, len, mark, sizeof(mark) - 1);
    return at == NULL ? 0 : strtoull(at + sizeof(mark) - 1, NULL, 10);
}

static void take_input(void *context, const struct journal_input *input)
{
    struct taking *taking = context;
    struct ledger *ledger = taking->ledger;
    ledger->inputs++;
    if (input->kind == INPUT_DUPLICATE) {
        if (taking->feed == FEED_FILE)
            findings_add(
                taking->found, FOUND_DOUBLED, "position %" PRIu64 " of the file was read twice",
                input->position);
        return;
    }
    uint64_t number = number_in(input->value, input->value_len);
    if (number == 0 || number > ledger->given) {
        findings_add(taking->found, FOUND_OTHER, "the journal has an event that nobody gave");
        return;
    }
    struct note *note = &ledger->notes[number];
    bool is_refused = event_kind_of(number) == EVENT_REFUSED;
    note->order = ++ledger->order;
    if (is_refused != (input->kind == INPUT_REJECTED))
        findings_add(taking->found, FOUND_OTHER, "event %" PRIu64 " is of another kind", number);
    // A refused event that is sent again is refused again.
    if (++note->journalled > 1 && (taking->feed == FEED_FILE || !is_refused))
        findings_add(
            taking->found, FOUND_DOUBLED, "event %" PRIu64 " is in the journal twice", number);
    if (taking->feed == FEED_FILE &&
        (number != ledger->inputs || input->position != ledger->line_at[number]))
        findings_add(
            taking->found, FOUND_MISORDERED,
            "input %" PRIu64 " of the journal is event %" PRIu64 " at %" PRIu64, ledger->inputs,
            number, input->position);
}

void ledger_take_journal(
    struct ledger *ledger,
    enum ledger_feed feed,
    const char *directory,
    struct journal_view *view,
    struct findings *found)
{
    struct taking taking = {.ledger = ledger, .feed = feed, .found = found};
    for (uint64_t number = 1; number <= ledger->given; number++) {
        ledger->notes[number].order = 0;
        ledger->notes[number].journalled = 0;
    }
    ledger->inputs = 0;
    ledger->order = 0;
    journal_view_read(directory, view, take_input, &taking);
    if (view->wrong[0] != '\0')
        findings_add(found, FOUND_OTHER, "%s", view->wrong);
}

void ledger_check_promises(const struct ledger *ledger, struct findings *found)
{
    for (uint64_t number = 1; number <= ledger->given; number++) {
        const struct note *note = &ledger->notes[number];
        if (note->journalled == 0 && note->is_acknowledged)
            findings_add(
                found, FOUND_LOST, "event %" PRIu64 " was acknowledged and is gone", number);
        else if (note->journalled == 0 && note->is_seen)
            findings_add(
                found, FOUND_LOST, "actions of event %" PRIu64 " were seen, and it is gone",
                number);
    }
}

void ledger_check_complete(
    const struct ledger *ledger, enum ledger_feed feed, struct findings *found)
{
    for (uint64_t number = 1; number <= ledger->given; number++) {
        const struct note *note = &ledger->notes[number];
        enum event_kind kind = event_kind_of(number);
        if (note->journalled == 0)
            findings_add(found, FOUND_LOST, "event %" PRIu64 " is not in the journal", number);
        for (unsigned slot = 0; kind == EVENT_FORM && slot < SLOTS; slot++)
            if (note->out[slot] == 0)
                findings_add(
                    found, FOUND_LOST, "action %u of event %" PRIu64 " did not come out", slot,
                    number);
        if (kind == EVENT_REFUSED && note->dead == 0)
            findings_add(found, FOUND_LOST, "dead letter of event %" PRIu64 " missing", number);
        if (note->dead > (feed == FEED_FILE ? 1 : note->journalled))
            findings_add(found, FOUND_DOUBLED, "dead letter of event %" PRIu64 " twice", number);
    }
}
