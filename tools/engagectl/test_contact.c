// The contacts of a test in the state of its shard.
#include "tools/engagectl/test_contact.h"

#include "engine/event/identifier.h"
#include "projections/contacts.h"

struct contact_number test_contact_number(
    struct state *state, const struct catalog *catalog, const struct test_contact *contact)
{
    struct arena arena = {0};
    struct contact_number found = {0};
    for (uint32_t i = 0; i < contact->count && found.value == 0; i++) {
        struct bytes kind = catalog_identifier(catalog, contact->identifiers[i].kind);
        struct name_id name = names_find(state, NAME_IDENTIFIER, kind);
        if (name.value == 0)
            continue;
        struct identity_key key = identity_key_of(
            state, name, identifier_as_kept(&arena, kind, contact->identifiers[i].value));
        found = identity_find(state, &key);
    }
    arena_free(&arena);
    return found;
}

static struct contact_number create(
    struct state *state, const struct catalog *catalog, const struct rule_test *test)
{
    struct arena arena = {0};
    struct identity_key keys[IDENTIFIER_KINDS_MAX];
    bool is_new = false;
    for (uint32_t i = 0; i < test->contact.count; i++) {
        const struct test_identifier *identifier = &test->contact.identifiers[i];
        struct bytes kind = catalog_identifier(catalog, identifier->kind);
        keys[i] = identity_key_of(
            state, names_intern(state, NAME_IDENTIFIER, kind),
            identifier_as_kept(&arena, kind, identifier->value));
    }
    struct contact_number contact =
        identity_resolve(state, keys, test->contact.count, test->given.created_ms, &is_new);
    arena_free(&arena);
    return contact;
}

static enum consent consent_of(struct bytes state)
{
    if (bytes_equal_text(state, "granted"))
        return CONSENT_GRANTED;
    return bytes_equal_text(state, "denied") ? CONSENT_DENIED : CONSENT_REVOKED;
}

// "sales/binh", "sales" or "/binh".
static void set_owner(struct state *state, struct contact_number contact, struct bytes owner)
{
    const uint8_t *slash = memchr(owner.data, '/', owner.len);
    size_t team_len = slash == NULL ? owner.len : (size_t)(slash - owner.data);
    struct bytes person = bytes_of(NULL, 0);
    struct name_id team_id = {0};
    struct name_id person_id = {0};
    if (slash != NULL)
        person = bytes_of(slash + 1, owner.len - team_len - 1);
    if (team_len > 0)
        team_id = names_intern(state, NAME_TEAM, bytes_of(owner.data, team_len));
    if (person.len > 0)
        person_id = names_intern(state, NAME_PERSON, person);
    (void)contact_set_owner(state, contact, team_id, person_id);
}

static void set_texts(
    struct state *state, struct contact_number contact, const struct test_given *given)
{
    if (given->stage.len > 0)
        (void)contact_set_stage(state, contact, names_intern(state, NAME_STAGE, given->stage));
    if (given->zone.len > 0)
        (void)contact_set_zone(state, contact, given->zone);
    if (given->owner.len > 0)
        set_owner(state, contact, given->owner);
}

void test_contact_place(
    struct state *state, const struct catalog *catalog, const struct rule_test *test)
{
    const struct test_given *given = &test->given;
    state_frame_begin(state, test->start_ms);
    struct contact_number contact = create(state, catalog, test);
    for (uint32_t i = 0; i < given->fields.count; i++) {
        const struct test_value *field = &given->fields.items[i];
        struct value before;
        (void)contact_set_field(
            state, contact, names_intern(state, NAME_FIELD, field->name), field->value, &before);
    }
    for (uint32_t i = 0; i < given->tags.count; i++)
        (void)contact_add_tag(state, contact, names_intern(state, NAME_TAG, given->tags.items[i]));
    for (uint32_t i = 0; i < given->lists.count; i++)
        (void)contact_add_list(
            state, contact, names_intern(state, NAME_LIST, given->lists.items[i]));
    for (uint32_t i = 0; i < given->consents.count; i++) {
        const struct test_value *consent = &given->consents.items[i];
        (void)contact_set_consent(
            state, contact, names_intern(state, NAME_CHANNEL, consent->name),
            consent_of(consent->value.as.text));
    }
    set_texts(state, contact, given);
    (void)state_frame_end(state);
}
