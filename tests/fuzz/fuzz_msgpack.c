// Any bytes as a msgpack message, and as the msgpack data of a message in binary form.
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/decode_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct header headers[] = {
        {BYTES_LITERAL("content-type"), BYTES_LITERAL("application/msgpack")},
        {BYTES_LITERAL("ce_type"), BYTES_LITERAL("t")},
        {BYTES_LITERAL("ce_subject"), BYTES_LITERAL("c")},
    };
    struct raw_event raw = {
        .value = bytes_of(data, len), .value_bytes = len, .headers = headers, .header_count = 1};
    fuzz_check_message(&raw);
    raw.header_count = 3;
    fuzz_check_message(&raw);
    return 0;
}
