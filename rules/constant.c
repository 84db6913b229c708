#include "rules/constant.h"

#include "rules/cel/program.h"

static bool is_constant(const struct cel_node *node)
{
    switch (node->kind) {
    case CEL_NODE_LITERAL:
    case CEL_NODE_CALL:
    case CEL_NODE_LIST:
    case CEL_NODE_MAP:
    case CEL_NODE_AND:
    case CEL_NODE_OR:
    case CEL_NODE_CONDITIONAL: break;
    case CEL_NODE_IDENT:
    case CEL_NODE_SELECT:
    case CEL_NODE_HAS:
    case CEL_NODE_MACRO:
    case CEL_NODE_BIND: return false;
    }
    for (uint32_t i = 0; i < node->child_count; i++) { // no deeper than CEL_DEPTH_MAX
        if (!is_constant(node->children[i]))
            return false;
    }
    return true;
}

bool constant_value(
    struct arena *arena,
    const struct cel_scope *scope,
    const struct cel_node *node,
    struct cel_value *value_out)
{
    if (node->kind == CEL_NODE_LITERAL) {
        *value_out = node->literal;
        return true;
    }
    if (!is_constant(node))
        return false;
    struct cel_program *program = cel_compile(arena, scope, node);
    const struct cel_value *value = cel_program_constant(program);
    bool is_known = value != NULL && value->kind != CEL_ERROR;
    if (is_known)
        *value_out = *value;
    cel_program_free(program);
    return is_known;
}
