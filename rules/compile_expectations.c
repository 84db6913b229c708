// Compiles `expect` of a test: what must hold at which moment, of whom.
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/buffer.h"
#include "rules/compile_kept.h"
#include "rules/compile_tests.h"
#include "rules/compile_with.h"
#include "rules/literal.h"
#include "rules/parts.h"

#define POINTS_MILLI_MAX INT64_C(9000000000000000)

enum { WHAT_BYTES = 160, KNOWN_MAX = 12 };

// Room for what a mapping holds, and for more; NULL where it is none.
static void *room(
    struct compiler *compiler, const struct yaml_node *node, size_t more, size_t item_bytes)
{
    size_t count = node == NULL ? 0 : node->count;
    return arena_alloc(&compiler->ruleset->arena, (count + more) * item_bytes + 1);
}

static bool is_mapping(struct compiler *compiler, const struct yaml_node *node, const char *what)
{
    return node != NULL && yaml_expect(node, YAML_KIND_MAPPING, what, compiler->list);
}

// --- scores
static void read_band(
    struct compiler *compiler, const struct yaml_node *node, struct test_score *out)
{
    const struct score_def *score = &compiler->ruleset->scores[out->score];
    size_t word = 0;
    out->band = BYTES_LITERAL("");
    if (yaml_is_null(node)) {
        out->has_band = true;
        return;
    }
    const char **words = arena_alloc(&compiler->scratch, score->band_count * sizeof(*words) + 1);
    for (uint32_t i = 0; i < score->band_count; i++)
        words[i] = (const char *)score->bands[i].name.data;
    struct yaml_words bands = {"the band", words, score->band_count};
    out->has_band = yaml_to_word(node, &bands, compiler->list, &word);
    if (out->has_band)
        out->band = score->bands[word].name;
}

static void read_value(
    struct compiler *compiler, const struct yaml_node *node, struct test_score *out)
{
    static const struct yaml_range range = {"the value", -POINTS_MILLI_MAX, POINTS_MILLI_MAX};
    out->has_value = yaml_to_milli(node, &range, compiler->list, &out->value_milli);
}

static void read_score(
    struct compiler *compiler, const struct yaml_node *node, struct test_score *out)
{
    if (node->kind != YAML_KIND_MAPPING) {
        read_value(compiler, node, out);
        return;
    }
    enum keys_result keys = compile_keys(compiler, node, SECTION_TEST_SCORE);
    const struct yaml_node *value = yaml_get(node, "value");
    const struct yaml_node *band = yaml_get(node, "band");
    if (value != NULL)
        read_value(compiler, value, out);
    if (band != NULL)
        read_band(compiler, band, out);
    if (value == NULL && band == NULL && keys == KEYS_GOOD)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0204, yaml_place(node), "'value' or 'band' is needed");
}

static void read_scores(
    struct compiler *compiler, const struct yaml_node *node, struct test_expectation *out)
{
    const struct yaml_node *values = yaml_get(node, "score");
    const struct yaml_node *bands = yaml_get(node, "bands");
    struct test_score *scores =
        room(compiler, values, bands == NULL ? 0 : bands->count, sizeof(*scores));
    out->scores = scores;
    struct yaml_entry entry = yaml_entry_of(NULL);
    if (is_mapping(compiler, values, "'score'"))
        entry = yaml_first_entry(values);
    for (; entry.key != NULL; entry = yaml_next_entry(entry)) {
        const struct symbol *symbol =
            test_symbol_find(compiler, SYMBOL_SCORE, DIAGNOSTIC_E0222, entry.key);
        if (symbol == NULL)
            continue;
        scores[out->score_count] = (struct test_score){.score = (uint32_t)symbol->index};
        read_score(compiler, entry.value, &scores[out->score_count++]);
    }
    entry = yaml_entry_of(NULL);
    if (is_mapping(compiler, bands, "'bands'"))
        entry = yaml_first_entry(bands);
    for (; entry.key != NULL; entry = yaml_next_entry(entry)) {
        const struct symbol *symbol =
            test_symbol_find(compiler, SYMBOL_SCORE, DIAGNOSTIC_E0222, entry.key);
        if (symbol == NULL)
            continue;
        scores[out->score_count] = (struct test_score){.score = (uint32_t)symbol->index};
        read_band(compiler, entry.value, &scores[out->score_count++]);
    }
}

// --- segments, counters, fields
static void read_segments(
    struct compiler *compiler, const struct yaml_node *node, struct test_expectation *out)
{
    struct test_segment *segments = room(compiler, node, 0, sizeof(*segments));
    out->segments = segments;
    if (!is_mapping(compiler, node, "'segments'"))
        return;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        const struct symbol *symbol =
            test_symbol_find(compiler, SYMBOL_SEGMENT, DIAGNOSTIC_E0223, entry.key);
        bool is_member = false;
        if (symbol != NULL &&
            yaml_to_bool(entry.value, "whether it is a member", compiler->list, &is_member))
            segments[out->segment_count++] =
                (struct test_segment){(uint32_t)symbol->index, is_member};
    }
}

