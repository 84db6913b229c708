// Two bytes of length, packed headers, a value: unpacked, packed again, decoded.
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/decode_check.h"

enum { LENGTH_BYTES = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < LENGTH_BYTES)
        return 0;
    size_t packed_len = get_u16(data);
    if (packed_len > len - LENGTH_BYTES)
        packed_len = len - LENGTH_BYTES;
    struct arena arena = {0};
    struct raw_event raw = {
        .value = bytes_of(data + LENGTH_BYTES + packed_len, len - LENGTH_BYTES - packed_len)};
    raw.value_bytes = raw.value.len;
    if (raw_event_unpack_headers(bytes_of(data + LENGTH_BYTES, packed_len), &arena, &raw)) {
        fuzz_check_message(&raw);
        struct buffer packed = {0};
        struct raw_event again = raw;
        raw_event_pack_headers(&raw, &packed);
        INVARIANT(raw_event_unpack_headers(buffer_bytes(&packed), &arena, &again));
        INVARIANT(again.header_count <= raw.header_count);
        buffer_free(&packed);
    }
    arena_free(&arena);
    return 0;
}
