#include "rules/compile_expression.h"

#include <inttypes.h>
#include <stdlib.h>

#include "rules/cel/parser.h"
#include "rules/check_values.h"
#include "rules/conjunction.h"
#include "rules/expression_problem.h"
#include "rules/live_facts.h"
#include "rules/reads.h"
#include "rules/scope.h"
#include "rules/waits.h"

// An expression costs so much more than its parts: what is kept of it beside them counts as parts.
enum { EXPRESSION_NODES = 3 };

struct pending_expression {
    const struct yaml_node *node;
    event_type on;
    enum expression_use use;
    size_t begin; // of the node's text
    struct rule_expression *expression;
};

void compile_owner(struct compiler *compiler, const char *section, struct bytes name)
{
    buffer_clear(&compiler->owner);
    buffer_add_text(&compiler->owner, section);
    buffer_add_u8(&compiler->owner, '.');
    buffer_add_bytes(&compiler->owner, name);
}

// "scores.engagement/order if". The key may have the quotes of messages.
static struct bytes name_of(struct compiler *compiler, const char *key)
{
    struct bytes owner = buffer_bytes(&compiler->owner);
    uint8_t *name = arena_alloc(&compiler->ruleset->arena, owner.len + 1 + strlen(key));
    size_t len = owner.len + 1;
    if (owner.len > 0)
        memcpy(name, owner.data, owner.len);
    name[owner.len] = ' ';
    for (; *key != '\0'; key++) {
        if (*key != '\'')
            name[len++] = (uint8_t)*key;
    }
    return bytes_of(name, len);
}

// Counts parts of expressions. False once all together have more than they may, which is said once: then no further one
// is taken or read.
static bool count_nodes(struct compiler *compiler, const struct yaml_node *node, size_t count)
{
    bool was_over = compiler->node_count > compiler->node_count_max;
    compiler->node_count += count;
    if (compiler->node_count <= compiler->node_count_max)
        return true;
    if (!was_over)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0602, yaml_place(node),
            "the expressions of these rules have more than %zu names, literals and operators in "
            "all",
            compiler->node_count_max);
    return false;
}

static const struct rule_expression *take_expression(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    struct bytes text,
    const struct step_expression *as)
{
    struct ruleset *ruleset = compiler->ruleset;
    if (!count_nodes(compiler, node, EXPRESSION_NODES))
        return NULL;
    struct rule_expression *expression = arena_alloc(&ruleset->arena, sizeof(*expression));
    *expression = (struct rule_expression){
        .index = (uint32_t)ruleset->expression_count,
        .name = name_of(compiler, what),
        .text = compile_copy(compiler, text),
        .on = as->on,
        .run_on = as->run_on,
        .node = node,
    };
    ruleset->expressions = compile_grow(
        ruleset->expressions, &ruleset->expression_cap, ruleset->expression_count,
        sizeof(*ruleset->expressions));
    ruleset->expressions[ruleset->expression_count++] = expression;
    compiler->pending = compile_grow(
        compiler->pending, &compiler->pending_cap, compiler->pending_count,
        sizeof(*compiler->pending));
    compiler->pending[compiler->pending_count++] =
        (struct pending_expression){node, as->on, as->use, as->begin, expression};
    return expression;
}

const struct rule_expression *compile_step_expression(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    const struct step_expression *step)
{
    struct bytes text;
    if (!yaml_to_text(node, what, compiler->list, &text))
        return NULL;
    if (step->run_on == EVENT_TYPE_UNKNOWN && !step->is_of_contact)
        return NULL;
    if (step->end > 0)
        text = bytes_of(text.data + step->begin, step->end - step->begin);
    return take_expression(compiler, node, what, text, step);
}

const struct rule_expression *compile_expression(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    event_type on,
    enum expression_use use)
{
    struct bytes text;
    const struct step_expression as = {.on = on, .run_on = EVENT_TYPE_UNKNOWN, .use = use};
    if (!yaml_to_text(node, what, compiler->list, &text) || on == EVENT_TYPE_UNKNOWN)
        return NULL;
    return take_expression(compiler, node, what, text, &as);
}

