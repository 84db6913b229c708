// JSON text to nodes in the decoder's pool.
#include <string.h>

#include "engine/base/text.h"
#include "engine/event/decoder.h"

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

enum reject_code decode_json(
    struct decode_call *call, struct bytes json, const yyjson_val **root_out)
{
    if (json.len == 0)
        return decode_reject(call->reject, REJECT_NOT_JSON, "the message is empty");
    struct pool *pool = &call->decoder->pool;
    char *copy = pool_alloc(pool, json.len + NODE_PADDING_BYTES);
    memcpy(copy, json.data, json.len);
    memset(copy + json.len, 0, NODE_PADDING_BYTES);

    const yyjson_alc alc = {
        .malloc = alc_alloc, .realloc = alc_resize, .free = alc_free, .ctx = pool};
    yyjson_read_err failure;
    yyjson_doc *doc = yyjson_read_opts(copy, json.len, YYJSON_READ_INSITU, &alc, &failure);
    if (doc == NULL)
        return reject_json(call->reject, json, &failure);
    const yyjson_val *root = yyjson_doc_get_root(doc);
    size_t node_count = yyjson_doc_get_val_count(doc);
    pool_trim(pool, root + node_count); // the library guesses high
    *root_out = root;
    return decode_check_limits(call, root, node_count, json.len);
}
