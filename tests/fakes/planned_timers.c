// Timers that events of a test ask for.
#include "tests/fakes/planned_timers.h"

#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "projections/timers.h"

enum { ACTION_BYTES_MAX = 1 << 16 };

struct planned planned;

// The linker gives calls of the one to the other (--wrap).
void __real_fold_event(
    struct fold *fold,
    const struct event *event,
    const struct identity_key *first,
    struct event_ref ref);
void __wrap_fold_event(
    struct fold *fold,
    const struct event *event,
    const struct identity_key *first,
    struct event_ref ref);
void __real_fold_timer(struct fold *fold, struct contact_number contact, int64_t due_ms);
void __wrap_fold_timer(struct fold *fold, struct contact_number contact, int64_t due_ms);

void __wrap_fold_event(
    struct fold *fold,
    const struct event *event,
    const struct identity_key *first,
    struct event_ref ref)
{
    __real_fold_event(fold, event, first, ref);
    struct value due = value_member(event->data, BYTES_LITERAL("due"));
    if (due.kind == VALUE_INT)
        contact_set_due(
            fold->state, fold->contact, due.as.integer < 0 ? TIMER_NONE : due.as.integer);
}

static void note(const struct fold *fold, struct contact_number contact, int64_t due_ms)
{
    planned.ruleset = ruleset_hash(fold->ruleset);
    INVARIANT(planned.count < PLANNED_FIRED_MAX);
    INVARIANT(planned.page == NULL || planned.page->is_set == 0);
    planned.fired[planned.count++] = (struct planned_firing){
        .due_ms = due_ms,
        .contact = contact.value,
        .tick_ms = fold->tick_ms,
        .events_before = fold->counts.events,
    };
}

static void decide(struct fold *fold, struct contact_number contact, int64_t due_ms)
{
    static char text[ACTION_BYTES_MAX];
    INVARIANT(planned.action_bytes < sizeof(text));
    memset(text, '0', sizeof(text)); // JSON: a string of zeroes
    text[0] = '"';
    text[planned.action_bytes - 1] = '"';
    const uint64_t origin[] = {contact.value, (uint64_t)due_ms};
    struct fold_action action = {
        .id = hash_u128(bytes_of(origin, sizeof(origin)), fold->seed),
        .topic = BYTES_LITERAL("actions.timer"),
        .key = BYTES_LITERAL("c"),
        .json = bytes_of(text, planned.action_bytes),
    };
    fold->counts.actions_decided++;
    fold->emit(fold->emit_context, &action);
}

void __wrap_fold_timer(struct fold *fold, struct contact_number contact, int64_t due_ms)
{
    INVARIANT(contact_due_ms(fold->state, contact) == due_ms);
    note(fold, contact, due_ms);
    contact_add_note(fold->state, contact);
    bool is_last = due_ms % 10 == 0;
    contact_set_due(fold->state, contact, is_last ? TIMER_NONE : due_ms + PLANNED_STEP_MS);
    if (fold->emit != NULL && planned.action_bytes > 0)
        decide(fold, contact, due_ms);
}
