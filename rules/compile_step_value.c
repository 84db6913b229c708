// Compiles the values that steps give: constants, expressions, texts with {{ }}.
#include "rules/compile_flow.h"
#include "rules/compile_pieces.h"
#include "rules/literal.h"

enum { PIECES_MAX = 200 };

enum expression_use compile_use_of(enum data_type type)
{
    switch (type) {
    case DATA_INT: return EXPRESSION_WHOLE;
    case DATA_DOUBLE: return EXPRESSION_REAL;
    case DATA_BOOL: return EXPRESSION_TRUTH;
    case DATA_TIMESTAMP:
    case DATA_DATE: return EXPRESSION_TIME;
    case DATA_DURATION: return EXPRESSION_SPAN;
    case DATA_ANY:
    case DATA_STRING:
    case DATA_LIST:
    case DATA_MAP: break;
    }
    return EXPRESSION_SHOWN;
}

// The first place from `at` on at which two same characters stand; the length where there is none.
static size_t find_pair(struct bytes text, size_t at, uint8_t character)
{
    for (; at + 1 < text.len; at++) {
        if (text.data[at] == character && text.data[at + 1] == character)
            return at;
    }
    return text.len;
}

// The end of an expression that begins at `at`: }} outside of its texts and maps.
static size_t find_end(struct bytes text, size_t at)
{
    uint8_t quote = 0;
    size_t open = 0;
    for (; at < text.len; at++) {
        uint8_t c = text.data[at];
        if (quote != 0) {
            at += c == '\\';
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '{') {
            open++;
        } else if (c == '}' && open > 0) {
            open--;
        } else if (c == '}' && at + 1 < text.len && text.data[at + 1] == '}') {
            return at;
        }
    }
    return text.len;
}

static void add_text(
    struct compiler *compiler, struct step_value *to, struct text_piece *pieces, struct bytes text)
{
    if (text.len > 0)
        pieces[to->piece_count++] = (struct text_piece){compile_copy(compiler, text), NULL};
}

static bool add_expression(const struct text_source *from, size_t begin, struct text_piece *out)
{
    struct bytes text = bytes_of(yaml_text(from->node).data, from->as.end);
    size_t end = find_end(text, begin);
    struct step_expression as = from->as;
    as.use = EXPRESSION_SHOWN;
    as.begin = begin;
    as.end = end;
    if (end == text.len || end == begin) {
        diagnostic_add(
            from->compiler->list, DIAGNOSTIC_E0601,
            yaml_place_shown(from->compiler->list, from->node, begin - 2, begin),
            end == begin ? "there is no expression between '{{' and '}}'"
                         : "'{{' without its '}}'");
        return false;
    }
    out->expression = compile_step_expression(from->compiler, from->node, from->what, &as);
    return out->expression != NULL;
}

bool compile_text_has_expressions(struct bytes text)
{
    return find_pair(text, 0, '{') < text.len;
}

bool compile_text_pieces(const struct text_source *from, struct step_value *out)
{
    struct compiler *compiler = from->compiler;
    struct bytes text = bytes_of(yaml_text(from->node).data, from->as.end);
    struct text_piece pieces[PIECES_MAX] = {{{NULL, 0}, NULL}};
    size_t at = from->as.begin;
    while (at < text.len) {
        size_t begin = find_pair(text, at, '{');
        add_text(compiler, out, pieces, bytes_of(text.data + at, begin - at));
        if (begin == text.len)
            break;
        if (out->piece_count + 2 > PIECES_MAX) {
            diagnostic_add(
                compiler->list, DIAGNOSTIC_E0407, yaml_place(from->node),
                "a text has at most %d expressions", PIECES_MAX / 2);
            return false;
        }
        if (!add_expression(from, begin + 2, &pieces[out->piece_count]))
            return false;
        out->piece_count++;
        at = find_end(text, begin + 2) + 2;
    }
    struct text_piece *kept =
        arena_alloc(&compiler->ruleset->arena, out->piece_count * sizeof(*kept));
    memcpy(kept, pieces, out->piece_count * sizeof(*kept));
    out->pieces = kept;
    return true;
}

bool compile_step_value(
    struct flow *flow,
    const struct yaml_node *node,
    const char *what,
    enum data_type type,
    struct step_value *out)
{
    struct compiler *compiler = flow->compiler;
    *out = (struct step_value){.type = type};
    bool is_scalar = node->kind == YAML_KIND_SCALAR && !node->is_refused;
    struct bytes text = yaml_text(node);
    bool is_text = type == DATA_STRING || type == DATA_ANY;
    if (is_scalar && is_text && compile_text_has_expressions(text)) {
        const struct text_source from = {
            .compiler = compiler,
            .node = node,
            .what = what,
            .as = {.on = flow->step_on, .run_on = flow->workflow->on, .end = text.len},
        };
        return compile_text_pieces(&from, out);
    }
    bool is_expression = is_scalar && !is_text && type != DATA_LIST && type != DATA_MAP &&
                         !literal_is_of(compiler, node, type) && literal_is_like_expression(node);
    if (!is_expression)
        return literal_value(compiler, node, what, type, &out->constant);
    out->expression = flow_expression(flow, node, what, compile_use_of(type));
    return out->expression != NULL;
}