const struct rule_expression *compile_contact_expression(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    enum expression_use use)
{
    struct bytes text;
    const struct step_expression as = {
        .on = EVENT_TYPE_UNKNOWN, .run_on = EVENT_TYPE_UNKNOWN, .use = use};
    if (!yaml_to_text(node, what, compiler->list, &text))
        return NULL;
    return take_expression(compiler, node, what, text, &as);
}

// The type, as one that stays, of values that a counter can keep; else NULL.
static const struct cel_type *scalar_type(const struct cel_type *type)
{
    switch (type->kind) {
    case CEL_TYPE_DYN: return &cel_type_dyn;
    case CEL_TYPE_BOOL: return &cel_type_bool;
    case CEL_TYPE_INT: return &cel_type_int;
    case CEL_TYPE_UINT: return &cel_type_uint;
    case CEL_TYPE_DOUBLE: return &cel_type_double;
    case CEL_TYPE_STRING: return &cel_type_string;
    case CEL_TYPE_TIMESTAMP: return &cel_type_timestamp;
    case CEL_TYPE_DURATION: return &cel_type_duration;
    case CEL_TYPE_NULL:
    case CEL_TYPE_BYTES:
    case CEL_TYPE_LIST:
    case CEL_TYPE_MAP:
    case CEL_TYPE_TYPE:
    case CEL_TYPE_OBJECT:
    case CEL_TYPE_VARIABLE: break;
    }
    return NULL;
}

// Whether a value of the type may be what the expression is for.
static bool is_fit(const struct cel_type *type, enum expression_use use)
{
    switch (use) {
    case EXPRESSION_CONDITION:
    case EXPRESSION_COUNTED:
    case EXPRESSION_STOP:
    case EXPRESSION_LIVE: return type->kind == CEL_TYPE_BOOL || type->kind == CEL_TYPE_DYN;
    case EXPRESSION_POINTS:
    case EXPRESSION_LIVE_POINTS:
    case EXPRESSION_NUMBER:
    case EXPRESSION_REAL:
        return type->kind == CEL_TYPE_INT || type->kind == CEL_TYPE_UINT ||
               type->kind == CEL_TYPE_DOUBLE || type->kind == CEL_TYPE_DYN;
    case EXPRESSION_KEY:
    case EXPRESSION_DISTINCT: return type->kind != CEL_TYPE_TYPE;
    case EXPRESSION_VALUE:
    case EXPRESSION_OBJECT: return scalar_type(type) != NULL;
    case EXPRESSION_OBJECT_KEY:
        return type->kind == CEL_TYPE_STRING || type->kind == CEL_TYPE_INT ||
               type->kind == CEL_TYPE_UINT || type->kind == CEL_TYPE_DYN;
    case EXPRESSION_SHOWN: return type->kind == CEL_TYPE_NULL || scalar_type(type) != NULL;
    case EXPRESSION_WHOLE:
        return type->kind == CEL_TYPE_INT || type->kind == CEL_TYPE_UINT ||
               type->kind == CEL_TYPE_DYN;
    case EXPRESSION_TRUTH: return type->kind == CEL_TYPE_BOOL || type->kind == CEL_TYPE_DYN;
    case EXPRESSION_TIME: return type->kind == CEL_TYPE_TIMESTAMP || type->kind == CEL_TYPE_DYN;
    case EXPRESSION_SPAN: return type->kind == CEL_TYPE_DURATION || type->kind == CEL_TYPE_DYN;
    case EXPRESSION_TEXT: return type->kind == CEL_TYPE_STRING || type->kind == CEL_TYPE_DYN;
    }
    return false;
}

// Where bytes of the expression stand.
static struct place place_within(
    const struct compiler *compiler,
    const struct pending_expression *pending,
    size_t begin,
    size_t end)
{
    return yaml_place_shown(
        compiler->list, pending->node, pending->begin + begin, pending->begin + end);
}

