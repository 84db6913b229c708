// Contacts as lists, and what the engine's own events do to them.
#include <stdlib.h>
#include <string.h>

#include "tests/sim/oracle_internal.h"

enum { NAME_BYTES_MAX = 100, ZONE_BYTES_MAX = 64, DATA_IDENTIFIER_BYTES_MAX = 256 };

bool text_list_has(const struct text *at, size_t count, struct text text)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal(at[i], text))
            return true;
    }
    return false;
}

void oracle_contact_free(struct contact *contact)
{
    free(contact->identifiers.at);
    free(contact->fields.at);
    free(contact->tags.at);
    free(contact->lists.at);
    free(contact->channels.at);
    free(contact->sent.at);
    free(contact->entries.at);
    free(contact->sums.at);
    free(contact->limits.at);
    free(contact->counted.at);
    free(contact->object_words.at);
    free(contact->held.at);
    free(contact->shown.at);
    free(contact->runs.at);
    for (size_t i = 0; i < contact->kept.count; i++)
        free(contact->kept.at[i].runs.at);
    free(contact->kept.at);
    free(contact->silences.at);
    free(contact->told.at);
}

uint64_t oracle_owner_of(const struct oracle *oracle, struct text kind, struct text value)
{
    for (size_t i = 0; i < oracle->contacts.count; i++) {
        const struct contact *contact = &oracle->contacts.at[i];
        for (size_t j = 0; j < contact->identifiers.count; j++) {
            if (text_equal(contact->identifiers.at[j].value, value) &&
                text_equal(contact->identifiers.at[j].kind, kind))
                return i + 1;
        }
    }
    return 0;
}

void oracle_own(struct oracle *oracle, size_t contact, struct text kind, struct text value)
{
    if (oracle_owner_of(oracle, kind, value) != 0)
        return;
    struct workload_identifier *own = list_add(&oracle->contacts.at[contact].identifiers);
    own->kind = kind;
    own->value = value;
}

static struct text keep(struct oracle *oracle, struct text text)
{
    return text_copy(&oracle->arena, text);
}

// The text of a member of the event's data; empty where it is none.
static struct text member(const struct oracle *oracle, const char *name)
{
    const struct workload_value *value = sim_value_member(&oracle->event->data, text_of(name));
    return value->kind == WORKLOAD_TEXT ? value->text : text_of("");
}

static bool is_same_value(const struct workload_value *a, const struct workload_value *b)
{
    struct sim_text first = {NULL, 0, 0};
    struct sim_text second = {NULL, 0, 0};
    sim_add_json_value(&first, a);
    sim_add_json_value(&second, b);
    bool is_same = text_equal(sim_text_view(&first), sim_text_view(&second));
    sim_text_free(&first);
    sim_text_free(&second);
    return is_same;
}

// What a record keeps of a number has one form: a whole one is an integer, however it was written.
static struct workload_value as_kept(struct workload_value value)
{
    bool is_whole = value.kind == WORKLOAD_DOUBLE && value.real >= -TWO_TO_63 &&
                    value.real < TWO_TO_63 && (double)(int64_t)value.real == value.real;
    if (is_whole) {
        value.kind = WORKLOAD_INT;
        value.integer = (int64_t)value.real;
    }
    return value;
}

static bool may_set(const struct oracle *oracle, const struct workload_value *value)
{
    if (value->name.len == 0 || value->name.len > NAME_BYTES_MAX)
        return false;
    for (uint32_t i = 0; i < oracle->rules->field_count; i++) {
        const struct workload_contact_field *field = &oracle->rules->fields[i];
        if (!text_equal(field->name, value->name) || value->kind == WORKLOAD_NULL)
            continue;
        return oracle_value_fits(field->type, value) &&
               (field->one_of_count == 0 ||
                text_list_has(field->one_of, field->one_of_count, value->text));
    }
    return true;
}

void oracle_set_field(struct oracle *oracle, const struct workload_value *value, uint32_t depth)
{
    struct contact *contact = oracle_contact(oracle);
    if (!may_set(oracle, value))
        return;
    size_t i = 0;
    while (i < contact->fields.count && !text_equal(contact->fields.at[i].name, value->name))
        i++;
    struct workload_value before = {.kind = WORKLOAD_ABSENT};
    if (i < contact->fields.count)
        before = contact->fields.at[i].value;
    bool is_cleared = value->kind == WORKLOAD_NULL;
    if (is_cleared ? before.kind == WORKLOAD_ABSENT
                   : before.kind != WORKLOAD_ABSENT && is_same_value(&before, value))
        return;
    struct workload_value now = sim_value_copy(&oracle->arena, value);
    if (is_cleared) {
        contact->fields.at[i] = contact->fields.at[--contact->fields.count];
    } else {
        if (i == contact->fields.count)
            (void)list_add(&contact->fields);
        contact->fields.at[i] = (struct named_value){now.name, as_kept(now)};
    }
    oracle_plan_again(oracle, now.name);
    before.name = text_of("from");
    struct workload_value items[] = {sim_value_of_text("field", now.name), before, now};
    items[2].name = text_of("to");
    oracle_derive(oracle, "field.changed", depth, items, 3);
}

static void add_identifier(
    struct oracle *oracle, struct text kind, const struct workload_value *value)
{
    if (value->kind != WORKLOAD_TEXT || !oracle_kind_is_known(oracle, kind) ||
        !oracle_identifier_is_fit(value->text, DATA_IDENTIFIER_BYTES_MAX))
        return;
    oracle_own(
        oracle, oracle->contact, keep(oracle, kind),
        oracle_fold_email(&oracle->arena, kind, value->text));
}

