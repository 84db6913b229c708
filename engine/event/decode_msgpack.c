// msgpack to JSON text. The bytes are walked once before the library sees them: it allocates what
// a length announces, so no announced length may be more than the bytes that are there.
#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/base/time.h"
#include "engine/event/decoder.h"

// The library holds 32 open lists and maps in a fixed stack.
enum { MSGPACK_DEPTH_MAX = 32, NANOSECONDS_A_MS = 1000000 };

// One element: how many bytes it takes itself, how many elements are in it.
struct element {
    uint64_t body_bytes;
    uint64_t children;
    enum { ELEMENT_SCALAR, ELEMENT_LIST, ELEMENT_MAP } kind;
};

static uint64_t read_big_endian(struct cursor *cursor, size_t width)
{
    struct bytes bytes = cursor_bytes(cursor, width);
    uint64_t number = 0;
    for (size_t i = 0; i < bytes.len; i++)
        number = number << 8 | bytes.data[i];
    return number;
}

// Tags 0xc4..0xdf, those with a length or a fixed body. False for the one that is never used.
static bool read_long_element(struct cursor *cursor, uint8_t tag, struct element *out)
{
    static const uint8_t fixed_bytes[] = {[0xca - 0xca] = 4, [0xcb - 0xca] = 8, [0xcc - 0xca] = 1,
                                          [0xcd - 0xca] = 2, [0xce - 0xca] = 4, [0xcf - 0xca] = 8,
                                          [0xd0 - 0xca] = 1, [0xd1 - 0xca] = 2, [0xd2 - 0xca] = 4,
                                          [0xd3 - 0xca] = 8, [0xd4 - 0xca] = 2, [0xd5 - 0xca] = 3,
                                          [0xd6 - 0xca] = 5, [0xd7 - 0xca] = 9, [0xd8 - 0xca] = 17};
    if (tag >= 0xca && tag <= 0xd8) {
        out->body_bytes = fixed_bytes[tag - 0xca];
    } else if (tag >= 0xc4 && tag <= 0xc6) { // binary
        out->body_bytes = read_big_endian(cursor, (size_t)1 << (tag - 0xc4));
    } else if (tag >= 0xc7 && tag <= 0xc9) { // extension: its type is one more byte
        out->body_bytes = read_big_endian(cursor, (size_t)1 << (tag - 0xc7)) + 1;
    } else if (tag >= 0xd9 && tag <= 0xdb) { // string
        out->body_bytes = read_big_endian(cursor, (size_t)1 << (tag - 0xd9));
    } else if (tag == 0xdc || tag == 0xdd) {
        out->kind = ELEMENT_LIST;
        out->children = read_big_endian(cursor, tag == 0xdc ? 2 : 4);
    } else if (tag == 0xde || tag == 0xdf) {
        out->kind = ELEMENT_MAP;
        out->children = read_big_endian(cursor, tag == 0xde ? 2 : 4) * 2;
    } else {
        return tag == 0xc0 || tag == 0xc2 || tag == 0xc3; // nil, false, true
    }
    return true;
}

static bool read_element(struct cursor *cursor, struct element *out)
{
    *out = (struct element){0};
    uint8_t tag = cursor_u8(cursor);
    if (tag <= 0x7f || tag >= 0xe0)
        return true; // a small number
    if (tag <= 0x8f) {
        out->kind = ELEMENT_MAP;
        out->children = (tag & 0x0fU) * 2U;
        return true;
    }
    if (tag <= 0x9f) {
        out->kind = ELEMENT_LIST;
        out->children = tag & 0x0fU;
        return true;
    }
    if (tag <= 0xbf) {
        out->body_bytes = tag & 0x1fU;
        return true;
    }
    return read_long_element(cursor, tag, out);
}

struct survey {
    uint64_t left[MSGPACK_DEPTH_MAX]; // elements still to come in each open list and map
    uint32_t depth;
    uint32_t depth_max;
    uint64_t keys;
    uint64_t keys_max;
    uint64_t values;
    uint64_t values_max;
};