static bool check_use(
    struct compiler *compiler,
    const struct pending_expression *pending,
    const struct cel_type *type)
{
    static const char *const needs[] = {
        [EXPRESSION_CONDITION] = "a condition is true or false (bool)",
        [EXPRESSION_POINTS] = "points are a number",
        [EXPRESSION_KEY] = "a key is a value",
        [EXPRESSION_DISTINCT] = "values are counted",
        [EXPRESSION_NUMBER] = "this is a number",
        [EXPRESSION_VALUE] = "a text, a number, true or false, or a time is kept",
        [EXPRESSION_COUNTED] = "a condition is true or false (bool)",
        [EXPRESSION_OBJECT_KEY] = "the key of an object is a text (string) or a whole number (int)",
        [EXPRESSION_OBJECT] = "a text, a number, true or false, or a time is kept",
        [EXPRESSION_LIVE] = "a condition is true or false (bool)",
        [EXPRESSION_LIVE_POINTS] = "points are a number",
        [EXPRESSION_STOP] = "a condition is true or false (bool)",
        [EXPRESSION_SHOWN] = "a text shows a value",
        [EXPRESSION_WHOLE] = "this is a whole number (int)",
        [EXPRESSION_REAL] = "this is a number",
        [EXPRESSION_TRUTH] = "this is true or false (bool)",
        [EXPRESSION_TIME] = "this is a time (timestamp)",
        [EXPRESSION_SPAN] = "this is a duration",
        [EXPRESSION_TEXT] = "this is a text (string)",
    };
    if (is_fit(type, pending->use))
        return true;
    struct buffer name = {0};
    cel_type_add(&name, type);
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0604,
        place_within(compiler, pending, 0, pending->expression->text.len), "%s, this is %.*s",
        needs[pending->use], (int)name.len, (const char *)name.data);
    buffer_free(&name);
    return false;
}

static bool is_of_counter(enum expression_use use)
{
    return use == EXPRESSION_NUMBER || use == EXPRESSION_VALUE || use == EXPRESSION_DISTINCT ||
           use == EXPRESSION_COUNTED;
}

static bool is_of_object(enum expression_use use)
{
    return use == EXPRESSION_OBJECT_KEY || use == EXPRESSION_OBJECT;
}

// What counters and objects are kept before may not be read by them, and what an object keeps may not depend on when its
// events came. False after E0607.
static bool check_reads(
    struct compiler *compiler,
    const struct pending_expression *pending,
    const struct cel_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) { // no deeper than CEL_DEPTH_MAX
        if (!check_reads(compiler, pending, node->children[i]))
            return false;
    }
    const bool is_object = is_of_object(pending->use);
    bool is_late = node->kind == CEL_NODE_IDENT &&
                   (node->variable == SCOPE_SCORE || node->variable == SCOPE_COUNTER ||
                    node->variable == SCOPE_SEGMENT || node->variable == SCOPE_OBJECTS);
    if (is_object)
        is_late = is_late || reads_is_clock(node) ||
                  (node->kind == CEL_NODE_IDENT && node->variable == SCOPE_CONTACT);
    if (!is_late)
        return true;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0607, place_within(compiler, pending, node->begin, node->end),
        is_object ? "an object reads the event only, not '%.*s'"
                  : "a counter reads the event and the contact only, not '%.*s'",
        compile_shown_len(node->text), (const char *)node->text.data);
    return false;
}

