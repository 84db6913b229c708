// Texts that are compared with what never has them: of a field with `one_of`, and of the engine's own events, whose data
// names what the rules declare.
#include "rules/check_values.h"

#include "engine/base/text.h"
#include "rules/event_set.h"
#include "rules/parts.h"
#include "rules/scope.h"

// --- one_of
// The declared field of the contact that a part reads, when it has `one_of`; else NULL.
static const struct field_def *field_read(
    const struct ruleset *ruleset, const struct cel_node *node)
{
    bool is_member = node->kind == CEL_NODE_SELECT ||
                     (node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "_[_]"));
    if (!is_member || node->field == CEL_NO_FIELD || node->children[0]->kind != CEL_NODE_IDENT ||
        node->children[0]->variable != SCOPE_CONTACT)
        return NULL;
    size_t before = SCOPE_CONTACT_FIELD_COUNT + catalog_identifier_count(ruleset->catalog);
    if (node->field < before)
        return NULL;
    const struct field_def *field = &ruleset->fields[node->field - before];
    return field->one_of_count > 0 ? field : NULL;
}

struct never {
    const char *scope; // "contact."
    struct bytes member;
    const char *meant; // or NULL
};

static void report_never(
    struct compiler *compiler,
    const struct checked_expression *expression,
    const struct cel_node *value,
    const struct never *never)
{
    struct bytes text = value->literal.as.text;
    const char *meant = never->meant;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_W0509, checked_place(compiler, expression, value),
        "%s%.*s is never '%.*s'%s%s%s", never->scope, compile_shown_len(never->member),
        (const char *)never->member.data, compile_shown_len(text), (const char *)text.data,
        meant == NULL ? "" : ", did you mean '", meant == NULL ? "" : meant,
        meant == NULL ? "" : "'?");
}

static const char *nearest_of(
    struct compiler *compiler, const struct field_def *field, struct bytes word)
{
    if (compiler->list->nearest_steps >= TEXT_NEAREST_STEPS_MAX ||
        diagnostics_is_full(compiler->list))
        return NULL;
    const char **values = arena_alloc(&compiler->tree, field->one_of_count * sizeof(*values));
    for (uint32_t i = 0; i < field->one_of_count; i++)
        values[i] = (const char *)field->one_of[i].data;
    return text_nearest_bounded(word, values, field->one_of_count, &compiler->list->nearest_steps);
}

static void check_value(
    struct compiler *compiler,
    const struct checked_expression *expression,
    const struct field_def *field,
    const struct cel_node *value)
{
    if (value->kind != CEL_NODE_LITERAL || value->literal.kind != CEL_STRING)
        return;
    struct bytes text = value->literal.as.text;
    const struct part part = {PART_VALUE, (uint64_t)(field - compiler->ruleset->fields), text};
    if (parts_find(compiler, &part) != PART_NONE)
        return;
    const char *meant = nearest_of(compiler, field, text);
    report_never(compiler, expression, value, &(struct never){"contact.", field->name, meant});
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_FIELD], field->name);
    if (symbol != NULL)
        diagnostic_note(compiler->list, symbol->place, "its values are declared here");
}

// --- the engine's own events
static const char *const outcomes[] = {"done", "stopped", "failed"};

// Which of the ruleset's names a member of an event's data may be, or one of the words.
static const struct named_member {
    const char *event, *member;
    enum symbol_kind kind; // SYMBOL_KIND_COUNT: a band of any score, or none; or the words
    const char *const *words;
    size_t word_count;
} named_members[] = {
    {"score.changed", "score", SYMBOL_SCORE, NULL, 0},
    {"score.band_changed", "score", SYMBOL_SCORE, NULL, 0},
    {"score.band_changed", "from", SYMBOL_KIND_COUNT, NULL, 0},
    {"score.band_changed", "to", SYMBOL_KIND_COUNT, NULL, 0},
    {"contact.points_adjusted", "score", SYMBOL_SCORE, NULL, 0},
    {"segment.entered", "segment", SYMBOL_SEGMENT, NULL, 0},
    {"segment.left", "segment", SYMBOL_SEGMENT, NULL, 0},
    {"object.changed", "object", SYMBOL_OBJECT, NULL, 0},
    {"run.started", "workflow", SYMBOL_WORKFLOW, NULL, 0},
    {"run.ended", "workflow", SYMBOL_WORKFLOW, NULL, 0},
    {"run.ended", "outcome", SYMBOL_KIND_COUNT, outcomes, sizeof(outcomes) / sizeof(outcomes[0])},
    {"action.emitted", "action", SYMBOL_ACTION, NULL, 0},
    {"action.emitted", "workflow", SYMBOL_WORKFLOW, NULL, 0},
};
enum { NAMED_COUNT = sizeof(named_members) / sizeof(named_members[0]), TYPES_LOOKED_AT_MAX = 64 };

static const struct named_member *named_member_of(struct bytes event, struct bytes member)
{
    for (size_t i = 0; i < NAMED_COUNT; i++) {
        if (bytes_equal_text(event, named_members[i].event) &&
            bytes_equal_text(member, named_members[i].member))
            return &named_members[i];
    }
    return NULL;
}

