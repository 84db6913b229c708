// Depth, number of keys and values and length of strings of a parsed message.
#include "engine/event/decoder.h"

// The nodes lie in a row, a container before what is in it, so one pass with the ends of the open
// containers sees everything without recursion.
struct walk {
    const yyjson_val *ends[VALUE_DEPTH_MAX];
    size_t depth;
    size_t keys;
};

uint32_t decode_depth_max(const struct decode_call *call)
{
    return call->mode == DECODE_REPLAY ? (uint32_t)VALUE_DEPTH_MAX
                                       : call->decoder->limits.depth_max;
}

enum reject_code decode_reject_depth(struct decode_call *call)
{
    return decode_reject(
        call->reject, REJECT_TOO_DEEP, "more than %u levels", (unsigned)decode_depth_max(call));
}

enum reject_code decode_reject_values(struct decode_call *call)
{
    return decode_reject(
        call->reject, REJECT_TOO_MANY_VALUES, "more than %u values and keys",
        (unsigned)call->decoder->limits.values_max);
}

static enum reject_code check_container(
    struct decode_call *call, struct walk *walk, const yyjson_val *node)
{
    if (walk->depth >= decode_depth_max(call))
        return decode_reject_depth(call);
    walk->ends[walk->depth++] = node_next(node);
    if (node_is_map(node))
        walk->keys += node_len(node);
    if (call->mode != DECODE_REPLAY && walk->keys > call->decoder->limits.keys_max)
        return decode_reject(
            call->reject, REJECT_TOO_MANY_KEYS, "more than %u keys",
            (unsigned)call->decoder->limits.keys_max);
    return REJECT_NONE;
}

enum reject_code decode_check_limits(
    struct decode_call *call, const yyjson_val *root, size_t node_count, size_t message_bytes)
{
    const struct decode_limits *limits = &call->decoder->limits;
    uint32_t depth_max = decode_depth_max(call);
    // n nodes are at most n levels deep and n / 2 keys; a string is shorter than its message.
    if (node_count <= depth_max &&
        (call->mode == DECODE_REPLAY ||
         (node_count / 2 <= limits->keys_max && message_bytes <= limits->string_bytes_max)))
        return REJECT_NONE;
    if (node_count > limits->values_max && call->mode != DECODE_REPLAY)
        return decode_reject_values(call);

    struct walk walk;
    walk.depth = 0;
    walk.keys = 0;
    for (const yyjson_val *node = root, *end = root + node_count; node < end; node++) {
        while (walk.depth > 0 && node >= walk.ends[walk.depth - 1])
            walk.depth--;
        if (node_is_container(node)) {
            enum reject_code code = check_container(call, &walk, node);
            if (code != REJECT_NONE)
                return code;
        } else if (
            call->mode != DECODE_REPLAY && node_is_text(node) &&
            node_len(node) > limits->string_bytes_max) {
            return decode_reject(
                call->reject, REJECT_STRING_TOO_LONG, "a string of more than %u bytes",
                (unsigned)limits->string_bytes_max);
        }
    }
    return REJECT_NONE;
}
