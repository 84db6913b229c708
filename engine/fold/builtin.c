// What the event types that the engine knows do to a contact (docs/events.md, "the engine's own types").
#include "engine/base/time.h"
#include "engine/event/data_type.h"
#include "engine/event/identifier.h"
#include "engine/fold/contact_change.h"
#include "engine/fold/fold.h"
#include "engine/fold/run_replan.h"
#include "engine/fold/scoring.h"
#include "projections/contacts.h"
#include "rules/scope.h"

enum { DATA_IDENTIFIER_BYTES_MAX = 256 }; // no limit of the configuration: a replay must not differ

// Something that expressions may read of the contact has changed.
static void mark_member(struct fold *fold, enum scope_contact_field member)
{
    live_mark(fold, ruleset_dependency_contact(fold->ruleset, member));
}

// Kinds of identifier and declared fields come behind what every contact has.
static void mark_behind_members(struct fold *fold, size_t index)
{
    uint32_t at = SCOPE_CONTACT_FIELD_COUNT + (uint32_t)index;
    live_mark(fold, ruleset_dependency_contact(fold->ruleset, at));
}

static struct value member(const struct event *event, const char *name)
{
    return value_member(event->data, bytes_text(name));
}

static struct bytes text_of(struct value value)
{
    return value.kind == VALUE_TEXT ? value.as.text : (struct bytes){NULL, 0};
}

static struct bytes member_text(const struct event *event, const char *name)
{
    return text_of(member(event, name));
}

// A field that the rules declare keeps its type: a value of another type is left out and counted.
static bool may_set(const struct fold *fold, struct bytes name, struct value value)
{
    const struct field_def *field = ruleset_field_find(fold->ruleset, name);
    if (field == NULL || value.kind == VALUE_NULL)
        return true;
    if (!data_type_holds(field->type, value))
        return false;
    for (uint32_t i = 0; i < field->one_of_count; i++) {
        if (bytes_equal(field->one_of[i], text_of(value)))
            return true;
    }
    return field->one_of_count == 0;
}

void fold_set_field(struct fold *fold, struct bytes name, struct value value, uint32_t depth)
{
    if (name.len == 0 || name.len > 100 || !may_set(fold, name, value)) {
        fold->counts.fields_refused++;
        return;
    }
    struct value before;
    struct name_id field = names_intern(fold->state, NAME_FIELD, name);
    if (!contact_set_field(fold->state, fold->contact, field, value, &before))
        return;
    bool is_borrowed = // only until the next change; a list or a map is its JSON
        before.kind == VALUE_TEXT || before.kind == VALUE_LIST || before.kind == VALUE_MAP;
    if (is_borrowed)
        before.as.text = arena_copy(&fold->arena, before.as.text);
    const struct field_def *declared = ruleset_field_find(fold->ruleset, name);
    if (declared != NULL)
        mark_behind_members(
            fold, catalog_identifier_count(ruleset_catalog(fold->ruleset)) +
                      (size_t)(declared - ruleset_field(fold->ruleset, 0)));
    const struct value_pair data[] = {
        {BYTES_LITERAL("field"), value_text(name)},
        {BYTES_LITERAL("from"), before},
        {BYTES_LITERAL("to"), value},
    };
    fold_derive(fold, BUILTIN_FIELD_CHANGED, depth, data, 3);
}

static void add_identifier(struct fold *fold, struct bytes kind, struct value value)
{
    const struct catalog *catalog = ruleset_catalog(fold->ruleset);
    size_t index = catalog_identifier_find(catalog, kind);
    struct bytes text = text_of(value);
    if (index == IDENTIFIER_KINDS_MAX || text.len == 0 || text.len > DATA_IDENTIFIER_BYTES_MAX ||
        identifier_has_control(text)) {
        fold->counts.fields_refused++;
        return;
    }
    struct identifier identifier = {(uint8_t)index, identifier_as_kept(&fold->arena, kind, text)};
    struct identity_key key = fold_identity_key(fold, &identifier);
    if (!identity_add(fold->state, fold->contact, &key)) // a conflict is counted by the state
        return;
    mark_member(fold, SCOPE_CONTACT_IDENTIFIERS);
    mark_behind_members(fold, index);
}

