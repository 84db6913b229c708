// Reads what came out: actions, dead letters, contacts.
#define _GNU_SOURCE // memmem
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/torture/ledger.h"

struct action_line {
    uint64_t number, contact, id;
    unsigned slot;
};

// The ids seen, as a set with open addressing.
struct id_set {
    uint64_t *ids;
    size_t cap;
};

static bool set_add(struct id_set *set, uint64_t id)
{
    size_t at = (size_t)(id * 0x9e3779b97f4a7c15U) % set->cap;
    for (; set->ids[at] != 0; at = (at + 1) % set->cap)
        if (set->ids[at] == id)
            return false;
    set->ids[at] = id;
    return true;
}

// The text behind a mark within a line, or NULL.
static const char *behind(const char *line, size_t len, const char *mark)
{
    const char *at = memmem(line, len, mark, strlen(mark));
    return at == NULL ? NULL : at + strlen(mark);
}

static bool action_read(const char *line, size_t len, struct action_line *out)
{
    const char *id = behind(line, len, "\"id\":\"");
    const char *contact = behind(line, len, "\"subject\":\"c-");
    const char *workflow = behind(line, len, "\"workflow\":\"");
    const char *step = behind(line, len, "\"step\":\"");
    if (id == NULL || contact == NULL || workflow == NULL || step == NULL)
        return false;
    // What a run does behind its wait is caused by time; the step says by the data of the run whose it is.
    bool is_later = strncmp(workflow, "later\"", 6) == 0;
    const char *cause = is_later ? behind(line, len, "\"template\":\"n-")
                                 : behind(line, len, "\"cause\":{\"source\":\"test\",\"id\":\"e-");
    if (cause == NULL)
        return false;
    char half[17] = {0};
    memcpy(half, id, 16);
    out->id = strtoull(half, NULL, 16) | 1;
    out->contact = strtoull(contact, NULL, 10);
    out->number = strtoull(cause, NULL, 10);
    if (is_later && step[0] == '2' &&
        behind(line, len, "\"cause\":{\"source\":\"engaged\"") != NULL)
        out->slot = SLOT_LATER;
    else if (strncmp(workflow, "welcome\"", 8) == 0 && step[0] == '1')
        out->slot = 2;
    else if (strncmp(workflow, "notify\"", 7) == 0 && (step[0] == '1' || step[0] == '2'))
        out->slot = step[0] == '2';
    else
        return false;
    return true;
}

// The next whole line from *at on, without its end; NULL when there is none.
static const char *next_line(const struct text *lines, size_t *at, size_t *len_out)
{
    if (*at >= lines->len)
        return NULL;
    const char *line = lines->data + *at;
    const char *end = memchr(line, '\n', lines->len - *at);
    if (end == NULL)
        return NULL;
    *len_out = (size_t)(end - line);
    *at += *len_out + 1;
    return line;
}

static bool is_known(const struct ledger *ledger, const struct action_line *action)
{
    return action->number > 0 && action->number <= ledger->given &&
           event_kind_of(action->number) == EVENT_FORM &&
           event_contact_of(action->number) == action->contact;
}

static void take_action(
    struct ledger *ledger, const struct action_line *action, uint64_t *last, struct findings *found)
{
    struct note *note = &ledger->notes[action->number];
    if (note->journalled == 0)
        findings_add(
            found, FOUND_LOST, "an action of event %" PRIu64 " is out, its frame is not there",
            action->number);
    if (++note->out[action->slot] > 1)
        findings_add(
            found, FOUND_DOUBLED, "action %u of event %" PRIu64 " came out twice", action->slot,
            action->number);
    if (note->id[action->slot] != 0 && note->id[action->slot] != action->id)
        findings_add(
            found, FOUND_DOUBLED, "action %u of event %" PRIu64 " has another id than before",
            action->slot, action->number);
    note->id[action->slot] = action->id;
    uint64_t place = (uint64_t)note->order * SLOTS + action->slot + 1;
    last += action->slot == SLOT_LATER ? CONTACTS : 0; // an order of their own
    if (note->journalled > 0 && place <= last[action->contact])
        findings_add(
            found, FOUND_MISORDERED,
            "actions of contact c-%" PRIu64 " are out of order at event %" PRIu64, action->contact,
            action->number);
    last[action->contact] = place;
}

size_t ledger_take_actions(struct ledger *ledger, const struct text *lines, struct findings *found)
{
    uint64_t last[2 * CONTACTS] = {0};
    struct id_set ids = {.cap = 2 * (ledger->given * SLOTS + 64) + 1};
    struct action_line action;
    size_t at = 0;
    size_t len = 0;
    size_t count = 0;
    ids.ids = memory_of(ids.cap * sizeof(*ids.ids));
    for (uint64_t number = 1; number <= ledger->given; number++)
        memset(ledger->notes[number].out, 0, sizeof(ledger->notes[number].out));
    for (const char *line; (line = next_line(lines, &at, &len)) != NULL; count++) {
        if (!action_read(line, len, &action) || !is_known(ledger, &action)) {
            findings_add(
                found, FOUND_OTHER, "action line %zu is not one that was caused: %.120s", count + 1,
                line);
            continue;
        }
        if (count * 2 < ids.cap && !set_add(&ids, action.id))
            findings_add(found, FOUND_DOUBLED, "an action's id stands twice, line %zu", count + 1);
        take_action(ledger, &action, last, found);
    }
    free(ids.ids);
    return count;
}

