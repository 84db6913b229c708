// Replaces variables of the environment.
#include "config/expand.h"

#include "engine/base/buffer.h"
#include "engine/base/text.h"

enum { EXPANDED_BYTES_MAX = 65536, NAME_BYTES_MAX = 128 };

static bool is_name_byte(uint8_t byte, size_t index)
{
    bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
    return is_letter || (index > 0 && byte >= '0' && byte <= '9');
}

// One variable: what stands between the braces.
struct variable {
    struct bytes name;
    struct bytes fallback;
    bool has_fallback;
};

// Reads "NAME}" or "NAME:-default}" at the front of text; the length with the brace, or 0.
static size_t parse_variable(struct bytes text, struct variable *out)
{
    size_t len = 0;
    while (len < text.len && is_name_byte(text.data[len], len))
        len++;
    if (len == 0 || len > NAME_BYTES_MAX || len == text.len)
        return 0;
    *out = (struct variable){.name = bytes_of(text.data, len)};
    if (text.data[len] == '}')
        return len + 1;
    if (text.len - len < 2 || text.data[len] != ':' || text.data[len + 1] != '-')
        return 0;
    size_t start = len + 2;
    size_t end = start;
    while (end < text.len && text.data[end] != '}')
        end++;
    if (end == text.len)
        return 0;
    out->fallback = bytes_of(text.data + start, end - start);
    out->has_fallback = true;
    return end + 1;
}

static bool add_variable(
    const struct expand_context *context,
    const struct yaml_node *node,
    const struct variable *variable,
    struct buffer *to)
{
    char name[NAME_BYTES_MAX + 1];
    memcpy(name, variable->name.data, variable->name.len);
    name[variable->name.len] = '\0';
    const struct config_environment *environment = context->environment;
    const char *value = environment == NULL ? NULL : environment->get(environment->self, name);
    bool is_empty = value == NULL || value[0] == '\0';
    if (is_empty && variable->has_fallback) { // as in a shell: also where it is set but empty
        buffer_add_bytes(to, variable->fallback);
        return true;
    }
    if (value == NULL) {
        diagnostic_add(
            context->list, DIAGNOSTIC_C0001, yaml_place(node),
            "the environment variable '%s' is not set", name);
        diagnostic_note(context->list, PLACE_NONE, "${%s:-default} gives it a default", name);
        return false;
    }
    if (!text_is_utf8(bytes_text(value))) {
        diagnostic_add(
            context->list, DIAGNOSTIC_C0002, yaml_place(node),
            "the environment variable '%s' is not valid UTF-8", name);
        return false;
    }
    buffer_add_text(to, value);
    return true;
}

static bool expand_text(
    const struct expand_context *context, const struct yaml_node *node, struct buffer *to)
{
    struct bytes text = yaml_text(node);
    size_t at = 0;
    while (at < text.len) {
        uint8_t next = at + 1 < text.len ? text.data[at + 1] : 0;
        if (text.data[at] != '$' || (next != '{' && next != '$')) {
            buffer_add_u8(to, text.data[at++]);
            continue;
        }
        at += 2;
        if (next == '$') {
            buffer_add_u8(to, '$');
            continue;
        }
        struct variable variable;
        size_t len = parse_variable(bytes_of(text.data + at, text.len - at), &variable);
        if (len == 0) {
            diagnostic_add(
                context->list, DIAGNOSTIC_C0002, yaml_place(node),
                "a variable is written ${NAME} or ${NAME:-default}; $$ is a dollar sign");
            return false;
        }
        if (!add_variable(context, node, &variable, to))
            return false;
        at += len;
        if (to->len > EXPANDED_BYTES_MAX) {
            diagnostic_add(
                context->list, DIAGNOSTIC_E0406, yaml_place(node),
                "with its variables the value has more than %d bytes", EXPANDED_BYTES_MAX);
            return false;
        }
    }
    return true;
}

const struct yaml_node *expand_scalar(
    const struct expand_context *context, const struct yaml_node *node, struct yaml_single *room)
{
    struct bytes written = yaml_text(node);
    if (written.len == 0 || memchr(written.data, '$', written.len) == NULL)
        return node;
    struct buffer text = {0};
    bool is_good = expand_text(context, node, &text);
    if (is_good) {
        struct bytes expanded = arena_copy(context->arena, buffer_bytes(&text));
        (void)yaml_single_set(room, node, expanded);
        room->node.is_plain = text.len > 0; // an empty text is a text, not nothing
    }
    buffer_free(&text);
    return is_good ? &room->node : NULL;
}
