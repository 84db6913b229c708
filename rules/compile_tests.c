// Compiles `tests`: their names, their times, their parts.
#include "rules/compile_tests.h"

#include "engine/base/time.h"

#define START_MS_DEFAULT INT64_C(1767571200000) // 2026-01-05T00:00:00Z, a Monday
#define TEST_MS_MAX      INT64_C(3155760000000) // a hundred years

struct test_place compile_test_place(struct compiler *compiler, const struct yaml_node *node)
{
    return (struct test_place){compiler->file, (uint32_t)node->line, (uint32_t)node->column};
}

int test_place_compare(const struct test_place *a, const struct test_place *b)
{
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

// How many definitions came of the names of a kind: those behind are refused.
static size_t definition_count(const struct ruleset *ruleset, enum symbol_kind kind)
{
    switch (kind) {
    case SYMBOL_FIELD: return ruleset->field_count;
    case SYMBOL_OBJECT: return ruleset->object_count;
    case SYMBOL_COUNTER: return ruleset->counter_count;
    case SYMBOL_SCORE: return ruleset->score_count;
    case SYMBOL_SEGMENT: return ruleset->segment_count;
    case SYMBOL_ACTION: return ruleset->action_count;
    case SYMBOL_WORKFLOW: return ruleset->workflow_count;
    case SYMBOL_EVENT:
    case SYMBOL_CHANNEL:
    case SYMBOL_LIST:
    case SYMBOL_TEAM:
    case SYMBOL_TEST:
    case SYMBOL_KIND_COUNT: break; // nothing is kept of them by index
    }
    return 0;
}

const struct symbol *test_symbol_find(
    struct compiler *compiler,
    enum symbol_kind kind,
    enum diagnostic_code code,
    const struct yaml_node *name)
{
    const struct symbol *symbol = symbols_find(&compiler->symbols[kind], yaml_text(name));
    if (symbol == NULL)
        compile_unknown(compiler, kind, code, name);
    return symbol == NULL || symbol->index >= definition_count(compiler->ruleset, kind) ? NULL
                                                                                        : symbol;
}

// --- times
static bool read_time(struct bytes text, int64_t start_ms, int64_t *out_ms)
{
    int64_t duration_ms = 0;
    bool is_before = text.len > 0 && text.data[0] == '-';
    if (duration_parse(is_before ? bytes_of(text.data + 1, text.len - 1) : text, &duration_ms)) {
        *out_ms = is_before ? start_ms - duration_ms : start_ms + duration_ms;
        return true;
    }
    return time_parse(text, out_ms) || time_parse_date(text, out_ms);
}

static void add_time(struct buffer *to, int64_t time_ms)
{
    char text[TIME_TEXT_CHARS];
    time_print(time_ms, text);
    buffer_add(to, text, sizeof(text));
}

static void report_range(
    struct compiler *compiler, const struct yaml_node *node, const struct yaml_range *range)
{
    struct buffer limits = {0};
    add_time(&limits, range->min);
    buffer_add_text(&limits, " to ");
    add_time(&limits, range->max);
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0402, yaml_place(node), "%s must be within %.*s", range->what,
        (int)limits.len, (const char *)limits.data);
    buffer_free(&limits);
}

static void report_time(struct compiler *compiler, const struct yaml_node *node, const char *what)
{
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0213, yaml_place(node),
        "%s must be a duration from the start such as 36h, or a time such as 2026-01-31T09:00:00Z",
        what);
}

bool compile_test_time(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct yaml_range *range,
    int64_t start_ms,
    int64_t *out_ms)
{
    struct bytes text;
    int64_t time_ms = 0;
    if (!yaml_to_text(node, range->what, compiler->list, &text))
        return false;
    if (!read_time(text, start_ms, &time_ms)) {
        report_time(compiler, node, range->what);
        return false;
    }
    if (time_ms < range->min || time_ms > range->max) {
        report_range(compiler, node, range);
        return false;
    }
    *out_ms = time_ms;
    return true;
}

bool compile_test_at(
    struct test_work *work, const struct yaml_node *node, const char *what, int64_t *out_ms)
{
    int64_t start_ms = work->test->start_ms;
    const struct yaml_range range = {what, start_ms, start_ms + TEST_MS_MAX};
    return compile_test_time(work->compiler, node, &range, start_ms, out_ms);
}

bool compile_test_moment(
    struct compiler *compiler, const struct yaml_node *node, const char *what, struct value *out)
{
    struct bytes text;
    int64_t ignored;
    if (!yaml_to_text(node, what, compiler->list, &text))
        return false;
    if (!read_time(text, 0, &ignored)) {
        report_time(compiler, node, what);
        return false;
    }
    *out = value_text(compile_copy(compiler, text));
    return true;
}

static void read_start(
    struct compiler *compiler, const struct yaml_node *node, struct rule_test *test)
{
    const struct yaml_range range = {"'start'", TIME_MS_MIN, TIME_MS_MAX - TEST_MS_MAX};
    struct bytes text;
    int64_t time_ms = 0;
    if (!yaml_to_text(node, range.what, compiler->list, &text))
        return;
    if (!time_parse(text, &time_ms) && !time_parse_date(text, &time_ms))
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0213, yaml_place(node),
            "%s must be a time such as 2026-01-31T09:00:00Z, or a date", range.what);
    else if (time_ms < range.min || time_ms > range.max)
        report_range(compiler, node, &range);
    else
        test->start_ms = time_ms;
}

// --- tests
static void compile_test(
    struct compiler *compiler, const struct yaml_node *node, struct test_rules *rules)
{
    struct ruleset *ruleset = compiler->ruleset;
    enum keys_result keys = compile_keys(compiler, node, SECTION_TEST);
    if (keys == KEYS_WRONG)
        return;
    struct rule_test test = {
        .place = compile_test_place(compiler, node), .start_ms = START_MS_DEFAULT};
    struct test_work work = {.compiler = compiler, .rules = rules, .test = &test};
    const struct yaml_node *name = compile_required(compiler, node, "name", yaml_place(node), keys);
    const struct yaml_node *expect =
        compile_required(compiler, node, "expect", yaml_place(node), keys);
    const struct yaml_node *start = yaml_get(node, "start");
    struct bytes text;
    if (name != NULL && yaml_to_text(name, "'name'", compiler->list, &text) &&
        compile_define(compiler, SYMBOL_TEST, name, NAME_FORM_TAG, ruleset->test_count))
        test.name = compile_copy(compiler, text);
    if (start != NULL)
        read_start(compiler, start, &test);
    test.zone = compile_test_zone(compiler, node);
    compile_test_given(&work, yaml_get(node, "contact"));
    compile_test_events(&work, yaml_get(node, "events"));
    if (expect != NULL)
        compile_expectations(&work, expect);
    ruleset->tests = compile_grow(
        ruleset->tests, &ruleset->test_cap, ruleset->test_count, sizeof(*ruleset->tests));
    ruleset->tests[ruleset->test_count++] = test;
}

void compile_tests(struct compiler *compiler, const struct yaml_node *node)
{
    if (!yaml_expect(node, YAML_KIND_SEQUENCE, "'tests'", compiler->list))
        return;
    struct test_rules rules = {.is_made = false};
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item))
        compile_test(compiler, item, &rules);
    test_rules_free(&rules);
}