// Members that the event's type does not declare: events may carry more, but it may be a slip.
static void warn_undeclared(
    struct compiler *compiler,
    const struct pending_expression *pending,
    const struct cel_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) // no deeper than CEL_DEPTH_MAX
        warn_undeclared(compiler, pending, node->children[i]);
    bool is_member = node->kind == CEL_NODE_SELECT || node->kind == CEL_NODE_HAS;
    if (!is_member || node->variable != CEL_NOT_A_VARIABLE || node->field != CEL_NO_FIELD)
        return;
    const struct cel_type *of = node->children[0]->type;
    if (of == NULL || of->kind != CEL_TYPE_OBJECT || !of->object->is_open)
        return;
    const char *nearest =
        cel_object_nearest(&compiler->tree, of->object, node->text, &compiler->list->nearest_steps);
    diagnostic_add(
        compiler->list, DIAGNOSTIC_W0505,
        place_within(compiler, pending, node->text_begin, node->text_begin + node->text.len),
        "%.*s does not declare data.%.*s%s%s%s", (int)of->object->name.len,
        (const char *)of->object->name.data, compile_shown_len(node->text),
        (const char *)node->text.data, nearest == NULL ? "" : ", did you mean '",
        nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?");
}

// What is written out and can only fail, as far as that is found out at small cost: "(" as a regular expression, a
// 30 February, a division by 0.
struct constants {
    struct compiler *compiler;
    const struct pending_expression *pending;
};

static void report_constant(void *self, const struct cel_node *at, struct bytes why)
{
    const struct constants *constants = self;
    diagnostic_add(
        constants->compiler->list, DIAGNOSTIC_E0605,
        place_within(constants->compiler, constants->pending, at->begin, at->end),
        "this can only fail: %.*s", compile_shown_len(why), (const char *)why.data);
}

// False when those of the ruleset cost more than they may, which is said once: then nothing is to be compiled any more.
static bool check_costs(struct compiler *compiler, const struct pending_expression *pending)
{
    const struct cel_budget *patterns = &compiler->cel.patterns;
    const struct cel_budget *constants = &compiler->cel.constants;
    if (cel_budget_is_over(patterns))
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0602,
            place_within(compiler, pending, patterns->over->begin, patterns->over->end),
            "the regular expressions of these rules are larger than %" PRIu64
            " instructions in all",
            patterns->max);
    else if (cel_budget_is_over(constants))
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0602,
            place_within(compiler, pending, constants->over->begin, constants->over->end),
            "the constants of these rules take more than %" PRIu64 " steps to work out in all",
            constants->max);
    else
        return true;
    return false;
}

static bool has_room(const struct compiler *compiler)
{
    return compiler->node_count <= compiler->node_count_max &&
           !cel_budget_is_over(&compiler->cel.patterns) &&
           !cel_budget_is_over(&compiler->cel.constants);
}

// data.NAME of a type whose values are told apart as they came: not a time, which may be written in several ways.
static struct bytes plain_data_member(struct compiler *compiler, const struct cel_node *root)
{
    bool is_member = root->kind == CEL_NODE_SELECT && root->children[0]->kind == CEL_NODE_IDENT &&
                     root->children[0]->variable == SCOPE_DATA;
    bool is_plain = root->type->kind == CEL_TYPE_STRING || root->type->kind == CEL_TYPE_INT ||
                    root->type->kind == CEL_TYPE_DOUBLE || root->type->kind == CEL_TYPE_BOOL;
    return is_member && is_plain ? compile_copy(compiler, root->text) : (struct bytes){NULL, 0};
}

static struct rule_guard compile_guard(struct compiler *compiler, const struct cel_node *root)
{
    struct rule_guard guard = guard_of(compiler->ruleset, root);
    if (guard.kind == GUARD_DATA)
        guard.member = compile_copy(compiler, guard.member);
    return guard;
}

static void take_conjuncts(
    struct compiler *compiler, struct rule_expression *expression, const struct cel_node *root)
{
    struct conjunct found[CONJUNCTS_MAX];
    uint32_t count = conjunction_of(compiler->ruleset, root, found);
    if (count == 0)
        return;
    struct conjunct *kept = arena_alloc(&compiler->ruleset->arena, count * sizeof(*kept));
    for (uint32_t i = 0; i < count; i++) {
        kept[i] = found[i];
        kept[i].member = compile_copy(compiler, found[i].member);
        kept[i].text = compile_copy(compiler, found[i].text);
    }
    expression->conjuncts = kept;
    expression->conjunct_count = count;
}