static void update(struct oracle *oracle)
{
    const struct workload_value *fields = sim_value_member(&oracle->event->data, text_of("fields"));
    for (uint32_t i = 0; fields->kind == WORKLOAD_MAP && i < fields->count; i++)
        oracle_set_field(oracle, &fields->items[i], 1);
    const struct workload_value *kinds =
        sim_value_member(&oracle->event->data, text_of("identifiers"));
    for (uint32_t i = 0; kinds->kind == WORKLOAD_MAP && i < kinds->count; i++) {
        const struct workload_value *given = &kinds->items[i];
        for (uint32_t j = 0; given->kind == WORKLOAD_LIST && j < given->count; j++)
            add_identifier(oracle, given->name, &given->items[j]);
        if (given->kind != WORKLOAD_LIST)
            add_identifier(oracle, given->name, given);
    }
    struct text zone = member(oracle, "zone");
    if (zone.len == 0 || zone.len > ZONE_BYTES_MAX ||
        text_equal(zone, oracle_contact(oracle)->zone))
        return;
    oracle_contact(oracle)->zone = keep(oracle, zone);
    oracle_plan_again(oracle, text_of(""));
}

static struct channel *channel_of(struct oracle *oracle, struct text name)
{
    struct contact *contact = oracle_contact(oracle);
    for (size_t i = 0; i < contact->channels.count; i++) {
        if (text_equal(contact->channels.at[i].name, name))
            return &contact->channels.at[i];
    }
    struct channel *channel = list_add(&contact->channels);
    channel->name = keep(oracle, name);
    return channel;
}

static void set_consent(struct oracle *oracle, int consent)
{
    struct text name = member(oracle, "channel");
    channel_of(oracle, name.len == 0 ? text_of("email") : name)->consent = consent;
}

static void change_consent(struct oracle *oracle)
{
    struct text state = member(oracle, "state");
    if (text_is(state, "granted"))
        set_consent(oracle, CONSENT_GIVEN);
    else if (text_is(state, "denied"))
        set_consent(oracle, CONSENT_DENIED_);
    else if (text_is(state, "revoked"))
        set_consent(oracle, CONSENT_TAKEN_BACK);
}

static void change_dnd(struct oracle *oracle)
{
    struct text name = member(oracle, "channel");
    const struct workload_value *on = sim_value_member(&oracle->event->data, text_of("on"));
    if (on->kind == WORKLOAD_BOOL)
        channel_of(oracle, name.len == 0 ? text_of("all") : name)->is_dnd = on->boolean;
}

void oracle_change_name(struct oracle *oracle, const char *change, struct text name, uint32_t depth)
{
    struct contact *contact = oracle_contact(oracle);
    bool is_tag = strncmp(change, "tag", 3) == 0;
    bool is_added = strstr(change, "added") != NULL;
    struct text *at = is_tag ? contact->tags.at : contact->lists.at;
    size_t count = is_tag ? contact->tags.count : contact->lists.count;
    if (name.len == 0 || text_list_has(at, count, name) == is_added)
        return; // nothing to change
    name = keep(oracle, name);
    if (is_added) {
        struct text *place = is_tag ? list_add(&contact->tags) : list_add(&contact->lists);
        *place = name;
    } else {
        size_t i = 0;
        while (!text_equal(at[i], name))
            i++;
        memmove(at + i, at + i + 1, (count - i - 1) * sizeof(*at));
        contact->tags.count -= is_tag ? 1 : 0;
        contact->lists.count -= is_tag ? 0 : 1;
    }
    struct workload_value item = sim_value_of_text(is_tag ? "tag" : "list", name);
    oracle_derive(oracle, change, depth, &item, 1);
}

static void set_owner(struct oracle *oracle)
{
    struct contact *contact = oracle_contact(oracle);
    contact->team = keep(oracle, member(oracle, "team"));
    contact->person = keep(oracle, member(oracle, "person"));
}

void oracle_apply(struct oracle *oracle)
{
    struct text type = oracle->event->type;
    struct contact *contact = oracle_contact(oracle);
    if (text_is(type, "contact.created") || text_is(type, "contact.updated") ||
        text_is(type, "contact.imported") || text_is(type, "contact.identified"))
        update(oracle);
    else if (text_is(type, "contact.tag_added"))
        oracle_change_name(oracle, "tag.added", member(oracle, "tag"), 1);
    else if (text_is(type, "contact.tag_removed"))
        oracle_change_name(oracle, "tag.removed", member(oracle, "tag"), 1);
    else if (text_is(type, "contact.list_added"))
        oracle_change_name(oracle, "list.added", member(oracle, "list"), 1);
    else if (text_is(type, "contact.list_removed"))
        oracle_change_name(oracle, "list.removed", member(oracle, "list"), 1);
    else if (text_is(type, "contact.note_added"))
        contact->notes++;
    else if (text_is(type, "contact.stage_changed"))
        contact->stage = keep(oracle, member(oracle, "stage"));
    else if (text_is(type, "contact.assigned"))
        set_owner(oracle);
    else if (text_is(type, "contact.unassigned"))
        contact->team = contact->person = text_of("");
    else if (text_is(type, "contact.consent_changed"))
        change_consent(oracle);
    else if (text_is(type, "contact.dnd_changed"))
        change_dnd(oracle);
    else if (text_is(type, "contact.unsubscribed"))
        set_consent(oracle, CONSENT_TAKEN_BACK);
    else if (text_is(type, "contact.resubscribed"))
        set_consent(oracle, CONSENT_GIVEN);
    else if (text_is(type, "contact.points_adjusted"))
        oracle_adjust(oracle);
    else if (text_is(type, "event.retracted"))
        oracle_retract(oracle);
}
