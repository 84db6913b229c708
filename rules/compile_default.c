#include "rules/compile_default.h"

#include <stdio.h>

#include "rules/cel/parser.h"
#include "rules/compile_pieces.h"
#include "rules/literal.h"

enum { WHAT_BYTES = 140 };

// --- contact.NAME
static void report_unknown_path(
    struct compiler *compiler, const struct yaml_node *node, struct bytes name)
{
    const struct catalog *catalog = compiler->ruleset->catalog;
    size_t count = 0;
    const char *const *fields =
        symbols_names(&compiler->symbols[SYMBOL_FIELD], &compiler->scratch, &count);
    const char *known[SYMBOLS_NAMED_MAX + IDENTIFIER_KINDS_MAX + 1];
    size_t known_count = 0;
    known[known_count++] = "id";
    for (size_t i = 0; i < catalog_identifier_count(catalog); i++)
        known[known_count++] = arena_text(&compiler->scratch, catalog_identifier(catalog, i));
    for (size_t i = 0; i < count; i++)
        known[known_count++] = fields[i];
    struct unknown_word unknown = {"field of a contact", name, known, known_count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0203, yaml_place(node), &unknown);
}

// "contact.email": what is read from the contact when the parameter is not given.
static bool compile_path(
    struct compiler *compiler,
    const struct yaml_node *node,
    struct bytes name,
    struct action_param *param)
{
    const struct catalog *catalog = compiler->ruleset->catalog;
    bool is_known = bytes_equal_text(name, "id") ||
                    catalog_identifier_find(catalog, name) != IDENTIFIER_KINDS_MAX ||
                    symbols_find(&compiler->symbols[SYMBOL_FIELD], name) != NULL;
    if (is_known)
        param->default_path = compile_copy(compiler, name);
    else
        report_unknown_path(compiler, node, name);
    return is_known;
}

static bool is_name(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return text.len > 0;
}

// --- others
// Whether it is one text in quotes, and not an expression that begins and ends with one.
static bool is_quoted(struct compiler *compiler, struct bytes text)
{
    struct cel_problems problems = {0};
    if (text.len < 2 || text.data[0] != text.data[text.len - 1] ||
        (text.data[0] != '\'' && text.data[0] != '"'))
        return false;
    if (memchr(text.data + 1, text.data[0], text.len - 2) == NULL)
        return true;
    const struct cel_node *root = cel_parse(&compiler->tree, text, &problems);
    bool is_expression = root != NULL && root->kind != CEL_NODE_LITERAL;
    arena_clear(&compiler->tree);
    return !is_expression;
}

static bool compile_found(
    struct compiler *compiler,
    const struct yaml_node *node,
    struct bytes text,
    struct action_param *param)
{
    char what[WHAT_BYTES];
    (void)snprintf(what, sizeof(what), "'%s'", (const char *)param->name.data);
    bool is_text = param->type == DATA_STRING || param->type == DATA_ANY;
    struct text_source from = {
        .compiler = compiler,
        .node = node,
        .what = what,
        .as =
            {.on = EVENT_TYPE_UNKNOWN,
             .run_on = EVENT_TYPE_UNKNOWN,
             .is_of_contact = true,
             .use = compile_use_of(param->type)},
    };
    from.as.begin = (size_t)(text.data - yaml_text(node).data);
    from.as.end = from.as.begin + text.len;
    param->default_found.type = param->type;
    if (is_text && is_quoted(compiler, text)) {
        from.as.begin++;
        from.as.end--;
        return compile_text_pieces(&from, &param->default_found);
    }
    if (is_text)
        from.as.use = EXPRESSION_TEXT;
    param->default_found.expression = compile_step_expression(compiler, node, what, &from.as);
    return param->default_found.expression != NULL;
}

static bool compile_constant(
    struct compiler *compiler, const struct yaml_node *node, struct action_param *param)
{
    if (param->type == DATA_STRING && node->is_plain) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0213, yaml_place(node),
            "a default text stands in quotes: = '%.*s'", compile_shown_len(yaml_text(node)),
            (const char *)yaml_text(node).data);
        return false;
    }
    return literal_value(compiler, node, "the default", param->type, &param->default_value);
}

bool compile_default(
    struct compiler *compiler,
    const struct yaml_node *node,
    struct bytes text,
    struct action_param *param)
{
    const struct bytes scope = BYTES_LITERAL("contact.");
    struct yaml_single literal;
    if (text.len > scope.len && memcmp(text.data, scope.data, scope.len) == 0) {
        struct bytes name = bytes_of(text.data + scope.len, text.len - scope.len);
        if (is_name(name))
            return compile_path(compiler, node, name, param);
    }
    bool has_quotes = is_quoted(compiler, text);
    bool is_text = param->type == DATA_STRING || param->type == DATA_ANY;
    if (is_text && has_quotes && compile_text_has_expressions(text))
        return compile_found(compiler, node, text, param);
    (void)yaml_single_set(
        &literal, node, has_quotes ? bytes_of(text.data + 1, text.len - 2) : text);
    literal.node.is_plain = !has_quotes;
    bool may_be_found = param->type != DATA_LIST && param->type != DATA_MAP && !has_quotes &&
                        literal_is_like_expression(&literal.node);
    bool is_constant = param->type != DATA_STRING && param->type != DATA_ANY &&
                       literal_is_of(compiler, &literal.node, param->type);
    if (may_be_found && !is_constant)
        return compile_found(compiler, node, text, param);
    return compile_constant(compiler, &literal.node, param);
}

bool action_param_has_default(const struct action_param *param)
{
    return param->default_path.len > 0 || param->default_value.kind != VALUE_ABSENT ||
           param->default_found.expression != NULL || param->default_found.piece_count > 0;
}
