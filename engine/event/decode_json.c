// JSON text to nodes in the decoder's pool.
#include <string.h>

#include "engine/base/text.h"
#include "engine/event/decoder.h"

// Smaller messages are bounded by their size: at most a node for each two bytes.
enum { SCAN_BYTES_MIN = 16 * 1024, JSON_BYTES_KEPT = 256 * 1024 };
_Static_assert(NODE_PADDING_BYTES >= YYJSON_PADDING_SIZE, "what the library asks for");

static void *alc_alloc(void *self, size_t size_bytes)
{
    return pool_alloc(self, size_bytes);
}

static void *alc_resize(void *self, void *old, size_t old_bytes, size_t size_bytes)
{
    return pool_resize(self, old, old_bytes, size_bytes);
}

static void alc_free(void *self, void *memory)
{
    (void)self; // the pool is rewound as a whole
    (void)memory;
}

static enum reject_code reject_json(
    struct reject *reject, struct bytes json, const yyjson_read_err *failure)
{
    if (!text_is_utf8(json))
        return decode_reject(reject, REJECT_INVALID_UTF8, "the message is not valid UTF-8");
    if (failure->code == YYJSON_READ_ERROR_INVALID_NUMBER &&
        strstr(failure->msg, "infinity") != NULL)
        return decode_reject(
            reject, REJECT_NUMBER_RANGE, "byte %zu: a number beyond the range of a double",
            failure->pos);
    return decode_reject(reject, REJECT_NOT_JSON, "byte %zu: %s", failure->pos, failure->msg);
}

// The library writes into the text, and reads a little behind it.
static char *pool_padded(struct pool *pool, struct bytes text)
{
    char *copy = pool_alloc(pool, text.len + NODE_PADDING_BYTES);
    memcpy(copy, text.data, text.len);
    memset(copy + text.len, 0, NODE_PADDING_BYTES);
    return copy;
}

static enum reject_code parse_copy(
    struct decode_call *call,
    char *copy,
    size_t len,
    yyjson_read_err *failure,
    const yyjson_val **root_out)
{
    struct pool *pool = &call->decoder->pool;
    const yyjson_alc alc = {
        .malloc = alc_alloc, .realloc = alc_resize, .free = alc_free, .ctx = pool};
    yyjson_doc *doc = yyjson_read_opts(copy, len, YYJSON_READ_INSITU, &alc, failure);
    if (doc == NULL)
        return REJECT_NOT_JSON;
    const yyjson_val *root = yyjson_doc_get_root(doc);
    size_t node_count = yyjson_doc_get_val_count(doc);
    pool_trim(pool, root + node_count); // the library guesses high
    *root_out = root;
    return decode_check_limits(call, root, node_count, len);
}

enum reject_code decode_json(
    struct decode_call *call, struct bytes json, const yyjson_val **root_out)
{
    if (json.len == 0)
        return decode_reject(call->reject, REJECT_NOT_JSON, "the message is empty");
    if (json.len > SCAN_BYTES_MIN) {
        enum reject_code code = decode_scan(call, json);
        if (code != REJECT_NONE)
            return code;
    }
    yyjson_read_err failure;
    char *copy = pool_padded(&call->decoder->pool, json);
    enum reject_code code = parse_copy(call, copy, json.len, &failure, root_out);
    return code == REJECT_NOT_JSON ? reject_json(call->reject, json, &failure) : code;
}

enum reject_code decode_json_written(struct decode_call *call, const yyjson_val **root_out)
{
    struct buffer *json = &call->decoder->json;
    size_t len = json->len;
    char *copy = pool_padded(&call->decoder->pool, buffer_bytes(json));
    if (json->cap > JSON_BYTES_KEPT)
        buffer_free(json); // not there twice while it is parsed
    yyjson_read_err failure;
    enum reject_code code = parse_copy(call, copy, len, &failure, root_out);
    if (code == REJECT_NOT_JSON)
        return decode_reject(call->reject, REJECT_NOT_MSGPACK, "as JSON: %s", failure.msg);
    return code;
}
