// Writes a bomb out.
#include <stdio.h>

#include "engine/base/invariant.h"

#include "tests/bombs/bombs.h"

enum { NUMBER_CHARS = 5, COUNT_BYTES = 4, HEADER_BYTES = 64, NILS = 1380, LONG_TEXT = 27200 };

const struct bomb *bomb_at(size_t index)
{
    INVARIANT(index < bomb_count());
    return index < bombs_of_messages_count ? &bombs_of_messages[index]
                                           : &bombs_of_files[index - bombs_of_messages_count];
}

static bool is_mark(struct bytes text, size_t at, char letter)
{
    return at + 1 < text.len && text.data[at] == '$' && text.data[at + 1] == (uint8_t)letter;
}

static void add_run(struct buffer *out, uint8_t byte, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_add_u8(out, byte);
}

// Appends text with its marks replaced.
static void add_text(struct buffer *out, struct bytes text, size_t number, size_t count)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_mark(text, i, 'N')) {
            buffer_add_format(out, "%0*zx", NUMBER_CHARS, number);
            i++;
        } else if (is_mark(text, i, 'C')) {
            for (int byte = COUNT_BYTES - 1; byte >= 0; byte--)
                buffer_add_u8(out, (uint8_t)(count >> (8 * byte)));
            i++;
        } else if (is_mark(text, i, 'V')) {
            buffer_add_varint(out, count);
            i++;
        } else if (is_mark(text, i, 'L')) {
            add_run(out, 0xc0, NILS);
            i++;
        } else if (is_mark(text, i, 'T')) {
            add_run(out, 'x', LONG_TEXT);
            i++;
        } else {
            buffer_add_u8(out, text.data[i]);
        }
    }
}

static size_t text_bytes(struct bytes text)
{
    struct buffer once = {0};
    add_text(&once, text, 0, BOMB_BYTES / 2); // a varint as long as that of any number of units
    size_t bytes = once.len;
    buffer_free(&once);
    return bytes;
}

// A message counts with its headers: that of msgpack leaves room for its content type.
static size_t bomb_bytes(enum bomb_parser parser)
{
    return parser == BOMB_MSGPACK ? BOMB_BYTES - HEADER_BYTES : BOMB_BYTES;
}

void bomb_make(const struct bomb *bomb, struct buffer *out)
{
    size_t fixed = text_bytes(bomb->before) + bomb->between.len + bomb->after.len;
    size_t each = text_bytes(bomb->unit) + text_bytes(bomb->closing);
    size_t bytes = bomb_bytes(bomb->parser);
    INVARIANT(fixed < bytes);
    size_t count = each == 0 ? 0 : (bytes - fixed) / each;
    buffer_clear(out);
    add_text(out, bomb->before, 0, count);
    for (size_t i = 0; i < count; i++)
        add_text(out, bomb->unit, i, count);
    buffer_add_bytes(out, bomb->between);
    for (size_t i = 0; i < count; i++)
        add_text(out, bomb->closing, i, count);
    while (bomb->pad != '\0' && out->len + bomb->after.len < bytes)
        buffer_add_u8(out, (uint8_t)bomb->pad);
    buffer_add_bytes(out, bomb->after);
    INVARIANT(out->len <= bytes && out->len + each + COUNT_BYTES >= bytes);
}