static enum reject_code survey_element(
    struct survey *survey, struct cursor *cursor, struct reject *reject)
{
    struct element element;
    bool is_known = read_element(cursor, &element);
    if (!is_known || cursor->has_failed || element.body_bytes > cursor_left(cursor) ||
        element.children > cursor_left(cursor))
        return decode_reject(
            reject, REJECT_NOT_MSGPACK, "msgpack that is cut off, or announces more than is there");
    survey->values += element.children; // each is counted where its container is
    if (survey->values > survey->values_max)
        return decode_reject(
            reject, REJECT_TOO_MANY_VALUES, "more than %llu values and keys",
            (unsigned long long)survey->values_max);
    (void)cursor_bytes(cursor, (size_t)element.body_bytes);
    if (element.kind == ELEMENT_SCALAR)
        return REJECT_NONE;
    if (survey->depth == survey->depth_max)
        return decode_reject(
            reject, REJECT_TOO_DEEP, "more than %u levels", (unsigned)survey->depth_max);
    if (element.kind == ELEMENT_MAP)
        survey->keys += element.children / 2;
    if (survey->keys > survey->keys_max)
        return decode_reject(
            reject, REJECT_TOO_MANY_KEYS, "more than %llu keys",
            (unsigned long long)survey->keys_max);
    survey->left[survey->depth++] = element.children;
    return REJECT_NONE;
}

// Walks all of the bytes without recursion and without believing a length.
// Gives the number of values and keys that it holds.
static enum reject_code msgpack_survey(
    struct decode_call *call, struct bytes packed, uint64_t *values_out)
{
    bool is_check = call->mode != DECODE_REPLAY;
    const struct decode_limits *limits = &call->decoder->limits;
    struct survey survey = {
        .depth_max = is_check && limits->depth_max < MSGPACK_DEPTH_MAX
                         ? limits->depth_max
                         : (uint32_t)MSGPACK_DEPTH_MAX,
        .keys_max = is_check ? limits->keys_max : packed.len,
        .values = 1,
        .values_max = is_check ? limits->values_max : packed.len,
    };
    struct cursor cursor = cursor_of(packed);
    do {
        enum reject_code code = survey_element(&survey, &cursor, call->reject);
        if (code != REJECT_NONE)
            return code;
        while (survey.depth > 0 && survey.left[survey.depth - 1] == 0)
            survey.depth--;
        if (survey.depth > 0)
            survey.left[survey.depth - 1]--;
        else
            break;
    } while (true);
    if (cursor_left(&cursor) > 0)
        return decode_reject(
            call->reject, REJECT_NOT_MSGPACK, "%zu bytes behind the msgpack value",
            cursor_left(&cursor));
    *values_out = survey.values;
    return REJECT_NONE;
}

static enum reject_code add_text(struct decode_call *call, const char *text, uint32_t len)
{
    struct bytes bytes = bytes_of(text, len);
    if (call->mode != DECODE_REPLAY && len > call->decoder->limits.string_bytes_max)
        return decode_reject(
            call->reject, REJECT_STRING_TOO_LONG, "a string of more than %u bytes",
            (unsigned)call->decoder->limits.string_bytes_max);
    if (!text_is_utf8(bytes))
        return decode_reject(call->reject, REJECT_INVALID_UTF8, "a string is not valid UTF-8");
    text_add_json(&call->decoder->json, bytes);
    return REJECT_NONE;
}

static enum reject_code add_timestamp(struct decode_call *call, const msgpack_object *object)
{
    msgpack_timestamp stamp;
    if (!msgpack_object_to_timestamp(object, &stamp) || stamp.tv_nsec >= 1000000000U)
        return decode_reject(
            call->reject, REJECT_UNSUPPORTED, "a msgpack extension that is no timestamp");
    if (stamp.tv_sec < TIME_MS_MIN / 1000 || stamp.tv_sec > TIME_MS_MAX / 1000)
        return decode_reject(
            call->reject, REJECT_NUMBER_RANGE, "a msgpack timestamp beyond the years 0000 to 9999");
    char text[TIME_TEXT_CHARS];
    time_print(stamp.tv_sec * 1000 + stamp.tv_nsec / NANOSECONDS_A_MS, text);
    return add_text(call, text, TIME_TEXT_CHARS);
}

static enum reject_code add_scalar(struct decode_call *call, const msgpack_object *object)
{
    struct buffer *json = &call->decoder->json;
    switch (object->type) {
    case MSGPACK_OBJECT_NIL: buffer_add_text(json, "null"); return REJECT_NONE;
    case MSGPACK_OBJECT_BOOLEAN:
        buffer_add_text(json, object->via.boolean ? "true" : "false");
        return REJECT_NONE;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        buffer_add_format(json, "%llu", (unsigned long long)object->via.u64);
        return REJECT_NONE;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        buffer_add_format(json, "%lld", (long long)object->via.i64);
        return REJECT_NONE;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        if (object->via.f64 - object->via.f64 != 0.0)
            return decode_reject(call->reject, REJECT_NUMBER_RANGE, "a number that is not finite");
        text_add_double(json, object->via.f64);
        return REJECT_NONE;
    case MSGPACK_OBJECT_STR: return add_text(call, object->via.str.ptr, object->via.str.size);
    case MSGPACK_OBJECT_EXT: return add_timestamp(call, object);
    case MSGPACK_OBJECT_BIN:
    case MSGPACK_OBJECT_ARRAY:
    case MSGPACK_OBJECT_MAP: break;
    }
    return decode_reject(call->reject, REJECT_UNSUPPORTED, "msgpack binary data has no JSON form");
}

