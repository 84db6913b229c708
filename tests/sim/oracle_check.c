// What docs/events.md asks of an event that is well-formed: type, contact, data, in this order.
#include <string.h>

#include "tests/sim/oracle_internal.h"

enum { NUMBER_OUT_OF_RANGE = 9, BAD_CONTACT = 12, UNKNOWN_TYPE = 16, BAD_DATA = 17 };

// Digits where the pattern has '0', and its other characters as they are. Drawn texts of this shape are
// legal dates and times.
static bool has_shape(struct text text, const char *pattern)
{
    if (text.len != strlen(pattern))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool is_digit = text.at[i] >= '0' && text.at[i] <= '9';
        if (pattern[i] == '0' ? !is_digit : text.at[i] != pattern[i])
            return false;
    }
    return true;
}

bool oracle_value_fits(enum workload_type type, const struct workload_value *value)
{
    bool is_text = value->kind == WORKLOAD_TEXT;
    switch (type) {
    case WORKLOAD_TYPE_ANY: return true;
    case WORKLOAD_TYPE_STRING: return is_text;
    case WORKLOAD_TYPE_INT: return value->kind == WORKLOAD_INT;
    case WORKLOAD_TYPE_DOUBLE: return value->kind == WORKLOAD_INT || value->kind == WORKLOAD_DOUBLE;
    case WORKLOAD_TYPE_BOOL: return value->kind == WORKLOAD_BOOL;
    case WORKLOAD_TYPE_TIMESTAMP:
        if (value->kind == WORKLOAD_INT) // years 0000 to 9999
            return value->integer >= -62167219200000 && value->integer <= 253402300799999;
        return is_text && has_shape(value->text, "0000-00-00T00:00:00.000Z");
    case WORKLOAD_TYPE_DATE: return is_text && has_shape(value->text, "0000-00-00");
    case WORKLOAD_TYPE_DURATION:
        return is_text && (has_shape(value->text, "00h") || has_shape(value->text, "000ms"));
    case WORKLOAD_TYPE_LIST: return value->kind == WORKLOAD_LIST;
    case WORKLOAD_TYPE_MAP: return value->kind == WORKLOAD_MAP;
    case WORKLOAD_TYPE_COUNT: break;
    }
    return false;
}

static uint32_t check_fields(
    const struct workload_event_type *type, const struct workload_value *data)
{
    for (uint32_t i = 0; i < data->count; i++) {
        const struct workload_value *value = &data->items[i];
        for (uint32_t j = 0; j < type->field_count; j++) {
            const struct workload_data_field *field = &type->fields[j];
            if (!text_equal(field->name, value->name) || value->kind == WORKLOAD_NULL ||
                oracle_value_fits(field->type, value))
                continue;
            bool is_beyond = value->kind == WORKLOAD_DOUBLE &&
                             (value->real >= TWO_TO_63 || value->real < -TWO_TO_63);
            return field->type == WORKLOAD_TYPE_INT && is_beyond ? NUMBER_OUT_OF_RANGE : BAD_DATA;
        }
    }
    for (uint32_t j = 0; j < type->field_count; j++) {
        enum workload_value_kind kind = sim_value_member(data, type->fields[j].name)->kind;
        if (!type->fields[j].is_optional && (kind == WORKLOAD_ABSENT || kind == WORKLOAD_NULL))
            return BAD_DATA;
    }
    return 0;
}

bool oracle_kind_is_known(const struct oracle *oracle, struct text kind)
{
    return text_list_has(oracle->rules->kinds, oracle->rules->kind_count, kind);
}

bool oracle_identifier_is_fit(struct text value, size_t bytes_max)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char byte = (unsigned char)value.at[i];
        unsigned char next = i + 1 < value.len ? (unsigned char)value.at[i + 1] : 0xff;
        if (byte < 0x20 || byte == 0x7f || (byte == 0xc2 && next < 0xa0))
            return false;
    }
    return value.len > 0 && value.len <= bytes_max;
}

struct text oracle_fold_email(struct sim_arena *arena, struct text kind, struct text value)
{
    struct text copy = text_copy(arena, value);
    char *letters = (char *)(uintptr_t)copy.at; // made here, not const
    for (size_t i = 0; i < copy.len && text_is(kind, "email"); i++) {
        if (letters[i] >= 'A' && letters[i] <= 'Z')
            letters[i] = (char)(letters[i] - 'A' + 'a');
    }
    return copy;
}

bool oracle_sort_identifiers(
    const struct oracle *oracle,
    const struct workload_event *event,
    struct sim_arena *arena,
    struct workload_identifier *sorted)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < event->identifier_count; i++) {
        if (!oracle_kind_is_known(oracle, event->identifiers[i].kind))
            return false;
    }
    for (uint32_t k = 0; k < oracle->rules->kind_count; k++) { // the strongest kind first
        for (uint32_t i = 0; i < event->identifier_count; i++) {
            const struct workload_identifier *given = &event->identifiers[i];
            if (text_equal(given->kind, oracle->rules->kinds[k]))
                sorted[count++] = (struct workload_identifier){
                    oracle->rules->kinds[k], oracle_fold_email(arena, given->kind, given->value)};
        }
    }
    return true;
}

static uint32_t check_contact(
    const struct oracle *oracle,
    const struct workload_event *event,
    struct sim_arena *arena,
    struct workload_identifier *sorted)
{
    for (uint32_t i = 0; i < event->identifier_count; i++) {
        if (!oracle_identifier_is_fit(
                event->identifiers[i].value, oracle->shape->identifier_bytes_max))
            return BAD_CONTACT;
    }
    return oracle_sort_identifiers(oracle, event, arena, sorted) ? 0 : BAD_CONTACT;
}

uint32_t oracle_check(
    const struct oracle *oracle,
    const struct workload_event *event,
    struct sim_arena *arena,
    struct workload_identifier *sorted_out)
{
    const struct workload_event_type *type = NULL;
    for (uint32_t i = 0; i < oracle->rules->event_count; i++) {
        if (text_equal(oracle->rules->events[i].name, event->type))
            type = &oracle->rules->events[i];
    }
    if (type == NULL && oracle->shape->refuses_unknown)
        return UNKNOWN_TYPE;
    uint32_t code = check_contact(oracle, event, arena, sorted_out);
    if (code != 0 || type == NULL || event->data.kind == WORKLOAD_NULL)
        return code;
    if (event->data.kind != WORKLOAD_ABSENT && event->data.kind != WORKLOAD_MAP)
        return BAD_DATA;
    return check_fields(type, &event->data);
}