// What may be compiled, and yet be a slip.
static void check_sense(
    struct compiler *compiler,
    const struct pending_expression *pending,
    const struct checked_expression *checked)
{
    if (survey_names(&compiler->survey, SCOPE_CONTACT) ||
        survey_names(&compiler->survey, SCOPE_DATA) || survey_names(&compiler->survey, SCOPE_EVENT))
        check_values(compiler, checked);
    switch (pending->use) {
    case EXPRESSION_CONDITION:
    case EXPRESSION_STOP:
    case EXPRESSION_COUNTED: check_condition(compiler, checked, CONDITION_MAY_BE_LEFT_OUT); return;
    case EXPRESSION_LIVE: check_condition(compiler, checked, CONDITION_IS_NEEDED); return;
    case EXPRESSION_POINTS:
    case EXPRESSION_KEY:
    case EXPRESSION_NUMBER:
    case EXPRESSION_VALUE:
    case EXPRESSION_DISTINCT:
    case EXPRESSION_OBJECT_KEY:
    case EXPRESSION_OBJECT:
    case EXPRESSION_LIVE_POINTS:
    case EXPRESSION_SHOWN:
    case EXPRESSION_WHOLE:
    case EXPRESSION_REAL:
    case EXPRESSION_TRUTH:
    case EXPRESSION_TIME:
    case EXPRESSION_SPAN:
    case EXPRESSION_TEXT: return;
    }
}

// What is kept of a tree, beside the program.
static void take_tree(
    struct compiler *compiler,
    const struct pending_expression *pending,
    const struct cel_scope *scope,
    const struct cel_node *root)
{
    struct ruleset *ruleset = compiler->ruleset;
    struct rule_expression *expression = pending->expression;
    if (pending->on == EVENT_TYPE_UNKNOWN)
        waits_note_zones(ruleset, root);
    switch (pending->use) {
    case EXPRESSION_KEY:
    case EXPRESSION_DISTINCT: expression->data_member = plain_data_member(compiler, root); return;
    case EXPRESSION_LIVE:
        take_conjuncts(compiler, expression, root);
        expression->guard = compile_guard(compiler, root);
        expression->facts = live_facts_of(compiler, scope, root);
        return;
    case EXPRESSION_STOP:
    case EXPRESSION_LIVE_POINTS: expression->facts = live_facts_of(compiler, scope, root); return;
    case EXPRESSION_CONDITION:
    case EXPRESSION_COUNTED:
        take_conjuncts(compiler, expression, root);
        expression->guard = compile_guard(compiler, root);
        return;
    case EXPRESSION_VALUE:
    case EXPRESSION_OBJECT: expression->kept_type = scalar_type(root->type); return;
    case EXPRESSION_TIME: waits_take_tree(ruleset, expression, root); return;
    case EXPRESSION_POINTS:
    case EXPRESSION_NUMBER:
    case EXPRESSION_OBJECT_KEY:
    case EXPRESSION_SHOWN:
    case EXPRESSION_WHOLE:
    case EXPRESSION_REAL:
    case EXPRESSION_TRUTH:
    case EXPRESSION_SPAN:
    case EXPRESSION_TEXT: return;
    }
}

// Compiles what was checked. False when it is not what it is for, or costs more than it may.
static bool compile_tree(
    struct compiler *compiler,
    const struct pending_expression *pending,
    const struct cel_scope *scope,
    struct cel_node *root)
{
    struct constants constants = {compiler, pending};
    compiler->cel.report = report_constant;
    compiler->cel.self = &constants;
    pending->expression->program =
        cel_compile_with(&compiler->cel, &compiler->ruleset->arena, scope, root);
    compiler->cel.report = NULL; // once is enough
    return check_costs(compiler, pending) && check_use(compiler, pending, root->type);
}

