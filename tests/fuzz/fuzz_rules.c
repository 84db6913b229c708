// Any text as a rule file: it compiles or it is refused, and what compiles holds together.
#include <stdint.h>

#include "engine/base/invariant.h"
#include "engine/base/text.h"
#include "rules/compiler.h"
#include "rules/event_set.h"
#include "rules/rule_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_matches(const struct ruleset *ruleset)
{
    const struct catalog *catalog = ruleset_catalog(ruleset);
    size_t rules = 0;
    size_t workflows = 0;
    for (size_t i = 0; i < catalog_type_count(catalog); i++) {
        const struct match_list *match = ruleset_match(ruleset, (event_type)i);
        for (uint32_t j = 0; j < match->rule_count; j++)
            INVARIANT(ruleset_is_on(ruleset, match->rules[j]->on, (event_type)i));
        for (uint32_t j = 0; j < match->workflow_count; j++)
            INVARIANT(match->workflows[j]->step_count > 0);
        rules += match->rule_count;
        workflows += match->workflow_count;
    }
    size_t event_rules = 0;
    for (size_t i = 0; i < ruleset_rule_count(ruleset); i++)
        event_rules += ruleset_types_on(ruleset, &ruleset_rule(ruleset, i)->on).count;
    INVARIANT(rules == event_rules);
    for (size_t i = 0; i < ruleset_workflow_count(ruleset); i++)
        workflows -= ruleset_types_on(ruleset, &ruleset_workflow(ruleset, i)->on).count;
    INVARIANT(workflows == 0);
}

static void check_steps(const struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset_workflow_count(ruleset); i++) {
        const struct workflow_def *workflow = ruleset_workflow(ruleset, i);
        for (uint32_t j = 0; j < workflow->step_count; j++) {
            const struct workflow_step *step = &workflow->steps[j];
            if (step->kind != STEP_DO)
                continue;
            const struct action_def *action = ruleset_action(ruleset, step->action);
            for (uint32_t k = 0; k < step->with_count; k++)
                INVARIANT(step->with[k].param < action->param_count);
        }
    }
}

// Events and expectations by time, each within what the ruleset has.
static void check_test(const struct ruleset *ruleset, const struct rule_test *test)
{
    INVARIANT(test->name.len > 0);
    INVARIANT(test->contact.count > 0);
    INVARIANT(test->expectation_count > 0);
    for (uint32_t i = 0; i < test->event_count; i++) {
        INVARIANT(i == 0 || test->events[i - 1].at_ms <= test->events[i].at_ms);
        INVARIANT(text_is_utf8(test->events[i].json));
    }
    for (uint32_t i = 0; i < test->expectation_count; i++) {
        const struct test_expectation *expectation = &test->expectations[i];
        INVARIANT(i == 0 || test->expectations[i - 1].at_ms <= expectation->at_ms);
        INVARIANT(expectation->contact.count > 0);
        for (uint32_t j = 0; j < expectation->score_count; j++)
            INVARIANT(expectation->scores[j].score < ruleset_score_count(ruleset));
        for (uint32_t j = 0; j < expectation->segment_count; j++)
            INVARIANT(expectation->segments[j].segment < ruleset_segment_count(ruleset));
        for (uint32_t j = 0; j < expectation->counter_count; j++)
            INVARIANT(expectation->counters[j].counter < ruleset_counter_count(ruleset));
        for (uint32_t j = 0; j < expectation->object_count; j++)
            INVARIANT(expectation->objects[j].object < ruleset_object_count(ruleset));
        for (uint32_t j = 0; j < expectation->action_count; j++)
            INVARIANT(expectation->actions[j].action < ruleset_action_count(ruleset));
    }
}

// The built-in catalogue is compiled once; every input gets a copy to change.
static struct catalog *catalog_fresh(void)
{
    static struct catalog *builtin;
    struct diagnostics list = {.count = 0};
    if (builtin == NULL)
        builtin = compile_builtin(&list);
    INVARIANT(list.count == 0);
    struct catalog *copy = catalog_create();
    for (size_t i = 0; i < catalog_type_count(builtin); i++) {
        event_type type;
        enum err err = catalog_put_type(copy, catalog_type(builtin, (event_type)i), &type);
        INVARIANT(err == ERR_OK && type == i);
    }
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rule_file file = {"fuzz.yaml", bytes_of(data, size)};
    struct rule_bundle bundle = {.files = &file, .count = 1};
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    struct buffer shown = {0};
    if (compile_bundle(catalog_fresh(), &bundle, &list, &ruleset) == ERR_OK) {
        check_matches(ruleset);
        check_steps(ruleset);
        for (size_t i = 0; i < ruleset_test_count(ruleset); i++)
            check_test(ruleset, ruleset_test(ruleset, i));
        (void)ruleset_hash(ruleset);
    } else {
        INVARIANT(list.error_count > 0);
        INVARIANT(ruleset == NULL);
    }
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_TEXT, &shown);
    INVARIANT(text_is_utf8(buffer_bytes(&shown)));
    buffer_free(&shown);
    ruleset_destroy(ruleset);
    diagnostics_free(&list);
    return 0;
}
