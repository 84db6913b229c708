// What conditions ask of a contact, one thing at a time. Nothing is copied: what is given is valid until the
// next change of the contact, or call for another one.
#ifndef PROJECTIONS_CONTACT_ASK_H
#define PROJECTIONS_CONTACT_ASK_H

#include "projections/contacts.h"
#include "projections/owners.h"

// Lists and maps come as JSON text (value_unpack). False when the contact has no such field.
bool contact_field(
    struct state *state, struct contact_number contact, struct name_id field, struct value *out);
// The first identifier of the kind; kind 0: the first of all, *kind_out says which kind it is.
bool contact_identifier_of(
    struct state *state,
    struct contact_number contact,
    struct name_id kind,
    struct name_id *kind_out,
    struct bytes *value_out);
// Walks identifiers in order of arrival: *at is 0 to start; false at the end.
bool contact_next_identifier(
    struct state *state,
    struct contact_number contact,
    size_t *at,
    struct bytes *kind_out,
    struct bytes *value_out);

// Walks tags or lists in order of arrival.
enum contact_names { CONTACT_TAGS, CONTACT_LISTS };
bool contact_next_name(
    struct state *state,
    struct contact_number contact,
    enum contact_names which,
    size_t *at,
    struct bytes *name_out);
// Walks channels with what is known of their consent.
bool contact_next_consent(
    struct state *state,
    struct contact_number contact,
    size_t *at,
    struct bytes *channel_out,
    enum consent *consent_out);

// Empty when there is none.
struct bytes contact_stage(struct state *state, struct contact_number contact);
struct bytes contact_zone(struct state *state, struct contact_number contact);
struct owner_id contact_owner_id(struct state *state, struct contact_number contact);
void contact_owner(
    struct state *state,
    struct contact_number contact,
    struct bytes *team_out,
    struct bytes *person_out);
int64_t contact_created_ms(struct state *state, struct contact_number contact);
int64_t contact_updated_ms(struct state *state, struct contact_number contact);

#endif