static void add_identifiers(struct fold *fold, struct value map)
{
    struct value_iterator kinds = value_iterate(map);
    struct bytes kind;
    struct value value;
    while (value_next(&kinds, &kind, &value)) {
        if (value.kind != VALUE_LIST) {
            add_identifier(fold, kind, value);
            continue;
        }
        struct value_iterator items = value_iterate(value);
        struct bytes unused;
        struct value item;
        while (value_next(&items, &unused, &item))
            add_identifier(fold, kind, item);
    }
}

static void update_contact(struct fold *fold, const struct event *event)
{
    struct value fields = member(event, "fields");
    if (fields.kind == VALUE_MAP) {
        struct value_iterator at = value_iterate(fields);
        struct bytes name;
        struct value value;
        while (value_next(&at, &name, &value))
            fold_set_field(fold, name, value, 1);
    }
    struct value identifiers = member(event, "identifiers");
    if (identifiers.kind == VALUE_MAP)
        add_identifiers(fold, identifiers);
    struct bytes zone = member_text(event, "zone");
    if (zone.len == 0 || !contact_set_zone(fold->state, fold->contact, zone))
        return;
    mark_member(fold, SCOPE_CONTACT_ZONE);
    runs_plan_again(fold, &(struct replan){.why = REPLAN_CONTACT_ZONE});
}

void fold_change_tag(struct fold *fold, struct bytes tag, enum builtin change, uint32_t depth)
{
    if (tag.len == 0)
        return;
    struct name_id id = names_intern(fold->state, NAME_TAG, tag);
    bool has_changed = change == BUILTIN_TAG_ADDED
                           ? contact_add_tag(fold->state, fold->contact, id)
                           : contact_remove_tag(fold->state, fold->contact, id);
    const struct value_pair data[] = {{BYTES_LITERAL("tag"), value_text(tag)}};
    if (!has_changed)
        return;
    mark_member(fold, SCOPE_CONTACT_TAGS);
    fold_derive(fold, change, depth, data, 1);
}

void fold_change_list(struct fold *fold, struct bytes list, enum builtin change, uint32_t depth)
{
    if (list.len == 0)
        return;
    struct name_id id = names_intern(fold->state, NAME_LIST, list);
    bool has_changed = change == BUILTIN_LIST_ADDED
                           ? contact_add_list(fold->state, fold->contact, id)
                           : contact_remove_list(fold->state, fold->contact, id);
    const struct value_pair data[] = {{BYTES_LITERAL("list"), value_text(list)}};
    if (!has_changed)
        return;
    mark_member(fold, SCOPE_CONTACT_LISTS);
    fold_derive(fold, change, depth, data, 1);
}

static void set_consent(struct fold *fold, struct bytes channel, enum consent consent)
{
    if (channel.len == 0)
        channel = BYTES_LITERAL("email");
    struct name_id id = names_intern(fold->state, NAME_CHANNEL, channel);
    if (contact_set_consent(fold->state, fold->contact, id, consent))
        mark_member(fold, SCOPE_CONTACT_CONSENT);
}

static void change_consent(struct fold *fold, const struct event *event)
{
    struct bytes state = member_text(event, "state");
    enum consent consent = CONSENT_UNKNOWN;
    if (bytes_equal_text(state, "granted"))
        consent = CONSENT_GRANTED;
    else if (bytes_equal_text(state, "denied"))
        consent = CONSENT_DENIED;
    else if (bytes_equal_text(state, "revoked"))
        consent = CONSENT_REVOKED;
    if (consent == CONSENT_UNKNOWN) {
        fold->counts.fields_refused++;
        return;
    }
    set_consent(fold, member_text(event, "channel"), consent);
}

static void change_dnd(struct fold *fold, const struct event *event)
{
    struct value on = member(event, "on");
    struct bytes channel = member_text(event, "channel");
    if (on.kind != VALUE_BOOL) {
        fold->counts.fields_refused++;
        return;
    }
    if (channel.len == 0)
        channel = BYTES_LITERAL("all");
    struct name_id id = names_intern(fold->state, NAME_CHANNEL, channel);
    (void)contact_set_dnd(fold->state, fold->contact, id, on.as.boolean ? DND_ON : DND_OFF);
}

