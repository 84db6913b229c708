// Values of events and contacts as expressions see them.
#ifndef ENGINE_FOLD_EXPRESSION_VALUE_H
#define ENGINE_FOLD_EXPRESSION_VALUE_H

#include "engine/event/catalog.h"
#include "engine/event/value.h"
#include "rules/cel/eval.h"

// Lists and maps are walked where they are: the value is borrowed.
struct cel_value expression_value(struct cel_eval *eval, struct value value);
// A value of a declared type as the checker knows it (scope_type_of). What is not of the type stays as it is: then what is
// done with it fails.
struct cel_value expression_value_declared(
    struct cel_eval *eval, struct value value, enum data_type type);
// As what an event type declares a member of its data; field as cel_map.find is given it. By name, one of several types
// declares it, not always this one.
static inline enum data_type expression_member_type(
    const struct event_type_def *type, struct bytes name, uint32_t field)
{
    if (field < CEL_FIELD_BY_NAME)
        return type->fields[field].type;
    const struct data_field *declared =
        field == CEL_FIELD_BY_NAME ? catalog_field(type, name) : NULL;
    return declared == NULL ? DATA_ANY : declared->type;
}
struct cel_value expression_value_time(struct cel_eval *eval, int64_t time_ms);
// The element of a list or map, walked from its beginning; absent behind its end. *name_out is a map's key.
struct value expression_value_at(struct value of, size_t index, struct bytes *name_out);

#endif