// Of one whose type is that of an expression: later. False after a diagnostic.
static bool read_counter(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct counter_def *counter,
    struct value *out)
{
    enum data_type type = DATA_DOUBLE;
    const struct kept_value kept = {node, "the counter", counter->value, out};
    *out = (struct value){.kind = VALUE_NULL};
    if (yaml_is_null(node))
        return true;
    switch (counter->kind) {
    case COUNTER_COUNT:
    case COUNTER_DISTINCT: type = DATA_INT; break;
    case COUNTER_SUM:
    case COUNTER_MIN:
    case COUNTER_MAX:
    case COUNTER_AVG: break;
    case COUNTER_FIRST:
    case COUNTER_LAST: compile_kept_later(compiler, &kept); return true;
    }
    return literal_value(compiler, node, kept.what, type, out);
}

static void read_counters(
    struct compiler *compiler, const struct yaml_node *node, struct test_expectation *out)
{
    struct test_counter *counters = room(compiler, node, 0, sizeof(*counters));
    out->counters = counters;
    if (!is_mapping(compiler, node, "'counters'"))
        return;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        const struct symbol *symbol =
            test_symbol_find(compiler, SYMBOL_COUNTER, DIAGNOSTIC_E0221, entry.key);
        if (symbol == NULL)
            continue;
        struct test_counter *counter = &counters[out->counter_count];
        const struct counter_def *def = &compiler->ruleset->counters[symbol->index];
        counter->counter = (uint32_t)symbol->index;
        if (read_counter(compiler, entry.value, def, &counter->value))
            out->counter_count++;
    }
}

static void read_fields(
    struct compiler *compiler, const struct yaml_node *node, struct test_expectation *out)
{
    struct test_value *fields = room(compiler, node, 0, sizeof(*fields));
    out->fields.items = fields;
    if (!is_mapping(compiler, node, "'fields'"))
        return;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        if (compile_test_field(compiler, &entry, &fields[out->fields.count]))
            out->fields.count++;
    }
}

static void read_stage(
    struct compiler *compiler, const struct yaml_node *node, struct test_expectation *out)
{
    const struct yaml_node *stage = yaml_get(node, "stage");
    out->stage = BYTES_LITERAL("");
    out->has_stage = stage != NULL;
    if (stage != NULL && !yaml_is_null(stage))
        out->stage = compile_test_text(compiler, node, "stage");
}

// --- actions
static void read_with(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct action_def *action,
    struct test_values *out)
{
    struct test_value *items = room(compiler, node, 0, sizeof(*items));
    out->items = items;
    if (!is_mapping(compiler, node, "'with'"))
        return;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        uint32_t index = action_param_find(action, yaml_text(entry.key));
        if (index == action->param_count) {
            compile_unknown_param(compiler, entry.key, action);
            continue;
        }
        char what[WHAT_BYTES];
        const struct action_param *param = &action->params[index];
        struct value value = {.kind = VALUE_NULL};
        (void)snprintf(what, sizeof(what), "'%s'", (const char *)param->name.data);
        if (yaml_is_null(entry.value) ||
            literal_value(compiler, entry.value, what, param->type, &value))
            items[out->count++] = (struct test_value){param->name, value};
    }
}

static void read_step(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct workflow_def *workflow,
    struct test_action *out)
{
    const struct action_def *action = &compiler->ruleset->actions[out->action];
    struct bytes id = compile_test_text(compiler, node, "step");
    if (id.len == 0)
        return;
    out->step = id;
    uint32_t in = workflow == NULL ? PART_ANY : (uint32_t)(workflow - compiler->ruleset->workflows);
    if (parts_has_deed(compiler, in, out->action, id))
        return;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0225, yaml_place(yaml_get(node, "step")),
        "no step '%.*s' of %s%.*s does '%s'", compile_shown_len(id), (const char *)id.data,
        workflow == NULL ? "a workflow" : "workflow ",
        workflow == NULL ? 0 : compile_shown_len(workflow->name),
        workflow == NULL ? "" : (const char *)workflow->name.data, (const char *)action->name.data);
}

