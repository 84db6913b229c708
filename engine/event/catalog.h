// The event catalogue: known event types, their typed data, the kinds of identifier.
#ifndef ENGINE_EVENT_CATALOG_H
#define ENGINE_EVENT_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"

// Types whose meaning the engine itself knows; the table is in catalog.c.
#define BUILTIN_TABLE(X)                                  \
    X(CONTACT_CREATED, "contact.created")                 \
    X(CONTACT_UPDATED, "contact.updated")                 \
    X(CONTACT_IMPORTED, "contact.imported")               \
    X(CONTACT_IDENTIFIED, "contact.identified")           \
    X(CONTACT_TAG_ADDED, "contact.tag_added")             \
    X(CONTACT_TAG_REMOVED, "contact.tag_removed")         \
    X(CONTACT_LIST_ADDED, "contact.list_added")           \
    X(CONTACT_LIST_REMOVED, "contact.list_removed")       \
    X(CONTACT_NOTE_ADDED, "contact.note_added")           \
    X(CONTACT_NOTE_CHANGED, "contact.note_changed")       \
    X(CONTACT_STAGE_CHANGED, "contact.stage_changed")     \
    X(CONTACT_ASSIGNED, "contact.assigned")               \
    X(CONTACT_UNASSIGNED, "contact.unassigned")           \
    X(CONTACT_CONSENT_CHANGED, "contact.consent_changed") \
    X(CONTACT_DND_CHANGED, "contact.dnd_changed")         \
    X(CONTACT_UNSUBSCRIBED, "contact.unsubscribed")       \
    X(CONTACT_RESUBSCRIBED, "contact.resubscribed")       \
    X(CONTACT_POINTS_ADJUSTED, "contact.points_adjusted") \
    X(EVENT_RETRACTED, "event.retracted")                 \
    X(SCORE_CHANGED, "score.changed")                     \
    X(SCORE_BAND_CHANGED, "score.band_changed")           \
    X(SEGMENT_ENTERED, "segment.entered")                 \
    X(SEGMENT_LEFT, "segment.left")                       \
    X(FIELD_CHANGED, "field.changed")                     \
    X(TAG_ADDED, "tag.added")                             \
    X(TAG_REMOVED, "tag.removed")                         \
    X(LIST_ADDED, "list.added")                           \
    X(LIST_REMOVED, "list.removed")                       \
    X(RUN_STARTED, "run.started")                         \
    X(RUN_ENDED, "run.ended")                             \
    X(ACTION_EMITTED, "action.emitted")                   \
    X(OBJECT_CHANGED, "object.changed")

enum builtin {
    BUILTIN_NONE,
#define X(name, text) BUILTIN_##name,
    BUILTIN_TABLE(X)
#undef X
        BUILTIN_COUNT,
};

enum data_type {
    DATA_ANY,
    DATA_STRING,
    DATA_INT,
    DATA_DOUBLE, // whole numbers fit too
    DATA_BOOL,
    DATA_TIMESTAMP, // RFC 3339 text or epoch milliseconds
    DATA_DATE,      // "2026-01-31"
    DATA_DURATION,  // "36h"
    DATA_LIST,
    DATA_MAP,
};

struct data_field {
    struct bytes name;
    enum data_type type;
    bool is_optional;
};

typedef uint32_t event_type; // index into the catalogue
enum {
    EVENT_TYPE_UNKNOWN = UINT32_MAX - 1,
    IDENTIFIER_KINDS_MAX = 16,
    CATALOG_TYPES_MAX = 65535,
    DATA_FIELDS_MAX = 255
};

struct event_type_def {
    struct bytes name;
    struct bytes label;
    struct bytes group;   // file it came from, "email"
    struct bytes example; // JSON of its data, as given; may be empty
    const struct data_field *fields;
    size_t field_count;
    // Set by catalog_put_type, whatever it is given:
    enum builtin builtin;        // from BUILTIN_TABLE by the name
    const uint64_t *field_words; // the first eight bytes of each field's name, little endian
    uint32_t required_count;
};

// Immutable once built; shared by threads. Owns copies of all it was given.
struct catalog;

struct catalog *catalog_create(void);
void catalog_destroy(struct catalog *catalog);
// Adds a type, or replaces the definition of that name. The definition's parts are copied.
// On an error the catalogue is unchanged.
//   ERR_LIMIT    more than CATALOG_TYPES_MAX types or DATA_FIELDS_MAX fields
//   ERR_INVALID  the name is empty, or two fields have the same name
NODISCARD enum err catalog_put_type(
    struct catalog *catalog, const struct event_type_def *type, event_type *out);
// Sets the identifier kinds, strongest first. Default: contact_id, email, phone, anonymous_id.
//   ERR_LIMIT    none, or more than IDENTIFIER_KINDS_MAX
//   ERR_INVALID  an empty name, or the same name twice
NODISCARD enum err catalog_set_identifiers(
    struct catalog *catalog, const struct bytes *names, size_t count);

// EVENT_TYPE_UNKNOWN when there is none.
event_type catalog_find(const struct catalog *catalog, struct bytes name);
const struct event_type_def *catalog_type(const struct catalog *catalog, event_type type);
size_t catalog_type_count(const struct catalog *catalog);
event_type catalog_builtin(
    const struct catalog *catalog, enum builtin builtin); // EVENT_TYPE_UNKNOWN if absent
const struct data_field *catalog_field(
    const struct event_type_def *type, struct bytes name); // or NULL
size_t catalog_identifier_count(const struct catalog *catalog);
struct bytes catalog_identifier(const struct catalog *catalog, size_t kind);
// IDENTIFIER_KINDS_MAX when there is no such kind.
size_t catalog_identifier_find(const struct catalog *catalog, struct bytes name);

const char *data_type_name(enum data_type type);
bool data_type_parse(struct bytes name, enum data_type *out); // "string", "int", …

#endif
