// Macros: calls that are not functions, because they bring names into scope or ask whether a member is there.
#include "rules/cel/parser_internal.h"

struct macro {
    const char *name;
    enum cel_macro macro;
    uint32_t name_count; // of the names that it brings
    uint32_t arg_count;  // names and bodies
};

static const struct macro *macro_of(const struct cel_node *call)
{
    static const struct macro macros[] = {
        {"all", CEL_MACRO_ALL, 1, 2},
        {"all", CEL_MACRO_ALL, 2, 3},
        {"exists", CEL_MACRO_EXISTS, 1, 2},
        {"exists", CEL_MACRO_EXISTS, 2, 3},
        {"exists_one", CEL_MACRO_EXISTS_ONE, 1, 2},
        {"exists_one", CEL_MACRO_EXISTS_ONE, 2, 3},
        {"existsOne", CEL_MACRO_EXISTS_ONE, 1, 2},
        {"existsOne", CEL_MACRO_EXISTS_ONE, 2, 3},
        {"filter", CEL_MACRO_FILTER, 1, 2},
        {"map", CEL_MACRO_MAP, 1, 2},
        {"map", CEL_MACRO_MAP, 1, 3},
        {"sortBy", CEL_MACRO_SORT_BY, 1, 2},
        {"transformList", CEL_MACRO_MAP, 2, 3},
        {"transformList", CEL_MACRO_MAP, 2, 4},
        {"transformMap", CEL_MACRO_TRANSFORM_MAP, 2, 3},
        {"transformMap", CEL_MACRO_TRANSFORM_MAP, 2, 4},
        {"transformMapEntry", CEL_MACRO_TRANSFORM_MAP_ENTRY, 2, 3},
        {"transformMapEntry", CEL_MACRO_TRANSFORM_MAP_ENTRY, 2, 4},
    };
    for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++) {
        if (call->child_count == macros[i].arg_count + 1 && call->text.len > 0 &&
            call->text.data[0] == (uint8_t)macros[i].name[0] &&
            bytes_equal_text(call->text, macros[i].name))
            return &macros[i];
    }
    return NULL;
}

// The name that a macro's argument is; empty when it is no simple name, which is then a problem.
static struct bytes name_of(struct parser *parser, const struct cel_node *argument)
{
    if (argument->kind == CEL_NODE_IDENT && !argument->is_rooted)
        return argument->text;
    (void)parse_fail(
        parser, argument->begin, argument->end,
        "this must be a simple name: the macro gives it to each element");
    return (struct bytes){0};
}

static struct cel_node *parse_has(struct parser *parser, struct cel_node *call)
{
    struct cel_node *member = call->children[0];
    if (member->kind != CEL_NODE_SELECT)
        return parse_fail(
            parser, member->begin, member->end, "has() takes a member: has(contact.country)");
    struct cel_node *node = parse_node(parser, CEL_NODE_HAS, call->begin, member->children, 1);
    if (node == NULL)
        return NULL;
    node->text = member->text;
    node->text_begin = member->text_begin;
    return node;
}

static struct cel_node *parse_bind(struct parser *parser, struct cel_node *call)
{
    struct bytes name = name_of(parser, call->children[1]);
    struct cel_node *node = parse_node(parser, CEL_NODE_BIND, call->begin, call->children + 2, 2);
    if (node != NULL)
        node->names[0] = name;
    return node;
}

struct cel_node *parse_macro(struct parser *parser, struct cel_node *call)
{
    if (!call->is_member)
        return bytes_equal_text(call->text, "has") && call->child_count == 1
                   ? parse_has(parser, call)
                   : call;
    const struct cel_node *receiver = call->children[0];
    if (call->child_count == 4 && receiver->kind == CEL_NODE_IDENT &&
        bytes_equal_text(receiver->text, "cel") && bytes_equal_text(call->text, "bind"))
        return parse_bind(parser, call);
    const struct macro *macro = macro_of(call);
    if (macro == NULL)
        return call;
    struct bytes names[2] = {{0}};
    for (uint32_t i = 0; i < macro->name_count; i++)
        names[i] = name_of(parser, call->children[i + 1]);
    if (macro->name_count == 2 && bytes_equal(names[0], names[1]))
        return parse_fail(
            parser, call->children[2]->begin, call->children[2]->end,
            "the two names of a macro must differ");
    struct cel_node *children[4] = {call->children[0]};
    uint32_t count = 1;
    for (uint32_t i = macro->name_count + 1; i < call->child_count; i++)
        children[count++] = call->children[i];
    struct cel_node *node = parse_node(parser, CEL_NODE_MACRO, call->begin, children, count);
    if (node == NULL)
        return NULL;
    node->macro = macro->macro;
    node->names[0] = names[0];
    node->names[1] = names[1];
    node->text = call->text;
    node->text_begin = call->text_begin;
    return node;
}
