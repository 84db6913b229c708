// Trees as text, for tests.
#include <inttypes.h>

#include "engine/base/text.h"
#include "rules/cel/parser.h"

static void print_literal(struct buffer *to, struct cel_value value)
{
    switch (value.kind) {
    case CEL_BOOL: buffer_add_text(to, value.as.boolean ? "true" : "false"); break;
    case CEL_INT: buffer_add_format(to, "%" PRId64, value.as.integer); break;
    case CEL_UINT: buffer_add_format(to, "%" PRIu64 "u", value.as.unsigned_integer); break;
    case CEL_DOUBLE: buffer_add_format(to, "%.17gd", value.as.real); break;
    case CEL_STRING: text_add_json(to, value.as.text); break;
    case CEL_BYTES:
        buffer_add_text(to, "b'");
        for (size_t i = 0; i < value.as.text.len; i++)
            buffer_add_format(to, "%02x", value.as.text.data[i]);
        buffer_add_text(to, "'");
        break;
    case CEL_NULL:
    case CEL_ERROR:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_TYPE: buffer_add_text(to, "null"); break;
    }
}

static void print_head(struct buffer *to, const struct cel_node *node)
{
    static const char *const macros[] = {"all", "exists",  "exists_one",    "filter",
                                         "map", "sort_by", "transform_map", "transform_entry"};
    switch (node->kind) {
    case CEL_NODE_LITERAL:
    case CEL_NODE_IDENT: break;
    case CEL_NODE_SELECT: buffer_add_text(to, "select "); break;
    case CEL_NODE_HAS: buffer_add_text(to, "has "); break;
    case CEL_NODE_CALL: buffer_add_text(to, node->is_member ? "." : ""); break;
    case CEL_NODE_AND: buffer_add_text(to, "&&"); break;
    case CEL_NODE_OR: buffer_add_text(to, "||"); break;
    case CEL_NODE_CONDITIONAL: buffer_add_text(to, "?:"); break;
    case CEL_NODE_LIST: buffer_add_text(to, "list"); break;
    case CEL_NODE_MAP: buffer_add_text(to, "map"); break;
    case CEL_NODE_MACRO: buffer_add_format(to, "macro-%s", macros[node->macro]); break;
    case CEL_NODE_BIND: buffer_add_text(to, "bind"); break;
    }
    if (node->kind != CEL_NODE_MACRO)
        buffer_add_bytes(to, node->text);
    for (int i = 0; i < 2; i++) {
        if (node->names[i].len > 0) {
            buffer_add_text(to, " ");
            buffer_add_bytes(to, node->names[i]);
        }
    }
}

void cel_print(struct buffer *to, const struct cel_node *node)
{
    if (node->kind == CEL_NODE_LITERAL) {
        print_literal(to, node->literal);
        return;
    }
    if (node->kind == CEL_NODE_IDENT) {
        buffer_add_text(to, node->is_rooted ? "." : "");
        buffer_add_bytes(to, node->text);
        return;
    }
    buffer_add_text(to, "(");
    print_head(to, node);
    for (uint32_t i = 0; i < node->child_count; i++) { // no deeper than CEL_DEPTH_MAX
        buffer_add_text(to, " ");
        cel_print(to, node->children[i]);
    }
    buffer_add_text(to, ")");
}
