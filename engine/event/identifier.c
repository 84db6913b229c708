// What a text must be to identify a contact.
#include "engine/event/identifier.h"

// Eight bytes at once: true when one may be a control character or begin one, false when none is.
static bool may_have_control(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t highs = UINT64_C(0x8080808080808080);
    uint64_t del = word ^ ones * 0x7f;
    uint64_t c2 = word ^ ones * 0xc2;
    uint64_t below_space = (word - ones * 0x20) & ~word;
    return ((below_space | ((del - ones) & ~del) | ((c2 - ones) & ~c2)) & highs) != 0;
}

bool identifier_has_control(struct bytes text)
{
    size_t i = 0;
    while (i + 8 <= text.len && !may_have_control(get_u64(text.data + i)))
        i += 8;
    for (; i < text.len; i++) {
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return true;
        // U+0080..U+009F
        if (text.data[i] == 0xc2 && i + 1 < text.len && text.data[i + 1] < 0xa0)
            return true;
    }
    return false;
}

static bool is_big(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z';
}

bool identifier_needs_fold(struct bytes email)
{
    size_t i = 0;
    while (i < email.len && !is_big(email.data[i]))
        i++;
    return i < email.len;
}

void identifier_fold(struct bytes email, uint8_t *to)
{
    for (size_t i = 0; i < email.len; i++)
        to[i] = is_big(email.data[i]) ? (uint8_t)(email.data[i] - 'A' + 'a') : email.data[i];
}

struct bytes identifier_as_kept(struct arena *arena, struct bytes kind, struct bytes value)
{
    if (!bytes_equal_text(kind, "email") || !identifier_needs_fold(value))
        return value;
    uint8_t *folded = arena_alloc(arena, value.len);
    identifier_fold(value, folded);
    return bytes_of(folded, value.len);
}