void ledger_see_actions(struct ledger *ledger, const struct text *lines)
{
    struct action_line action;
    size_t at = 0;
    size_t len = 0;
    for (const char *line; (line = next_line(lines, &at, &len)) != NULL;)
        if (action_read(line, len, &action) && is_known(ledger, &action)) {
            ledger->notes[action.number].is_seen = true;
            ledger->notes[action.number].id[action.slot] = action.id;
        }
}

bool ledger_is_all_out(const struct ledger *ledger, const struct text *lines)
{
    struct action_line action;
    size_t at = 0;
    size_t len = 0;
    size_t out = 0;
    for (const char *line; (line = next_line(lines, &at, &len)) != NULL;)
        out += action_read(line, len, &action);
    return out >= ledger_expected(ledger);
}

// ---- dead letters

static unsigned char digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned char)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (unsigned char)(c - 'a' + 26);
    if (c >= '0' && c <= '9')
        return (unsigned char)(c - '0' + 52);
    return c == '+' ? 62 : 63;
}

// The number of the event whose first bytes are in base64.
static uint64_t number_of_payload(const char *base64)
{
    char text[64];
    size_t len = 0;
    for (size_t i = 0; i < 40 && base64[i] != '"' && base64[i + 1] != '"'; i++) {
        unsigned pair = (unsigned)digit_of(base64[i]) << 6 | digit_of(base64[i + 1]);
        if (i % 4 != 3)
            text[len++] = (char)(pair >> (4 - 2 * (i % 4)) & 255);
    }
    text[len] = '\0';
    static const char mark[] = "{\"id\":\"e-";
    bool is_ours = strncmp(text, mark, sizeof(mark) - 1) == 0;
    return is_ours ? strtoull(text + sizeof(mark) - 1, NULL, 10) : 0;
}

void ledger_take_dead_letters(
    struct ledger *ledger, enum ledger_feed feed, const struct text *lines, struct findings *found)
{
    size_t at = 0;
    size_t len = 0;
    for (uint64_t number = 1; number <= ledger->given; number++)
        ledger->notes[number].dead = 0;
    for (const char *line; (line = next_line(lines, &at, &len)) != NULL;) {
        const char *payload = behind(line, len, "\"payload\":\"");
        const char *position = behind(line, len, "\"position\":");
        uint64_t number = payload == NULL ? 0 : number_of_payload(payload);
        if (number == 0 || number > ledger->given || event_kind_of(number) != EVENT_REFUSED) {
            findings_add(found, FOUND_OTHER, "a dead letter of nothing refused: %.200s", line);
            continue;
        }
        struct note *note = &ledger->notes[number];
        note->dead++;
        if (feed == FEED_FILE &&
            (position == NULL || strtoull(position, NULL, 10) != ledger->line_at[number]))
            findings_add(found, FOUND_OTHER, "dead letter of %" PRIu64 ": wrong position", number);
        if (note->journalled == 0)
            findings_add(
                found, FOUND_LOST, "a dead letter of event %" PRIu64 " is out, its frame is not",
                number);
    }
}

// ---- contacts

uint64_t ledger_check_contacts(
    const struct ledger *ledger, const struct text *lines, struct findings *found)
{
    uint64_t points[CONTACTS] = {0};
    uint64_t events[CONTACTS] = {0};
    uint64_t folded = 0;
    for (uint64_t number = 1; number <= ledger->given; number++) {
        enum event_kind kind = event_kind_of(number);
        if (kind == EVENT_REFUSED || ledger->notes[number].journalled == 0)
            continue;
        points[event_contact_of(number)] += kind == EVENT_FORM ? FORM_POINTS : ledger->page_points;
        events[event_contact_of(number)]++;
    }
    size_t at = 0;
    size_t len = 0;
    for (const char *line; (line = next_line(lines, &at, &len)) != NULL;) {
        const char *id = behind(line, len, "{\"id\":\"c-");
        const char *value = behind(line, len, "\"value\":");
        const char *count = behind(line, len, "\"events\":");
        uint64_t contact = id == NULL ? CONTACTS : strtoull(id, NULL, 10);
        if (contact >= CONTACTS || value == NULL || count == NULL) {
            findings_add(found, FOUND_OTHER, "a contact that nobody gave: %.120s", line);
            continue;
        }
        folded += strtoull(count, NULL, 10);
        if (strtoull(value, NULL, 10) != points[contact] ||
            strtoull(count, NULL, 10) != events[contact])
            findings_add(
                found, FOUND_OTHER, "c-%" PRIu64 " has %.20s points, wanted %" PRIu64, contact,
                value, points[contact]);
        events[contact] = 0;
    }
    for (uint64_t contact = 0; contact < CONTACTS; contact++)
        if (events[contact] != 0)
            findings_add(found, FOUND_LOST, "contact c-%" PRIu64 " is not in the store", contact);
    return folded;
}
