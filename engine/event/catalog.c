// The event catalogue: types by name in a hash table, copies in one arena.
#include "engine/event/catalog.h"

#include <stdlib.h>

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/event/node.h"

enum { SLOTS_MIN = 64, TYPES_MIN = 32 };
#define SLOT_EMPTY UINT32_MAX

struct catalog {
    struct arena arena;
    struct event_type_def *types;
    uint32_t *slots; // indexes into types, by hash of the name
    size_t slot_count;
    size_t type_count;
    size_t type_cap;
    event_type builtins[BUILTIN_COUNT];
    struct bytes identifiers[IDENTIFIER_KINDS_MAX];
    size_t identifier_count;
};

static const char *const builtin_names[BUILTIN_COUNT] = {
    [BUILTIN_NONE] = "",
#define X(name, text) [BUILTIN_##name] = (text),
    BUILTIN_TABLE(X)
#undef X
};

static const struct {
    const char *name;
    enum data_type type;
} data_types[] = {
    {"any", DATA_ANY},       {"string", DATA_STRING},     {"int", DATA_INT},
    {"double", DATA_DOUBLE}, {"bool", DATA_BOOL},         {"timestamp", DATA_TIMESTAMP},
    {"date", DATA_DATE},     {"duration", DATA_DURATION}, {"list", DATA_LIST},
    {"map", DATA_MAP},
};
enum { DATA_TYPE_COUNT = sizeof(data_types) / sizeof(data_types[0]) };

static enum builtin builtin_find(struct bytes name)
{
    for (size_t i = BUILTIN_NONE + 1; i < BUILTIN_COUNT; i++) {
        if (bytes_equal_text(name, builtin_names[i]))
            return (enum builtin)i;
    }
    return BUILTIN_NONE;
}

static void catalog_make_slots(struct catalog *catalog, size_t slot_count)
{
    free(catalog->slots);
    catalog->slots = mem_alloc(slot_count * sizeof(*catalog->slots));
    catalog->slot_count = slot_count;
    for (size_t i = 0; i < slot_count; i++)
        catalog->slots[i] = SLOT_EMPTY;
}

// The slot that holds name, or the empty one where it belongs.
static uint32_t *catalog_slot(const struct catalog *catalog, struct bytes name)
{
    size_t mask = catalog->slot_count - 1;
    size_t at = (size_t)hash_u64(name, 0) & mask;
    while (catalog->slots[at] != SLOT_EMPTY &&
           !name_equal(catalog->types[catalog->slots[at]].name, name))
        at = (at + 1) & mask;
    return &catalog->slots[at];
}

static void catalog_grow(struct catalog *catalog)
{
    if (catalog->type_count == catalog->type_cap) {
        catalog->type_cap *= 2;
        catalog->types = mem_resize(catalog->types, catalog->type_cap * sizeof(*catalog->types));
    }
    if ((catalog->type_count + 1) * 2 <= catalog->slot_count)
        return;
    catalog_make_slots(catalog, catalog->slot_count * 2);
    for (size_t i = 0; i < catalog->type_count; i++)
        *catalog_slot(catalog, catalog->types[i].name) = (uint32_t)i;
}

struct catalog *catalog_create(void)
{
    static const char *const identifiers[] = {"contact_id", "email", "phone", "anonymous_id"};
    struct catalog *catalog = mem_zero(1, sizeof(*catalog));
    catalog->type_cap = TYPES_MIN;
    catalog->types = mem_zero(TYPES_MIN, sizeof(*catalog->types));
    catalog_make_slots(catalog, SLOTS_MIN);
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        catalog->builtins[i] = EVENT_TYPE_UNKNOWN;
    catalog->identifier_count = sizeof(identifiers) / sizeof(identifiers[0]);
    for (size_t i = 0; i < catalog->identifier_count; i++)
        catalog->identifiers[i] = bytes_text(identifiers[i]);
    return catalog;
}

void catalog_destroy(struct catalog *catalog)
{
    if (catalog == NULL)
        return;
    arena_free(&catalog->arena);
    free(catalog->types);
    free(catalog->slots);
    free(catalog);
}

static bool has_field_twice(const struct event_type_def *type)
{
    for (size_t i = 0; i < type->field_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (bytes_equal(type->fields[i].name, type->fields[j].name))
                return true;
        }
    }
    return false;
}

// As name_word, of bytes without padding.
static uint64_t word_of(struct bytes name)
{
    uint8_t padded[8] = {0};
    memcpy(padded, name.data, name.len < sizeof(padded) ? name.len : sizeof(padded));
    return get_u64(padded);
}

