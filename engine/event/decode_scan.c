// A look at JSON text before it is parsed: how deep it is nested and how many values are in it.
//
// The parser allocates for each bracket as it comes to it, so a message of nothing but brackets
// would cost many times its own size before its depth was known.
#include "engine/event/decoder.h"
#include "engine/event/json_text.h"

enum reject_code decode_scan(struct decode_call *call, struct bytes json)
{
    uint64_t values_max = call->decoder->limits.values_max;
    uint32_t depth_max = decode_depth_max(call);
    uint64_t values = 1; // each comma and colon brings one more, and so does what is not empty
    uint32_t depth = 0;
    bool is_opened = false; // a bracket stands before, with nothing in it so far
    const uint8_t *at = json.data;
    const uint8_t *end = json.data + json.len;
    while (at < end) {
        uint8_t byte = *at;
        if (byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t') {
            at++;
            continue;
        }
        if (byte == ']' || byte == '}') {
            depth -= depth > 0 ? 1 : 0;
        } else {
            values += is_opened || byte == ',' || byte == ':' ? 1 : 0;
            if ((byte == '[' || byte == '{') && depth++ >= depth_max)
                return decode_reject_depth(call);
        }
        if (values > values_max && call->mode != DECODE_REPLAY)
            return decode_reject_values(call);
        is_opened = byte == '[' || byte == '{';
        at = byte == '"' ? json_text_skip(at, end) : at + 1;
        if (at == NULL)
            return REJECT_NONE; // a text that is not closed: for the parser to say
    }
    return REJECT_NONE;
}
