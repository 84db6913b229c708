// Depth, number of keys and length of strings of a parsed message.
#include "engine/event/decoder.h"

// The nodes lie in a row, a container before what is in it, so one pass with the ends of the open
// containers sees everything without recursion.
struct walk {
    const yyjson_val *ends[VALUE_DEPTH_MAX];
    size_t depth;
    size_t keys;
};

static enum reject_code check_container(
    struct decode_call *call, struct walk *walk, const yyjson_val *node)
{
    uint32_t depth_max =
        call->mode == DECODE_CHECK ? call->decoder->limits.depth_max : (uint32_t)VALUE_DEPTH_MAX;
    if (walk->depth >= depth_max)
        return decode_reject(
            call->reject, REJECT_TOO_DEEP, "more than %u levels", (unsigned)depth_max);
    walk->ends[walk->depth++] = node_next(node);
    if (node_is_map(node))
        walk->keys += node_len(node);
    if (call->mode == DECODE_CHECK && walk->keys > call->decoder->limits.keys_max)
        return decode_reject(
            call->reject, REJECT_TOO_MANY_KEYS, "more than %u keys",
            (unsigned)call->decoder->limits.keys_max);
    return REJECT_NONE;
}

enum reject_code decode_check_limits(
    struct decode_call *call, const yyjson_val *root, size_t node_count, size_t message_bytes)
{
    const struct decode_limits *limits = &call->decoder->limits;
    uint32_t depth_max = call->mode == DECODE_CHECK ? limits->depth_max : (uint32_t)VALUE_DEPTH_MAX;
    // n nodes are at most n levels deep and n / 2 keys; a string is shorter than its message.
    if (node_count <= depth_max &&
        (call->mode == DECODE_REPLAY ||
         (node_count / 2 <= limits->keys_max && message_bytes <= limits->string_bytes_max)))
        return REJECT_NONE;

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
            call->mode == DECODE_CHECK && node_is_text(node) &&
            node_len(node) > limits->string_bytes_max) {
            return decode_reject(
                call->reject, REJECT_STRING_TOO_LONG, "a string of more than %u bytes",
                (unsigned)limits->string_bytes_max);
        }
    }
    return REJECT_NONE;
}
