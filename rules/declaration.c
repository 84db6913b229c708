// Parses declarations: [optional] type [= default].
#include "rules/declaration.h"

enum { TYPE_COUNT = DATA_MAP + 1 };

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static struct bytes trim(struct bytes text)
{
    while (text.len > 0 && is_space(text.data[0]))
        text = bytes_of(text.data + 1, text.len - 1);
    while (text.len > 0 && is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

bool declaration_type(
    struct compiler *compiler, const struct yaml_node *node, struct bytes word, enum data_type *out)
{
    if (data_type_parse(word, out))
        return true;
    const char *names[TYPE_COUNT];
    for (size_t i = 0; i < TYPE_COUNT; i++)
        names[i] = data_type_name((enum data_type)i);
    struct unknown_word unknown = {"type", word, names, TYPE_COUNT};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0212, yaml_place(node), &unknown);
    return false;
}

bool declaration_parse(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    struct declaration *out)
{
    static const char optional[] = "optional";
    enum { OPTIONAL_CHARS = sizeof(optional) - 1 };
    struct bytes text;
    if (!yaml_to_text(node, what, compiler->list, &text))
        return false;
    struct declaration found = {.type = DATA_ANY};
    const uint8_t *equals = text.len == 0 ? NULL : memchr(text.data, '=', text.len);
    if (equals != NULL) {
        size_t before = (size_t)(equals - text.data);
        found.has_default = true;
        found.default_text = trim(bytes_of(equals + 1, text.len - before - 1));
        text.len = before;
    }
    text = trim(text);
    if (text.len > OPTIONAL_CHARS && memcmp(text.data, optional, OPTIONAL_CHARS) == 0 &&
        is_space(text.data[OPTIONAL_CHARS])) {
        found.is_optional = true;
        text = trim(bytes_of(text.data + OPTIONAL_CHARS, text.len - OPTIONAL_CHARS));
    }
    if (!declaration_type(compiler, node, text, &found.type))
        return false;
    *out = found;
    return true;
}
