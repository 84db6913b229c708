// Who an event is about: its identifiers, strongest first.
#include <string.h>

#include "engine/event/decoder.h"
#include "engine/event/identifier.h"

enum { KIND_SHOWN_BYTES = 40 };

static enum reject_code check_identifier(
    struct decode_call *call, struct bytes name, struct bytes value)
{
    const char *wrong = NULL;
    if (value.len == 0)
        wrong = "is empty";
    else if (value.len > call->decoder->limits.identifier_bytes_max)
        wrong = "is too long";
    else if (identifier_has_control(value))
        wrong = "has control characters";
    if (wrong == NULL)
        return REJECT_NONE;
    return decode_reject(
        call->reject, REJECT_BAD_CONTACT, "contact.%.*s %s", (int)name.len, (const char *)name.data,
        wrong);
}

static struct bytes fold_email(struct pool *pool, struct bytes value)
{
    if (!identifier_needs_fold(value))
        return value;
    uint8_t *folded = pool_alloc(pool, value.len);
    identifier_fold(value, folded);
    return bytes_of(folded, value.len);
}

static enum reject_code add_identifier(struct decode_call *call, size_t kind, struct bytes value)
{
    struct event *event = call->event;
    struct bytes name = catalog_identifier(call->decoder->catalog, kind);
    if (call->mode != DECODE_REPLAY) {
        enum reject_code code = check_identifier(call, name, value);
        if (code != REJECT_NONE)
            return code;
    }
    if (kind == call->decoder->email_kind)
        value = fold_email(&call->decoder->pool, value);
    uint32_t at = event->identifier_count;
    while (at > 0 && event->identifiers[at - 1].kind > kind)
        at--;
    if (at > 0 && event->identifiers[at - 1].kind == kind) {
        if (bytes_equal(event->identifiers[at - 1].value, value))
            return REJECT_NONE;
        return decode_reject(
            call->reject, REJECT_BAD_CONTACT, "contact.%.*s is given twice, with two values",
            (int)name.len, (const char *)name.data);
    }
    for (uint32_t i = event->identifier_count; i > at; i--)
        event->identifiers[i] = event->identifiers[i - 1];
    event->identifiers[at] = (struct identifier){.kind = (uint8_t)kind, .value = value};
    event->identifier_count++;
    return REJECT_NONE;
}

// subject, or contact as a text: a contact_id.
static enum reject_code add_contact_id(
    struct decode_call *call, const char *where, const yyjson_val *node)
{
    struct bytes value;
    if (!decode_text(&call->decoder->pool, node, &value))
        return decode_reject(
            call->reject, REJECT_BAD_CONTACT, "%s: expected text or a whole number", where);
    if (call->decoder->contact_id_kind == IDENTIFIER_KINDS_MAX)
        return decode_reject(
            call->reject, REJECT_BAD_CONTACT,
            "%s: contacts have no contact_id here, expected an object of identifiers", where);
    return add_identifier(call, call->decoder->contact_id_kind, value);
}

static enum reject_code reject_kind(struct reject *reject, struct bytes kind)
{
    char shown[KIND_SHOWN_BYTES + 1];
    size_t len = kind.len < KIND_SHOWN_BYTES ? kind.len : KIND_SHOWN_BYTES;
    for (size_t i = 0; i < len; i++)
        shown[i] = kind.data[i] > 0x20 && kind.data[i] < 0x7f ? (char)kind.data[i] : '?';
    shown[len] = '\0';
    return decode_reject(
        reject, REJECT_BAD_CONTACT, "contact.%s: no such kind of identifier", shown);
}

static enum reject_code add_object(struct decode_call *call, const yyjson_val *contact)
{
    const yyjson_val *key = contact + 1;
    for (size_t left = node_len(contact); left > 0; left--) {
        const yyjson_val *node = key + 1;
        struct bytes name = node_text(key);
        key = node_next(node);
        if (node_is_null(node))
            continue;
        size_t kind = catalog_identifier_find(call->decoder->catalog, name);
        if (kind == IDENTIFIER_KINDS_MAX)
            return reject_kind(call->reject, name);
        struct bytes value;
        if (!decode_text(&call->decoder->pool, node, &value))
            return decode_reject(
                call->reject, REJECT_BAD_CONTACT, "contact.%.*s: expected text or a whole number",
                (int)name.len, (const char *)name.data);
        enum reject_code code = add_identifier(call, kind, value);
        if (code != REJECT_NONE)
            return code;
    }
    return REJECT_NONE;
}

enum reject_code decode_contact(
    struct decode_call *call, const yyjson_val *subject, const yyjson_val *contact)
{
    enum reject_code code = REJECT_NONE;
    call->event->identifier_count = 0;
    if (subject != NULL)
        code = add_contact_id(call, "subject", subject);
    if (code == REJECT_NONE && contact != NULL)
        code = node_is_map(contact) ? add_object(call, contact)
                                    : add_contact_id(call, "contact", contact);
    if (code != REJECT_NONE)
        return code;
    if (call->event->identifier_count == 0)
        return decode_reject(
            call->reject, REJECT_NO_CONTACT, "expected subject, or contact with an identifier");
    return REJECT_NONE;
}
