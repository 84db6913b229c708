// The data of an event against the fields that its type declares.
#include "engine/base/invariant.h"
#include "engine/base/time.h"
#include "engine/event/decoder.h"

#define INT64_LIMIT 9223372036854775808.0 // 2^63

static bool is_int(const yyjson_val *node)
{
    return node_type(node) == YYJSON_TYPE_NUM && node_subtype(node) != YYJSON_SUBTYPE_REAL;
}

// A whole number that does not fit into 64 signed bits.
static bool is_beyond_int(const yyjson_val *node)
{
    if (node_type(node) != YYJSON_TYPE_NUM)
        return false;
    if (node_subtype(node) == YYJSON_SUBTYPE_REAL)
        return node->uni.f64 >= INT64_LIMIT || node->uni.f64 < -INT64_LIMIT;
    return node_subtype(node) == YYJSON_SUBTYPE_UINT && node->uni.u64 > INT64_MAX;
}

static bool is_timestamp(const yyjson_val *node)
{
    int64_t time_ms;
    if (node_is_text(node))
        return time_parse(node_text(node), &time_ms);
    return is_int(node) && !is_beyond_int(node) && node->uni.i64 >= TIME_MS_MIN &&
           node->uni.i64 <= TIME_MS_MAX;
}

static bool data_type_fits(enum data_type type, const yyjson_val *node)
{
    int64_t parsed_ms;
    switch (type) {
    case DATA_ANY: return true;
    case DATA_STRING: return node_is_text(node);
    case DATA_INT: return is_int(node) && !is_beyond_int(node);
    case DATA_DOUBLE: return node_type(node) == YYJSON_TYPE_NUM;
    case DATA_BOOL: return node_type(node) == YYJSON_TYPE_BOOL;
    case DATA_TIMESTAMP: return is_timestamp(node);
    case DATA_DATE: return node_is_text(node) && time_parse_date(node_text(node), &parsed_ms);
    case DATA_DURATION: return node_is_text(node) && duration_parse(node_text(node), &parsed_ms);
    case DATA_LIST: return node_type(node) == YYJSON_TYPE_ARR;
    case DATA_MAP: return node_is_map(node);
    }
    return false;
}

static const char *data_type_expected(enum data_type type)
{
    switch (type) {
    case DATA_ANY: return "a value";
    case DATA_STRING: return "a string";
    case DATA_INT: return "a whole number";
    case DATA_DOUBLE: return "a number";
    case DATA_BOOL: return "true or false";
    case DATA_TIMESTAMP: return "an RFC 3339 time or epoch milliseconds";
    case DATA_DATE: return "a date such as 2026-01-31";
    case DATA_DURATION: return "a duration such as 36h";
    case DATA_LIST: return "a list";
    case DATA_MAP: return "an object";
    }
    return "a value";
}

static enum reject_code reject_field(
    struct reject *reject, const struct data_field *field, const yyjson_val *node)
{
    if (field->type == DATA_INT && is_beyond_int(node))
        return decode_reject(
            reject, REJECT_NUMBER_RANGE, "data.%.*s: expected a whole number of 64 bits",
            (int)field->name.len, (const char *)field->name.data);
    return decode_reject(
        reject, REJECT_BAD_DATA, "data.%.*s: expected %s", (int)field->name.len,
        (const char *)field->name.data, data_type_expected(field->type));
}

static bool has_member(const yyjson_val *map, struct bytes name)
{
    const yyjson_val *key = map + 1;
    for (size_t left = node_len(map); left > 0; left--) {
        if (name_equal(node_text(key), name))
            return !node_is_null(key + 1);
        key = node_next(key + 1);
    }
    return false;
}

static enum reject_code reject_missing(
    struct reject *reject, const struct event_type_def *type, const yyjson_val *data)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct data_field *field = &type->fields[i];
        if (!field->is_optional && (data == NULL || !has_member(data, field->name)))
            return decode_reject(
                reject, REJECT_BAD_DATA, "data.%.*s: required, expected %s", (int)field->name.len,
                (const char *)field->name.data, data_type_expected(field->type));
    }
    return REJECT_NONE;
}

// As catalog_field, for a name in the decoder's pool.
static const struct data_field *find_field(const struct event_type_def *type, struct bytes name)
{
    uint64_t word = name_word(name);
    for (size_t i = 0; i < type->field_count; i++) {
        if (type->field_words[i] == word && name_equal(type->fields[i].name, name))
            return &type->fields[i];
    }
    return NULL;
}

enum reject_code decode_check_data(
    struct decode_call *call, const struct event_type_def *type, const yyjson_val *data)
{
    if (data == NULL)
        return reject_missing(call->reject, type, NULL);
    uint32_t required = 0;
    const yyjson_val *key = data + 1;
    for (size_t left = node_len(data); left > 0; left--) {
        const yyjson_val *node = key + 1;
        const struct data_field *field = find_field(type, node_text(key));
        key = node_next(node);
        if (field == NULL || node_is_null(node))
            continue;
        if (!data_type_fits(field->type, node))
            return reject_field(call->reject, field, node);
        required += field->is_optional ? 0 : 1;
    }
    // From two on, one that comes twice may hide one that is missing.
    if (required == type->required_count && required <= 1)
        return REJECT_NONE;
    return reject_missing(call->reject, type, data);
}
