// The parts of a contact that several JSON objects share.
#ifndef ENGINE_FOLD_CONTACT_JSON_H
#define ENGINE_FOLD_CONTACT_JSON_H

#include "engine/base/buffer.h"
#include "projections/contacts.h"

// The id as printed: the contact id, or "kind:value" of the identifier that names the contact. Raw text.
void contact_add_id(struct buffer *to, const struct contact_view *view);
// {"contact_id":["c-17"],"email":[…]}, kinds in order of their first identifier.
void contact_add_identifiers(struct buffer *to, const struct contact_view *view);
// "2026-01-02T03:04:05.678Z" with its quotes.
void json_add_time(struct buffer *to, int64_t time_ms);
// 16 or 32 hex digits with their quotes.
void json_add_hex64(struct buffer *to, uint64_t value);
void json_add_hex128(struct buffer *to, struct hash128 value);

#endif
