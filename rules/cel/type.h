// Types that the checker reasons with, and what is declared: variables, objects, functions.
#ifndef RULES_CEL_TYPE_H
#define RULES_CEL_TYPE_H

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/base/bytes.h"

enum cel_type_kind {
    CEL_TYPE_DYN, // known when it is evaluated
    CEL_TYPE_NULL,
    CEL_TYPE_BOOL,
    CEL_TYPE_INT,
    CEL_TYPE_UINT,
    CEL_TYPE_DOUBLE,
    CEL_TYPE_STRING,
    CEL_TYPE_BYTES,
    CEL_TYPE_TIMESTAMP,
    CEL_TYPE_DURATION,
    CEL_TYPE_LIST,     // params[0]: of the elements
    CEL_TYPE_MAP,      // params[0], [1]: of the keys, of the values
    CEL_TYPE_TYPE,     // params[0]: whose type it is; NULL in a value
    CEL_TYPE_OBJECT,   // a map with fields that are known
    CEL_TYPE_VARIABLE, // in signatures: A, B; while checking: found out as it goes
};

struct cel_object;

// Never changed once made; two types are compared by cel_type_equal, not by address.
struct cel_type {
    enum cel_type_kind kind;
    uint32_t variable; // CEL_TYPE_VARIABLE: which
    const struct cel_type *params[2];
    const struct cel_object *object;
};

struct cel_field {
    struct bytes name;
    const struct cel_type *type;
};

// What the checker knows of a map's members. The index in fields is handed to cel_map.find.
struct cel_object {
    struct bytes name; // "contact", "data of link.clicked"; for messages
    const struct cel_field *fields;
    uint32_t field_count;
    bool is_open; // members beyond the fields are dyn; else they are an error
    bool
        is_by_name; // the host knows the fields in another order: cel_map.find is given CEL_FIELD_BY_NAME
    const struct cel_field_index *index; // NULL: fields are looked for one after the other
};

extern const struct cel_type cel_type_dyn, cel_type_null, cel_type_bool, cel_type_int,
    cel_type_uint, cel_type_double, cel_type_string, cel_type_bytes, cel_type_timestamp,
    cel_type_duration, cel_type_type; // type_type: of no one in particular

const struct cel_type *cel_type_list(struct arena *arena, const struct cel_type *of);
const struct cel_type *cel_type_map(
    struct arena *arena, const struct cel_type *key, const struct cel_type *value);
const struct cel_type *cel_type_of_type(struct arena *arena, const struct cel_type *of);
const struct cel_type *cel_type_object(struct arena *arena, const struct cel_object *object);

// An index by name, for an object of many fields; NULL for few. In the arena, and borrows the names.
const struct cel_field_index *cel_field_index_of(
    struct arena *arena, const struct cel_field *fields, uint32_t count);
// The index of a field; CEL_NO_FIELD when there is none.
uint32_t cel_object_find(const struct cel_object *object, struct bytes name);

const struct cel_type *cel_type_variable(struct arena *arena, uint32_t variable);

bool cel_type_equal(const struct cel_type *a, const struct cel_type *b);
// Whether two types are the same as values: "list" whatever is in it.
bool cel_type_same_name(const struct cel_type *a, const struct cel_type *b);
// "list(map(string, int))", "null", "timestamp"; an object by its name.
void cel_type_add(struct buffer *to, const struct cel_type *type);
// The name that is a value of type 'type', as string(type(x)) has it: "int", "list", "null_type",
// "google.protobuf.Timestamp".
const char *cel_type_name(const struct cel_type *type);
// Reads what cel_type_add writes (no objects); a single capital letter is a variable, A being 0.
// NULL when it is not a type. *text_at moves behind it.
const struct cel_type *cel_type_parse(struct arena *arena, struct bytes text, size_t *text_at);

#endif