void fold_set_owner(struct fold *fold, struct bytes team, struct bytes person)
{
    struct name_id team_id = {0};
    struct name_id person_id = {0};
    if (team.len > 0)
        team_id = names_intern(fold->state, NAME_TEAM, team);
    if (person.len > 0)
        person_id = names_intern(fold->state, NAME_PERSON, person);
    if (contact_set_owner(fold->state, fold->contact, team_id, person_id))
        mark_member(fold, SCOPE_CONTACT_OWNER);
}

void fold_set_stage(struct fold *fold, struct bytes stage)
{
    struct name_id id = {0};
    if (stage.len > 0)
        id = names_intern(fold->state, NAME_STAGE, stage);
    if (contact_set_stage(fold->state, fold->contact, id))
        mark_member(fold, SCOPE_CONTACT_STAGE);
}

void fold_apply_builtin(struct fold *fold, enum builtin builtin, const struct event *event)
{
    const struct bytes none = {NULL, 0};
    switch (builtin) {
    case BUILTIN_CONTACT_CREATED:
    case BUILTIN_CONTACT_UPDATED:
    case BUILTIN_CONTACT_IMPORTED:
    case BUILTIN_CONTACT_IDENTIFIED: update_contact(fold, event); break;
    case BUILTIN_CONTACT_TAG_ADDED:
        fold_change_tag(fold, member_text(event, "tag"), BUILTIN_TAG_ADDED, 1);
        break;
    case BUILTIN_CONTACT_TAG_REMOVED:
        fold_change_tag(fold, member_text(event, "tag"), BUILTIN_TAG_REMOVED, 1);
        break;
    case BUILTIN_CONTACT_LIST_ADDED:
        fold_change_list(fold, member_text(event, "list"), BUILTIN_LIST_ADDED, 1);
        break;
    case BUILTIN_CONTACT_LIST_REMOVED:
        fold_change_list(fold, member_text(event, "list"), BUILTIN_LIST_REMOVED, 1);
        break;
    case BUILTIN_CONTACT_NOTE_ADDED: contact_add_note(fold->state, fold->contact); break;
    case BUILTIN_CONTACT_STAGE_CHANGED: fold_set_stage(fold, member_text(event, "stage")); break;
    case BUILTIN_CONTACT_ASSIGNED:
        fold_set_owner(fold, member_text(event, "team"), member_text(event, "person"));
        break;
    case BUILTIN_CONTACT_UNASSIGNED: fold_set_owner(fold, none, none); break;
    case BUILTIN_CONTACT_CONSENT_CHANGED: change_consent(fold, event); break;
    case BUILTIN_CONTACT_DND_CHANGED: change_dnd(fold, event); break;
    case BUILTIN_CONTACT_UNSUBSCRIBED:
        set_consent(fold, member_text(event, "channel"), CONSENT_REVOKED);
        break;
    case BUILTIN_CONTACT_RESUBSCRIBED:
        set_consent(fold, member_text(event, "channel"), CONSENT_GRANTED);
        break;
    case BUILTIN_CONTACT_POINTS_ADJUSTED: fold_adjust_points(fold, event); break;
    case BUILTIN_EVENT_RETRACTED: fold_retract(fold, event); break;
    case BUILTIN_NONE:
    case BUILTIN_CONTACT_NOTE_CHANGED:
    case BUILTIN_SCORE_CHANGED:
    case BUILTIN_SCORE_BAND_CHANGED:
    case BUILTIN_SEGMENT_ENTERED:
    case BUILTIN_SEGMENT_LEFT:
    case BUILTIN_FIELD_CHANGED:
    case BUILTIN_TAG_ADDED:
    case BUILTIN_TAG_REMOVED:
    case BUILTIN_LIST_ADDED:
    case BUILTIN_LIST_REMOVED:
    case BUILTIN_RUN_STARTED:
    case BUILTIN_RUN_ENDED:
    case BUILTIN_ACTION_EMITTED:
    case BUILTIN_OBJECT_CHANGED:
    case BUILTIN_COUNT: break; // these change nothing by themselves
    }
}
