// Characters of text, and text that grows.
#include "engine/base/text.h"
#include "rules/cel/functions_internal.h"

size_t utf8_count(struct bytes text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += (text.data[i] & 0xC0) != 0x80;
    return count;
}

size_t utf8_at(struct bytes text, size_t index)
{
    size_t at = 0;
    for (; at < text.len; at++) {
        if ((text.data[at] & 0xC0) == 0x80)
            continue;
        if (index == 0)
            return at;
        index--;
    }
    return at;
}

struct cel_value fail_argument(struct cel_eval *eval, const char *what, struct bytes text)
{
    return cel_fail(
        eval, CEL_ERROR_ARGUMENT, "'%.*s' is not %s", text_shown_len(text, 60),
        (const char *)text.data, what);
}

// --- building
void builder_add(struct text_builder *builder, struct bytes text)
{
    if (text.len == 0 || builder->has_failed)
        return;
    if (!cel_spend(builder->eval, text.len / 16 + 1)) {
        builder->has_failed = true;
        return;
    }
    if (builder->len + text.len > builder->cap) {
        size_t cap = (builder->len + text.len) * 2 + 32;
        uint8_t *data = arena_alloc(&builder->eval->arena, cap);
        if (builder->len > 0)
            memcpy(data, builder->data, builder->len);
        builder->data = data;
        builder->cap = cap;
    }
    memcpy(builder->data + builder->len, text.data, text.len);
    builder->len += text.len;
}

void builder_add_text(struct text_builder *builder, const char *text)
{
    builder_add(builder, bytes_text(text));
}

struct cel_value builder_string(struct text_builder *builder)
{
    if (builder->has_failed)
        return cel_fail_cost(builder->eval);
    return cel_string(
        builder->len == 0 ? BYTES_LITERAL("") : bytes_of(builder->data, builder->len));
}