static bool read_action(
    struct compiler *compiler, const struct yaml_node *node, struct test_action *out)
{
    enum keys_result keys = compile_keys(compiler, node, SECTION_TEST_ACTION);
    if (keys == KEYS_WRONG)
        return false;
    const struct yaml_node *name = compile_required(compiler, node, "do", yaml_place(node), keys);
    const struct yaml_node *from = yaml_get(node, "workflow");
    const struct symbol *workflow = NULL;
    struct bytes text;
    if (name == NULL || !yaml_to_text(name, "'do'", compiler->list, &text))
        return false;
    const struct symbol *action = test_symbol_find(compiler, SYMBOL_ACTION, DIAGNOSTIC_E0209, name);
    if (action == NULL)
        return false;
    *out = (struct test_action){
        .action = (uint32_t)action->index,
        .workflow = BYTES_LITERAL(""),
        .step = BYTES_LITERAL("")};
    if (from != NULL && yaml_to_text(from, "'workflow'", compiler->list, &text)) {
        workflow = test_symbol_find(compiler, SYMBOL_WORKFLOW, DIAGNOSTIC_E0224, from);
        if (workflow == NULL)
            return false;
        out->workflow = compiler->ruleset->workflows[workflow->index].name;
    }
    read_step(
        compiler, node, workflow == NULL ? NULL : &compiler->ruleset->workflows[workflow->index],
        out);
    read_with(
        compiler, yaml_get(node, "with"), &compiler->ruleset->actions[action->index], &out->with);
    return true;
}

static void read_actions(
    struct compiler *compiler, const struct yaml_node *node, struct test_expectation *out)
{
    if (node == NULL || !yaml_expect(node, YAML_KIND_SEQUENCE, "'actions'", compiler->list))
        return;
    struct test_action *actions = room(compiler, node, 0, sizeof(*actions));
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        if (read_action(compiler, item, &actions[out->action_count]))
            out->action_count++;
    }
    out->actions = actions;
    out->has_actions = true;
}

// --- expectations
static void report_contact(
    const struct test_work *work, const struct yaml_node *node, const struct test_contact *contact)
{
    const char *known[KNOWN_MAX];
    struct arena arena = {0};
    size_t count = 0;
    for (; count < KNOWN_MAX && count < work->contact_count; count++)
        known[count] = arena_text(&arena, work->contacts[count].identifiers[0].value);
    struct unknown_word unknown = {
        "contact of the test", contact->identifiers[0].value, known, count};
    diagnostic_add_unknown(work->compiler->list, DIAGNOSTIC_E0226, yaml_place(node), &unknown);
    arena_free(&arena);
}

static void read_contact(
    struct test_work *work, const struct yaml_node *node, struct test_expectation *out)
{
    struct test_contact contact;
    out->contact = work->test->contact;
    out->contact_text = BYTES_LITERAL("");
    if (node == NULL || !compile_test_contact(work->compiler, node, &contact))
        return;
    if (!test_has_contact(work, &contact))
        report_contact(work, node, &contact);
    out->contact = contact;
    out->contact_text = contact.identifiers[0].value;
}

static void compile_expectation(
    struct test_work *work, const struct yaml_node *node, struct test_expectation *out)
{
    struct compiler *compiler = work->compiler;
    enum keys_result keys = compile_keys(compiler, node, SECTION_TEST_EXPECTATION);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *at = compile_required(compiler, node, "at", yaml_place(node), keys);
    if (at != NULL && compile_test_at(work, at, "'at'", &out->at_ms))
        out->at_text = compile_copy(compiler, yaml_text(at));
    out->place = compile_test_place(compiler, node);
    read_contact(work, yaml_get(node, "contact"), out);
    read_scores(compiler, node, out);
    read_segments(compiler, yaml_get(node, "segments"), out);
    read_counters(compiler, yaml_get(node, "counters"), out);
    compile_test_objects(compiler, yaml_get(node, "objects"), out);
    read_fields(compiler, yaml_get(node, "fields"), out);
    compile_test_names(compiler, yaml_get(node, "tags"), SYMBOL_KIND_COUNT, &out->tags);
    compile_test_names(compiler, yaml_get(node, "lists"), SYMBOL_LIST, &out->lists);
    read_stage(compiler, node, out);
    read_actions(compiler, yaml_get(node, "actions"), out);
    compile_held(work, yaml_get(node, "held"), out);
    compile_causes(work, yaml_get(node, "because"), out);
    if (node->count == 1 && keys == KEYS_GOOD && at != NULL)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0410, yaml_place(node), "nothing is expected here");
}

// By time; what is written first comes first.
static int compare_expectations(const void *a, const void *b)
{
    const struct test_expectation *first = a;
    const struct test_expectation *second = b;
    if (first->at_ms != second->at_ms)
        return first->at_ms < second->at_ms ? -1 : 1;
    return test_place_compare(&first->place, &second->place);
}

void compile_expectations(struct test_work *work, const struct yaml_node *node)
{
    struct compiler *compiler = work->compiler;
    if (!yaml_expect(node, YAML_KIND_SEQUENCE, "'expect'", compiler->list))
        return;
    if (node->count == 0) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0410, yaml_place(node), "nothing is expected here");
        return;
    }
    struct test_expectation *expectations =
        arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*expectations));
    memset(expectations, 0, node->count * sizeof(*expectations));
    size_t count = 0;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item))
        compile_expectation(work, item, &expectations[count++]);
    qsort(expectations, count, sizeof(*expectations), compare_expectations);
    work->test->expectations = expectations;
    work->test->expectation_count = (uint32_t)count;
}
