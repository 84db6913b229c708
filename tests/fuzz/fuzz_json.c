// Any bytes as a JSON message, and as an array of messages.
#include <stddef.h>
#include <stdint.h>

#include "engine/event/split.h"

#include "tests/fuzz/decode_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct bytes message = bytes_of(data, len);
    fuzz_check_message(&(struct raw_event){.value = message, .value_bytes = len});
    if (!split_is_array(message))
        return 0;
    struct splitter splitter = split_begin(message);
    struct bytes element;
    size_t elements = 0;
    while (split_next(&splitter, &element) == SPLIT_ELEMENT) {
        INVARIANT(element.data > data && element.data + element.len < data + len);
        if (elements++ < 4)
            fuzz_check_message(&(struct raw_event){.value = element, .value_bytes = element.len});
    }
    INVARIANT(elements < len);
    return 0;
}