// A list or map that is being written.
struct open_object {
    const msgpack_object *object;
    uint32_t next;
};

static uint32_t object_count(const msgpack_object *object)
{
    return object->type == MSGPACK_OBJECT_MAP ? object->via.map.size : object->via.array.size;
}

// Writes what stands before the next element and gives the element.
static enum reject_code open_next(
    struct decode_call *call, struct open_object *open, const msgpack_object **element_out)
{
    struct buffer *json = &call->decoder->json;
    if (open->next > 0)
        buffer_add_u8(json, ',');
    uint32_t index = open->next++;
    if (open->object->type == MSGPACK_OBJECT_ARRAY) {
        *element_out = &open->object->via.array.ptr[index];
        return REJECT_NONE;
    }
    const msgpack_object_kv *pair = &open->object->via.map.ptr[index];
    if (pair->key.type != MSGPACK_OBJECT_STR)
        return decode_reject(
            call->reject, REJECT_UNSUPPORTED, "a msgpack map with a key that is no string");
    *element_out = &pair->val;
    enum reject_code code = add_text(call, pair->key.via.str.ptr, pair->key.via.str.size);
    buffer_add_u8(json, ':');
    return code;
}

static enum reject_code add_object(struct decode_call *call, const msgpack_object *object)
{
    struct buffer *json = &call->decoder->json;
    uint64_t json_bytes_max =
        call->mode == DECODE_REPLAY ? UINT64_MAX : call->decoder->limits.message_bytes_max;
    struct open_object open[MSGPACK_DEPTH_MAX];
    uint32_t depth = 0;
    enum reject_code code = REJECT_NONE;
    do {
        if (object->type == MSGPACK_OBJECT_MAP || object->type == MSGPACK_OBJECT_ARRAY) {
            buffer_add_u8(json, object->type == MSGPACK_OBJECT_MAP ? '{' : '[');
            open[depth++] = (struct open_object){.object = object}; // the survey bounds the depth
        } else {
            code = add_scalar(call, object);
        }
        while (depth > 0 && open[depth - 1].next == object_count(open[depth - 1].object)) {
            depth--;
            buffer_add_u8(json, open[depth].object->type == MSGPACK_OBJECT_MAP ? '}' : ']');
        }
        if (code == REJECT_NONE && json->len > json_bytes_max)
            code = decode_reject(
                call->reject, REJECT_TOO_LARGE, "above %llu bytes as JSON",
                (unsigned long long)json_bytes_max);
        if (depth > 0 && code == REJECT_NONE)
            code = open_next(call, &open[depth - 1], &object);
    } while (depth > 0 && code == REJECT_NONE);
    return code;
}

static enum reject_code unpack(struct decode_call *call, msgpack_zone *zone, struct bytes packed)
{
    msgpack_object object;
    size_t offset = 0;
    msgpack_unpack_return unpacked =
        msgpack_unpack((const char *)packed.data, packed.len, &offset, zone, &object);
    if (unpacked == MSGPACK_UNPACK_NOMEM_ERROR)
        mem_exhausted();
    if (unpacked != MSGPACK_UNPACK_SUCCESS)
        return decode_reject(call->reject, REJECT_NOT_MSGPACK, "not valid msgpack");
    return add_object(call, &object);
}

enum reject_code decode_msgpack(struct decode_call *call, struct bytes packed)
{
    uint64_t values = 0;
    buffer_clear(&call->decoder->json);
    enum reject_code code = msgpack_survey(call, packed, &values);
    if (code != REJECT_NONE)
        return code;
    size_t object_bytes = (size_t)values * sizeof(msgpack_object);
    if (object_bytes <= ZONE_CHUNK_BYTES / 2) {
        code = unpack(call, &call->decoder->zone, packed);
        msgpack_zone_clear(&call->decoder->zone);
        return code;
    }
    // A zone of chunks of its own sizes may take twice as much: one chunk for all of a large message.
    msgpack_zone zone;
    if (!msgpack_zone_init(&zone, object_bytes + ZONE_CHUNK_BYTES))
        mem_exhausted();
    code = unpack(call, &zone, packed);
    msgpack_zone_destroy(&zone);
    return code;
}