static void check_pending(struct compiler *compiler, const struct pending_expression *pending)
{
    if (!has_room(compiler))
        return;
    struct ruleset *ruleset = compiler->ruleset;
    const struct rule_expression *expression = pending->expression;
    const struct cel_scope *scope =
        expression->run_on == EVENT_TYPE_UNKNOWN
            ? scopes_of(ruleset->scopes, pending->on)
            : scopes_of_run(ruleset->scopes, pending->on, expression->run_on);
    struct cel_problems problems; // as few of it are set as there are
    problems.count = problems.total = 0;
    problems.is_unread = diagnostics_is_full(compiler->list);
    struct cel_node *root = cel_parse(&compiler->tree, expression->text, &problems);
    if (root != NULL && !count_nodes(compiler, pending->node, root->size))
        return;
    if (root == NULL || !cel_check(&compiler->tree, scope, root, &problems)) {
        const struct expression_source source = {
            .node = pending->node,
            .begin = pending->begin,
            .is_without_event = pending->on == EVENT_TYPE_UNKNOWN,
            .is_of_run = expression->run_on != EVENT_TYPE_UNKNOWN};
        expression_report(compiler->list, &source, scope, &problems);
        return;
    }
    compiler->survey = reads_survey(root);
    if ((is_of_counter(pending->use) || is_of_object(pending->use)) &&
        !check_reads(compiler, pending, root))
        return;
    if (survey_names(&compiler->survey, SCOPE_DATA) || survey_names(&compiler->survey, SCOPE_RUN))
        warn_undeclared(compiler, pending, root);
    if (!compile_tree(compiler, pending, scope, root))
        return;
    const struct checked_expression checked = {
        pending->node, pending->begin, expression->text, root, pending->on};
    check_sense(compiler, pending, &checked);
    take_tree(compiler, pending, scope, root);
    (void)check_costs(compiler, pending); // of its moments
}

static void compile_pending(struct compiler *compiler, const struct pending_expression *pending)
{
    check_pending(compiler, pending);
    arena_clear(&compiler->tree);
}

// FIRST and LAST are of the type of what they keep.
static void type_counters(struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset->counter_count; i++) {
        const struct counter_def *counter = &ruleset->counters[i];
        if (counter->value != NULL && counter->value->kept_type != NULL)
            scopes_set_counter(ruleset->scopes, i, counter->value->kept_type);
    }
}

static void type_objects(struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset->object_count; i++) {
        const struct object_def *object = &ruleset->objects[i];
        for (uint32_t f = 0; f < object->field_count; f++) {
            const struct rule_expression *value = object->fields[f].value;
            if (value != NULL && value->kept_type != NULL)
                scopes_set_object_field(ruleset->scopes, i, f, value->kept_type);
        }
    }
}

// Whether others know the type of what it gives.
static bool is_kept(enum expression_use use)
{
    return is_of_counter(use) || is_of_object(use);
}

void compile_expressions(struct compiler *compiler)
{
    compiler->ruleset->scopes = scopes_new(compiler->ruleset);
    for (size_t i = 0; i < compiler->pending_count; i++) {
        if (is_kept(compiler->pending[i].use))
            compile_pending(compiler, &compiler->pending[i]);
    }
    type_counters(compiler->ruleset);
    type_objects(compiler->ruleset);
    for (size_t i = 0; i < compiler->pending_count; i++) {
        if (!is_kept(compiler->pending[i].use))
            compile_pending(compiler, &compiler->pending[i]);
    }
    free(compiler->pending);
    compiler->pending = NULL;
    compiler->pending_count = 0;
    compiler->pending_cap = 0;
}

void compile_expressions_end(struct compiler *compiler)
{
    struct ruleset *ruleset = compiler->ruleset;
    for (size_t i = 0; i < ruleset->expression_count; i++) {
        ruleset->expressions[i]->node = NULL;
        ruleset->expressions[i]->facts = NULL;
        ruleset->expressions[i]->kept_type = NULL;
    }
}