static bool may_be(struct compiler *compiler, const struct named_member *member, struct bytes text)
{
    if (member->kind != SYMBOL_KIND_COUNT)
        return symbols_find(&compiler->symbols[member->kind], text) != NULL;
    for (size_t i = 0; i < member->word_count; i++) {
        if (bytes_equal_text(text, member->words[i]))
            return true;
    }
    return member->words == NULL &&
           (text.len == 0 || parts_find(compiler, &(struct part){PART_BAND, 0, text}) != PART_NONE);
}

static const char *const *bands_of(struct compiler *compiler, size_t *count_out)
{
    const struct ruleset *ruleset = compiler->ruleset;
    const char **names = arena_alloc(&compiler->tree, SYMBOLS_NAMED_MAX * sizeof(*names));
    *count_out = 0;
    for (size_t i = 0; i < ruleset->score_count; i++) {
        const struct score_def *score = &ruleset->scores[i];
        for (uint32_t b = 0; b < score->band_count && *count_out < SYMBOLS_NAMED_MAX; b++)
            names[(*count_out)++] = (const char *)score->bands[b].name.data;
    }
    return names;
}

static void report_name(
    struct compiler *compiler,
    const struct checked_expression *expression,
    const struct cel_node *value,
    const struct named_member *member)
{
    size_t count = member->word_count;
    const char *const *names = member->words;
    struct bytes text = value->literal.as.text;
    if (diagnostics_is_full(compiler->list))
        return;
    if (member->kind != SYMBOL_KIND_COUNT)
        names = symbols_names(&compiler->symbols[member->kind], &compiler->scratch, &count);
    else if (names == NULL)
        names = bands_of(compiler, &count);
    const char *meant = text_nearest_bounded(text, names, count, &compiler->list->nearest_steps);
    report_never(
        compiler, expression, value, &(struct never){"data.", bytes_text(member->member), meant});
}

// `data.segment == "hot"` of the events that the expression is about: of each of them it must be known what it may be.
static void check_name(
    struct compiler *compiler,
    const struct checked_expression *expression,
    struct bytes name,
    const struct cel_node *value)
{
    const struct ruleset *ruleset = compiler->ruleset;
    struct event_types types = ruleset_types_on(ruleset, &expression->on);
    const struct named_member *member = NULL;
    if (value->kind != CEL_NODE_LITERAL || value->literal.kind != CEL_STRING ||
        types.count > TYPES_LOOKED_AT_MAX)
        return;
    for (uint32_t i = 0; i < types.count; i++) {
        member = named_member_of(catalog_type(ruleset->catalog, types.items[i])->name, name);
        if (member == NULL || may_be(compiler, member, value->literal.as.text))
            return;
    }
    if (member != NULL)
        report_name(compiler, expression, value, member);
}

// `event.type == "email.opened"` of an event that is none of those the expression is about.
static void check_type(
    struct compiler *compiler,
    const struct checked_expression *expression,
    const struct cel_node *value)
{
    const struct ruleset *ruleset = compiler->ruleset;
    struct event_types types = ruleset_types_on(ruleset, &expression->on);
    const char *names[TYPES_LOOKED_AT_MAX];
    if (value->kind != CEL_NODE_LITERAL || value->literal.kind != CEL_STRING || types.count == 0 ||
        types.count > TYPES_LOOKED_AT_MAX || diagnostics_is_full(compiler->list))
        return;
    for (uint32_t i = 0; i < types.count; i++) {
        struct bytes type = catalog_type(ruleset->catalog, types.items[i])->name;
        if (bytes_equal(type, value->literal.as.text))
            return;
        names[i] = (const char *)type.data;
    }
    const char *meant = text_nearest_bounded(
        value->literal.as.text, names, types.count, &compiler->list->nearest_steps);
    report_never(
        compiler, expression, value, &(struct never){"event.", BYTES_LITERAL("type"), meant});
}

// --- comparisons
// What is compared, if it is something of which the values are known.
static void check_compared(
    struct compiler *compiler,
    const struct checked_expression *expression,
    const struct cel_node *compared,
    const struct cel_node *value)
{
    const struct field_def *field = field_read(compiler->ruleset, compared);
    bool is_member =
        compared->kind == CEL_NODE_SELECT && compared->children[0]->kind == CEL_NODE_IDENT;
    uint32_t variable = is_member ? compared->children[0]->variable : CEL_NOT_A_VARIABLE;
    if (field != NULL)
        check_value(compiler, expression, field, value);
    else if (variable == SCOPE_DATA)
        check_name(compiler, expression, compared->text, value);
    else if (variable == SCOPE_EVENT && compared->field == SCOPE_EVENT_TYPE)
        check_type(compiler, expression, value);
}

static void check_part(
    struct compiler *compiler,
    const struct checked_expression *expression,
    const struct cel_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) // no deeper than CEL_DEPTH_MAX
        check_part(compiler, expression, node->children[i]);
    if (node->kind != CEL_NODE_CALL || node->child_count != 2)
        return;
    const struct cel_node *left = node->children[0], *right = node->children[1];
    bool is_equality = bytes_equal_text(node->text, "_==_") || bytes_equal_text(node->text, "_!=_");
    if (is_equality) {
        check_compared(compiler, expression, left, right);
        check_compared(compiler, expression, right, left);
    }
    if (!bytes_equal_text(node->text, "@in") || right->kind != CEL_NODE_LIST)
        return;
    for (uint32_t i = 0; i < right->child_count; i++)
        check_compared(compiler, expression, left, right->children[i]);
}

void check_values(struct compiler *compiler, const struct checked_expression *expression)
{
    check_part(compiler, expression, expression->root);
}