static struct event_type_def catalog_copy_type(
    struct catalog *catalog, const struct event_type_def *type)
{
    struct event_type_def copy = {
        .name = arena_copy(&catalog->arena, type->name),
        .label = arena_copy(&catalog->arena, type->label),
        .group = arena_copy(&catalog->arena, type->group),
        .example = arena_copy(&catalog->arena, type->example),
        .field_count = type->field_count,
        .builtin = builtin_find(type->name),
    };
    struct data_field *fields = arena_alloc(&catalog->arena, type->field_count * sizeof(*fields));
    uint64_t *words = arena_alloc(&catalog->arena, type->field_count * sizeof(*words));
    for (size_t i = 0; i < type->field_count; i++) {
        fields[i] = type->fields[i];
        fields[i].name = arena_copy(&catalog->arena, type->fields[i].name);
        words[i] = word_of(fields[i].name);
        copy.required_count += fields[i].is_optional ? 0 : 1;
    }
    copy.fields = fields;
    copy.field_words = words;
    return copy;
}

enum err catalog_put_type(
    struct catalog *catalog, const struct event_type_def *type, event_type *out)
{
    if (type->name.len == 0 || has_field_twice(type))
        return ERR_INVALID;
    if (type->field_count > DATA_FIELDS_MAX)
        return ERR_LIMIT;
    uint32_t *slot = catalog_slot(catalog, type->name);
    if (*slot == SLOT_EMPTY) {
        if (catalog->type_count == CATALOG_TYPES_MAX)
            return ERR_LIMIT;
        catalog_grow(catalog);
        slot = catalog_slot(catalog, type->name);
        *slot = (uint32_t)catalog->type_count++;
    }
    struct event_type_def *kept = &catalog->types[*slot];
    *kept = catalog_copy_type(catalog, type);
    if (kept->builtin != BUILTIN_NONE)
        catalog->builtins[kept->builtin] = *slot;
    *out = *slot;
    return ERR_OK;
}

enum err catalog_set_identifiers(struct catalog *catalog, const struct bytes *names, size_t count)
{
    if (count == 0 || count > IDENTIFIER_KINDS_MAX)
        return ERR_LIMIT;
    for (size_t i = 0; i < count; i++) {
        if (names[i].len == 0)
            return ERR_INVALID;
        for (size_t j = 0; j < i; j++) {
            if (bytes_equal(names[i], names[j]))
                return ERR_INVALID;
        }
    }
    for (size_t i = 0; i < count; i++)
        catalog->identifiers[i] = arena_copy(&catalog->arena, names[i]);
    catalog->identifier_count = count;
    return ERR_OK;
}

event_type catalog_find(const struct catalog *catalog, struct bytes name)
{
    uint32_t index = *catalog_slot(catalog, name);
    return index == SLOT_EMPTY ? EVENT_TYPE_UNKNOWN : index;
}

const struct event_type_def *catalog_type(const struct catalog *catalog, event_type type)
{
    INVARIANT(type < catalog->type_count);
    return &catalog->types[type];
}

size_t catalog_type_count(const struct catalog *catalog)
{
    return catalog->type_count;
}

event_type catalog_builtin(const struct catalog *catalog, enum builtin builtin)
{
    INVARIANT(builtin < BUILTIN_COUNT);
    return catalog->builtins[builtin];
}

const struct data_field *catalog_field(const struct event_type_def *type, struct bytes name)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (name_equal(type->fields[i].name, name))
            return &type->fields[i];
    }
    return NULL;
}

size_t catalog_identifier_count(const struct catalog *catalog)
{
    return catalog->identifier_count;
}

struct bytes catalog_identifier(const struct catalog *catalog, size_t kind)
{
    INVARIANT(kind < catalog->identifier_count);
    return catalog->identifiers[kind];
}

size_t catalog_identifier_find(const struct catalog *catalog, struct bytes name)
{
    for (size_t i = 0; i < catalog->identifier_count; i++) {
        if (bytes_equal(catalog->identifiers[i], name))
            return i;
    }
    return IDENTIFIER_KINDS_MAX;
}

const char *data_type_name(enum data_type type)
{
    INVARIANT((size_t)type < DATA_TYPE_COUNT);
    return data_types[type].name; // the table is in the order of the enum (test_catalog)
}

bool data_type_parse(struct bytes name, enum data_type *out)
{
    for (size_t i = 0; i < DATA_TYPE_COUNT; i++) {
        if (bytes_equal_text(name, data_types[i].name)) {
            *out = data_types[i].type;
            return true;
        }
    }
    return false;
}
